import { Readable } from 'node:stream';
import type { AedesPacket } from 'aedes-packet';
import MemoryPersistence, { type SessionClient, type StoredSubscription } from 'aedes-persistence/asyncPersistence.js';
import type { Clock } from '#core';
import type { BrokerCounters } from '../broker-counters.js';
import type { BrokerLimits } from '../broker-settings.js';
import type { TelemetryInterest } from '../lane/telemetry-interest.js';
import { OfflineQueue } from './offline-queue.js';
import type { RetainedMessages } from './retained-messages.js';

type PublishPacket = AedesPacket & { topic: string; payload: Buffer; qos: 0 | 1 | 2; messageId?: number };

/**
 * What Aedes keeps of sessions. Subscriptions, wills and the QoS 2 receive state are the stock memory persistence; queues
 * of messages are bounded (the stock ones are not, aedes #1087) and retained messages survive a restart.
 *
 * Sessions do not survive a restart of the broker: a client then gets sessionPresent=0 and subscribes again [MQTT-3.2.2-3].
 */
export class SessionPersistence extends MemoryPersistence {
  private readonly queues = new Map<string, OfflineQueue>();
  private readonly filters = new Map<string, Set<string>>();
  /** Persistent sessions without a connection, since when (monotonic). */
  private readonly offline = new Map<string, number>();

  constructor(
    private readonly retained: RetainedMessages,
    private readonly interest: TelemetryInterest,
    private readonly limits: BrokerLimits,
    private readonly counters: BrokerCounters,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** A client came: its session does not expire. */
  online(clientId: string): void {
    this.offline.delete(clientId);
  }

  /** A client went: its session, if it is to outlive the connection, starts to expire. */
  gone(clientId: string): void {
    if (this.filters.has(clientId) || this.queues.has(clientId)) this.offline.set(clientId, this.clock.monotonic());
  }

  /** Ends sessions that nobody came back for. */
  async expire(): Promise<void> {
    const before = this.clock.monotonic() - this.limits.sessionExpiryMs;
    for (const [id, since] of this.offline) if (since <= before) await this.discard(id);
  }

  /** Ends the session: subscriptions and queued messages are gone (THREATS 6). */
  async discard(clientId: string): Promise<void> {
    this.offline.delete(clientId);
    await this.cleanSubscriptions({ id: clientId });
    await this.cleanIncoming({ id: clientId });
  }

  override async storeRetained(packet: PublishPacket): Promise<void> {
    if (!this.retained.set(packet.topic, packet.payload, packet.qos)) this.counters.refuse('retained-full');
    return Promise.resolve();
  }

  override createRetainedStream(filter: string): Readable {
    return this.createRetainedStreamCombi([filter]);
  }

  override createRetainedStreamCombi(filters: string[]): Readable {
    const { retained } = this;
    return Readable.from(
      (function* () {
        for (const filter of filters) yield* retained.matching(filter);
      })(),
    );
  }

  override async addSubscriptions(client: SessionClient, subscriptions: StoredSubscription[]): Promise<void> {
    let filters = this.filters.get(client.id);
    if (filters === undefined) this.filters.set(client.id, (filters = new Set()));
    for (const { topic } of subscriptions) {
      if (filters.has(topic)) continue;
      filters.add(topic);
      this.interest.add(topic);
    }
    await super.addSubscriptions(client, subscriptions);
  }

  override async removeSubscriptions(client: SessionClient, topics: string[]): Promise<void> {
    const filters = this.filters.get(client.id);
    for (const topic of topics) if (filters?.delete(topic) === true) this.interest.remove(topic);
    if (filters?.size === 0) this.filters.delete(client.id);
    await super.removeSubscriptions(client, topics);
  }

  /** Called for a clean session and when a session ends: its queue goes with it [MQTT-3.1.2-6]. */
  override async cleanSubscriptions(client: SessionClient): Promise<void> {
    for (const topic of this.filters.get(client.id) ?? []) this.interest.remove(topic);
    this.filters.delete(client.id);
    this.queues.delete(client.id);
    await super.cleanSubscriptions(client);
  }

  override async outgoingEnqueue(subscription: { clientId: string }, packet: PublishPacket): Promise<void> {
    return Promise.resolve(this.enqueue(subscription.clientId, packet));
  }

  override async outgoingEnqueueCombi(
    subscriptions: { clientId: string; qos: number }[],
    packet: PublishPacket,
  ): Promise<void> {
    for (const { clientId } of subscriptions) this.enqueue(clientId, packet);
    return Promise.resolve();
  }

  /**
   * The stock persistence throws when the queue does not hold the packet, which closes the connection; but a retained
   * message is never queued, and a burst may have pushed the oldest out. Such a packet is sent without being kept.
   */
  override async outgoingUpdate(client: SessionClient, packet: AedesPacket): Promise<void> {
    this.queues.get(client.id)?.update(packet as PublishPacket);
    return Promise.resolve();
  }

  override async outgoingClearMessageId(client: SessionClient, packet: AedesPacket): Promise<AedesPacket | undefined> {
    const queue = this.queues.get(client.id);
    const cleared = queue?.clear(packet as PublishPacket);
    if (queue?.length === 0) this.queues.delete(client.id);
    return Promise.resolve(cleared);
  }

  override outgoingStream(client: SessionClient): Readable {
    return Readable.from(this.queues.get(client.id)?.pending() ?? []);
  }

  override async destroy(): Promise<void> {
    await this.retained.close();
    await super.destroy();
  }

  private enqueue(clientId: string, packet: PublishPacket): void {
    let queue = this.queues.get(clientId);
    if (queue === undefined) this.queues.set(clientId, (queue = new OfflineQueue(this.limits)));
    const { brokerId, brokerCounter, topic, payload, qos, retain } = packet as PublishPacket & { retain: boolean };
    this.counters.droppedForSubscribers += queue.add({
      cmd: 'publish',
      brokerId,
      brokerCounter,
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      dup: false,
    } as never);
  }
}
