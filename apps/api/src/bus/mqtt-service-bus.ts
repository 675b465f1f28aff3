import { randomBytes } from 'node:crypto';
import { connect } from 'mqtt';
import type { MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { LamplighterError, serviceTopic, STATUS_INTERVAL_MS } from '#core';
import type { Clock, ServiceStatus } from '#core';
import type { ServiceBus } from '../ports.js';

const PUBACK_TIMEOUT_MS = 5_000;
/** Beyond this, messages are refused rather than queued: a device is told to come back. */
const MAX_IN_FLIGHT = 1_000;
const SERVICE = 'api';

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
  private readonly client: MqttClient;
  private readonly known = new Map<string, ServiceStatus>();
  private readonly startedAt: number;
  private readonly timer: NodeJS.Timeout;
  private inFlight = 0;
  private lastTrouble = '';

  constructor(private readonly options: ServiceBusOptions) {
    this.startedAt = options.clock.now();
    this.client = connect(options.url, {
      clientId: `service:${SERVICE}:${randomBytes(4).toString('hex')}`,
      username: `service:${SERVICE}`,
      password: options.serviceKey,
      clean: true,
      // Half a second to a second and a half, so that services do not come back in step.
      reconnectPeriod: 500 + Math.floor(Math.random() * 1_000),
      queueQoSZero: false,
      will: {
        topic: serviceTopic(SERVICE),
        payload: Buffer.from(JSON.stringify(this.status('down'))),
        qos: 0,
        retain: true,
      },
    });
    this.client.on('error', (error) => this.sayOnce(error.message));
    this.client.on('connect', () => {
      this.lastTrouble = '';
      options.logger.info('connected to the broker');
      this.client.subscribe('lamplighter/services/+/status', { qos: 0 });
    });
    this.client.on('message', (topic, payload) => this.noteStatus(topic, payload));
    this.timer = setInterval(() => this.sayStatus('up'), STATUS_INTERVAL_MS);
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    // mqtt.js would queue without bound while it is away (TRAPS), and answer long after the device has given up.
    if (!this.client.connected) throw unavailable('There is no connection to the broker.');
    if (this.inFlight >= MAX_IN_FLIGHT) throw unavailable('Too many messages wait for the broker.');
    this.inFlight += 1;
    try {
      await withTimeout(this.client.publishAsync(topic, Buffer.from(payload), { qos: 1 }));
    } catch (cause) {
      throw cause instanceof LamplighterError ? cause : unavailable('The broker did not take the message.', cause);
    } finally {
      this.inFlight -= 1;
    }
  }

  isConnected(): boolean {
    return this.client.connected;
  }

  statuses(): ReadonlyMap<string, ServiceStatus> {
    return this.known;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    if (this.client.connected) this.sayStatus('down');
    await this.client.endAsync();
  }

  /** It tries again every second; the log hears of each trouble once. */
  private sayOnce(trouble: string): void {
    if (trouble === this.lastTrouble) return;
    this.lastTrouble = trouble;
    this.options.logger.warn({ reason: trouble }, 'no connection to the broker');
  }

  private noteStatus(topic: string, payload: Buffer): void {
    const name = /^lamplighter\/services\/([^/]+)\/status$/.exec(topic)?.[1];
    if (name === undefined) return;
    try {
      this.known.set(name, JSON.parse(payload.toString('utf8')) as ServiceStatus);
    } catch {
      this.options.logger.warn({ topic }, 'a status that is not JSON');
    }
  }

  private sayStatus(state: ServiceStatus['state']): void {
    if (!this.client.connected) return;
    this.client.publish(serviceTopic(SERVICE), JSON.stringify(this.status(state)), { qos: 0, retain: true });
  }

  private status(state: ServiceStatus['state']): ServiceStatus {
    const { clock, metrics } = this.options;
    return {
      service: SERVICE,
      state,
      pid: process.pid,
      startedAt: this.startedAt,
      at: clock.now(),
      metrics: state === 'down' ? {} : metrics(),
    };
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
