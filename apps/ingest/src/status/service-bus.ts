import { connect, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { type ServiceStatus, serviceTopic } from '#core';
import type { ReportChannel } from '../reports/rejected-reports.js';

export interface ServiceBusOptions {
  readonly url: string;
  /** Name of the service, such as 'ingest'. */
  readonly service: string;
  readonly key: string;
  readonly down: () => ServiceStatus;
  readonly logger: Logger;
  readonly random: () => number;
}

const RECONNECT_MS = 1_000;

/**
 * The service as an MQTT client of our own broker (docs/architecture.md, Service bus). Everything it says may be lost without harm, so
 * nothing is queued while it is not connected: memory stays bounded.
 */
export class ServiceBus implements ReportChannel {
  private client: MqttClient | null = null;

  constructor(private readonly options: ServiceBusOptions) {}

  get connected(): boolean {
    return this.client?.connected === true;
  }

  start(): void {
    const { url, service, key, down, logger, random } = this.options;
    const name = `service:${service}`;
    this.client = connect(url, {
      username: name,
      clientId: name,
      password: key,
      clean: true,
      queueQoSZero: false,
      // Spread, so that all services do not come back at the same moment.
      reconnectPeriod: RECONNECT_MS * (0.5 + random()),
      will: { topic: serviceTopic(service), payload: Buffer.from(JSON.stringify(down())), qos: 0, retain: true },
    });
    this.client.on('connect', () => logger.info('connected to the broker'));
    this.client.on('error', (error) => logger.warn({ reason: error.message }, 'the broker cannot be reached'));
  }

  publish(topic: string, payload: string): void {
    this.send(topic, payload, false);
  }

  publishStatus(status: ServiceStatus): void {
    this.send(serviceTopic(status.service), JSON.stringify(status), true);
  }

  async close(): Promise<void> {
    if (this.client === null) return;
    if (this.connected) this.publishStatus(this.options.down());
    await this.client.endAsync(!this.connected);
  }

  private send(topic: string, payload: string, retain: boolean): void {
    if (this.connected) this.client!.publish(topic, payload, { qos: 0, retain });
  }
}
