import { Inject, Injectable } from '@nestjs/common';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import {
  type Clock,
  formatQuota,
  parseQuotaQuestion,
  QUOTA_ASK_TOPIC,
  REGISTRY_LOOK_ID,
  REGISTRY_LOOK_TOPIC,
  registrySeenTopic,
  type QuotaAnswer,
  quotaAnswerTopic,
  QuotaNotices,
  type ServiceStatus,
} from '#core';
import { withoutSecrets } from '#identity';
import { StatusPublisher, within } from '#service';
import type { AccessPolicy } from './access/access-policy.js';
import { AuditTrail } from './access/audit-trail.js';
import { RegistryPolicy } from './access/registry-policy.js';
import { RegistryWatch, type Revision } from './access/registry-watch.js';
import { BrokerCounters } from './broker-counters.js';
import type { BrokerLimits, BrokerSettings } from './broker-settings.js';
import { Connection, type ConnectionHost, type Origin } from './front/connection.js';
import { ConnectionTable } from './front/connection-table.js';
import { type Endpoints, Listeners } from './front/listeners.js';
import type { Violation } from './front/packet-gate.js';
import type { ForwardedMessage, LaneContext } from './lane/telemetry-lane.js';
import { MqttEngine } from './mqtt/mqtt-engine.js';
import { QuotaBook } from './quota/quota-book.js';
import { CLOCK, LANE, LOGGER, POLICY, SETTINGS } from './tokens.js';

/** Time for what was taken to be journalled and acknowledged when the broker stops. */
const DRAIN_MS = 5_000;
const DRAIN_POLL_MS = 10;
/** Quotas are looked over this often: who keeps to them again, who may be forgotten. */
const QUOTA_SWEEP_MS = 60_000;
/** Time for connections to be closed and wills to be published. */
const CLOSE_MS = 3_000;

/** The broker as a whole: accepts sockets, holds connections, reacts to revocations, starts and stops its parts in order. */
@Injectable()
export class Broker implements ConnectionHost {
  readonly limits: BrokerLimits;
  private readonly listeners: Listeners;
  private endpoints: Endpoints | null = null;
  private watch: RegistryWatch | null = null;
  private readonly notices: QuotaNotices;
  private quotaSweep: NodeJS.Timeout | null = null;

  constructor(
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    @Inject(POLICY) readonly policy: AccessPolicy,
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(LANE) readonly lane: LaneContext,
    readonly counters: BrokerCounters,
    private readonly table: ConnectionTable,
    private readonly engine: MqttEngine,
    private readonly audit: AuditTrail,
    private readonly statusPublisher: StatusPublisher,
    private readonly quotas: QuotaBook,
  ) {
    this.limits = settings.limits;
    this.notices = new QuotaNotices('mqtt', clock, (topic, notice) => {
      engine.publish(topic, JSON.stringify(notice), true);
    });
    engine.admitted = (connection) => this.admitted(connection);
    this.listeners = new Listeners(settings, (socket, origin) => this.accept(socket, origin));
  }

  /** Ports that were opened. */
  get ports(): Endpoints {
    if (this.endpoints === null) throw new Error('The broker has not been started');
    return this.endpoints;
  }

  status(): ServiceStatus {
    return this.statusPublisher.status();
  }

  async start(watch: ((revised: (revision: Revision) => Promise<void>) => RegistryWatch) | null): Promise<Endpoints> {
    await this.engine.start();
    this.watch = watch?.((revision) => this.revise(revision)) ?? null;
    await this.watch?.start();
    this.endpoints = await this.listeners.open();
    await this.engine.listen(QUOTA_ASK_TOPIC, (payload) => this.answerQuota(payload));
    await this.engine.listen(REGISTRY_LOOK_TOPIC, (payload) => void this.lookAtRegistry(payload.toString('utf8')));
    this.quotaSweep = setInterval(() => this.sweepQuotas(), QUOTA_SWEEP_MS);
    // A conformance suite subscribes to everything and expects nothing but its own messages.
    if (!this.settings.open) this.statusPublisher.start();
    return this.endpoints;
  }

  /** Stops accepting, acknowledges what was taken, then closes the connections. The journal is closed by its owner. */
  async stop(): Promise<void> {
    this.listeners.close();
    if (this.quotaSweep !== null) clearInterval(this.quotaSweep);
    // A registry that does not answer must not keep from their acknowledgements what was taken.
    const watching = this.watch?.stop();
    for (const connection of this.table.all()) connection.stopReading();
    await this.drain();
    this.statusPublisher.stop();
    await within(CLOSE_MS, this.engine.stop());
    for (const connection of this.table.all()) connection.socket.destroy();
    await watching;
  }

  forward(connection: Connection, message: ForwardedMessage): void {
    this.engine.forward(connection, message);
  }

  violation(connection: Connection, reason: Violation): void {
    this.counters.refuse(reason);
    this.logger.info(
      { reason, address: connection.origin.address, username: connection.username },
      'connection closed for breaking the protocol',
    );
  }

  subscriptionDenied(connection: Connection, filter: string, reason: string): void {
    this.counters.denied++;
    const actor = connection.principal?.id ?? '';
    this.audit.record({
      actor,
      action: 'mqtt.subscribe-denied',
      subject: withoutSecrets(filter).slice(0, 256),
      detail: { reason, address: connection.origin.address },
    });
  }

  journalFailed(connection: Connection, error: Error): void {
    this.logger.error(
      { reason: error.message },
      'a message could not be journalled; its connection is closed without an acknowledgement',
    );
    connection.socket.destroy();
  }

  alive(connection: Connection): void {
    this.engine.keepAlive(connection);
  }

  subscriptionCount(connection: Connection): number {
    return this.engine.subscriptionCount(connection);
  }

  /** The owner of the device is told, and its audit trail, but not of every time. */
  heldBack(connection: Connection): void {
    const { principal } = connection;
    this.counters.heldBack++;
    if (principal?.type !== 'device' || !this.notices.due(principal.id)) return;
    const quota = this.quotas.quota(principal.id);
    const usage = this.quotas.usage(principal.id);
    if (quota === null || usage === null) return;
    const { id, department, kind } = principal;
    this.notices.throttled({ id, department, kind }, quota, usage);
    const detail = { quota: formatQuota(quota), messagesLastMinute: usage.messagesLastMinute };
    this.audit.record({ actor: id, action: 'device-over-quota', subject: id, detail });
  }

  /** The API asks for what a device has used; only the broker knows it of devices that speak MQTT to it. */
  private answerQuota(payload: Buffer): void {
    const question = parseQuotaQuestion(payload);
    if (question === null) return;
    const usage = this.quotas.usage(question.device);
    const answer: QuotaAnswer = { service: 'broker', usage };
    this.engine.publish(quotaAnswerTopic(question.id), JSON.stringify(answer), false);
  }

  /** No answer when the registry cannot be read: it is looked at again within the second. */
  private async lookAtRegistry(id: string): Promise<void> {
    if (!REGISTRY_LOOK_ID.test(id)) return;
    try {
      await this.watch?.look();
      this.engine.publish(registrySeenTopic(id), '{}', false);
    } catch (error) {
      this.logger.error({ reason: (error as Error).message }, 'registry changes could not be read');
    }
  }

  private sweepQuotas(): void {
    this.notices.sweep((device) => this.quotas.look(device));
    this.quotas.forgetIdle();
  }

  /** Its CONNECT is about to be accepted: from here on it is metered, and leaves when its key ends. */
  private admitted(connection: Connection): void {
    const { principal, username } = connection;
    if (principal === null || username === null) return;
    const quota = principal.type === 'device' ? this.policy.quotaOf(username) : null;
    if (quota !== null) {
      connection.meterBy(this.quotas.joined(principal.id, quota));
      connection.socket.once('close', () => this.quotas.left(principal.id));
    }
    this.watchKey(connection, username);
  }

  private watchKey(connection: Connection, username: string): void {
    const until = this.policy.keyUntil(username, connection.keyHash);
    if (until === null) return;
    connection.endsIn(Math.max(0, until - this.clock.now()), () => void this.reviseCredential(username));
  }

  private accept(socket: Duplex, origin: Origin): void {
    const refusal = this.table.refusal(origin.address);
    if (refusal !== null) {
      this.counters.refuse(refusal);
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, origin, this);
    this.table.add(connection);
    socket.once('close', () => this.table.remove(connection));
    this.engine.handle(connection);
  }

  /** Credentials or accounts changed: whoever is connected as something that it no longer is has to go. */
  private async revise(revision: Revision): Promise<void> {
    for (const username of revision.usernames) await this.reviseCredential(username);
    if (revision.users) await this.reviseUsers();
    if (revision.networks) this.forgetSources();
  }

  private async reviseCredential(username: string): Promise<void> {
    const quota = this.policy.quotaOf(username);
    for (const connection of this.table.of(username)) {
      if (quota !== null && connection.principal !== null) this.quotas.change(connection.principal.id, quota);
      const now = this.policy.standing(username, connection.keyHash);
      if (connection.standing === now) {
        this.watchKey(connection, username);
        continue;
      }
      this.logger.info({ username }, 'connection closed: its credential was changed');
      await this.engine.end(connection, now === null);
    }
    if (this.policy.standing(username, null) !== null || !(this.policy instanceof RegistryPolicy)) return;
    const entry = this.policy.directory.find(username);
    if (entry !== null) await this.engine.discardSession(entry.credential.clientId);
  }

  private async reviseUsers(): Promise<void> {
    if (!(this.policy instanceof RegistryPolicy)) return;
    for (const connection of [...this.table.all()]) {
      const { principal } = connection;
      if (principal?.type !== 'user') continue;
      const departments = await this.policy.users.departmentsNow(principal.id);
      if (JSON.stringify(departments) !== JSON.stringify(principal.departments))
        await this.engine.end(connection, true);
    }
  }

  /** Services publish on behalf of network servers, and their lanes remember of which. */
  private forgetSources(): void {
    for (const connection of this.table.all()) if (connection.principal?.type === 'service') connection.lane.forget();
  }

  private async drain(): Promise<void> {
    const deadline = this.clock.monotonic() + DRAIN_MS;
    while (this.busy() && this.clock.monotonic() < deadline) await pause(DRAIN_POLL_MS);
    await pause(DRAIN_POLL_MS); // the acknowledgements are written, let them leave
  }

  private busy(): boolean {
    for (const connection of this.table.all()) if (connection.lane.unacknowledged > 0) return true;
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
