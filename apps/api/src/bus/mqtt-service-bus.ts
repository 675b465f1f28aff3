import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { LamplighterError, QUOTA_ASK_TOPIC, quotaAnswerTopic, REGISTRY_LOOK_TOPIC, registrySeenTopic } from '#core';
import type { Clock, QuotaAnswer, ServiceStatus } from '#core';
import { ServiceBus as BusClient, StatusPublisher } from '#service';
import type { ServiceBus } from '../ports.js';

const PUBACK_TIMEOUT_MS = 5_000;
/** Beyond this, messages are refused rather than queued: a device is told to come back. */
const MAX_IN_FLIGHT = 1_000;
const SERVICE = 'api';
/** Who meters devices besides this service: the broker, and ingest for those behind gateways. */
const QUOTA_SERVICES = 2;
const QUOTA_WAIT_MS = 500;
const LOOK_WAIT_MS = 500;

export interface ServiceBusOptions {
  readonly url: string;
  readonly serviceKey: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Own counters and gauges for the status, by Prometheus name without prefix. */
  readonly metrics: () => Readonly<Record<string, number>>;
}

/** This service on our own broker: publishes for HTTP devices, hears how the others are, and says how it is itself. */
export class MqttServiceBus implements ServiceBus {
  private readonly client: BusClient;
  private readonly status: StatusPublisher;
  private readonly known = new Map<string, ServiceStatus>();
  private readonly looks = new Map<string, () => void>();
  private readonly asked = new Map<string, (answer: QuotaAnswer) => void>();
  private inFlight = 0;

  constructor({ url, serviceKey: key, clock, logger, metrics }: ServiceBusOptions) {
    this.client = new BusClient({
      url,
      service: SERVICE,
      clientSuffix: randomBytes(4).toString('hex'),
      key,
      onStatus: (status, service) => this.known.set(service, status),
      clock,
      logger,
      random: Math.random,
    });
    const report = () => ({ state: 'up' as const, metrics: metrics() });
    this.status = new StatusPublisher({ service: SERVICE, bus: this.client, report, clock });
    this.client.listen(quotaAnswerTopic('+'), (topic, payload) => {
      this.asked.get(topic)?.(JSON.parse(payload.toString('utf8')) as QuotaAnswer);
    });
    this.client.listen(registrySeenTopic('+'), (topic) => this.looks.get(topic)?.());
    this.client.start();
    this.status.start();
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    // mqtt.js would queue without bound while it is away (TRAPS), and answer long after the device has given up.
    if (!this.client.connected) throw unavailable('There is no connection to the broker.');
    if (this.inFlight >= MAX_IN_FLIGHT) throw unavailable('Too many messages wait for the broker.');
    this.inFlight += 1;
    try {
      await withTimeout(this.client.publishDurably(topic, Buffer.from(payload)));
    } catch (cause) {
      throw cause instanceof LamplighterError ? cause : unavailable('The broker did not take the message.', cause);
    } finally {
      this.inFlight -= 1;
    }
  }

  async askQuota(device: string): Promise<readonly QuotaAnswer[]> {
    if (!this.client.connected) return [];
    const id = randomBytes(8).toString('hex');
    const topic = quotaAnswerTopic(id);
    const answers: QuotaAnswer[] = [];
    try {
      return await new Promise((resolve) => {
        setTimeout(() => resolve(answers), QUOTA_WAIT_MS).unref();
        this.asked.set(topic, (answer) => {
          answers.push(answer);
          if (answers.length === QUOTA_SERVICES) resolve(answers);
        });
        this.client.publish(QUOTA_ASK_TOPIC, JSON.stringify({ id, device }));
      });
    } finally {
      this.asked.delete(topic);
    }
  }

  async brokerHasLooked(): Promise<void> {
    if (!this.client.connected) return;
    const id = randomBytes(8).toString('hex');
    const topic = registrySeenTopic(id);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LOOK_WAIT_MS).unref();
      this.looks.set(topic, resolve);
      this.client.publish(REGISTRY_LOOK_TOPIC, id);
    });
    this.looks.delete(topic);
  }

  isConnected(): boolean {
    return this.client.connected;
  }

  statuses(): ReadonlyMap<string, ServiceStatus> {
    return this.known;
  }

  async close(): Promise<void> {
    this.status.stop();
    await this.client.close();
  }
}

function withTimeout<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(unavailable('The broker did not acknowledge in time.')), PUBACK_TIMEOUT_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function unavailable(message: string, cause?: unknown): LamplighterError {
  return new LamplighterError('journal-unwritable', message, { retryable: true, cause });
}
