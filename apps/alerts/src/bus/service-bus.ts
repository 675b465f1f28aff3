import { connect, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { type ServiceStatus, serviceTopic } from '#core';

export interface ServiceBusOptions {
  readonly url: string;
  /** Name of the service, such as 'alerts'. */
  readonly service: string;
  readonly key: string;
  readonly down: () => ServiceStatus;
  readonly onStatus: (status: ServiceStatus) => void;
  readonly logger: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const RECONNECT_MS = 1_000;

/** The service as an MQTT client of our own broker (docs/architecture.md, Service bus). */
export class ServiceBus {
  private client: MqttClient | null = null;

  constructor(private readonly options: ServiceBusOptions) {}

  get connected(): boolean {
    return this.client?.connected === true;
  }

  start(): void {
    const { url, service, key, down, logger, random } = this.options;
    const name = `service:${service}`;
    const client = connect(url, {
      username: name,
      clientId: name,
      password: key,
      clean: true,
      queueQoSZero: false,
      // Spread, so that all services do not come back at the same moment.
      reconnectPeriod: RECONNECT_MS * (0.5 + random()),
      will: { topic: serviceTopic(service), payload: Buffer.from(JSON.stringify(down())), qos: 0, retain: true },
    });
    client.on('connect', () => {
      logger.info('connected to the broker');
      client.subscribe(serviceTopic('+'), { qos: 0 });
    });
    client.on('error', (error) => logger.warn({ reason: error.message }, 'the broker cannot be reached'));
    client.on('message', (_topic, payload) => this.takeStatus(payload));
    this.client = client;
  }

  /** QoS 1: resolves with the broker's PUBACK. Rejects when there is no connection, or none any more. */
  async publishDurably(topic: string, payload: string): Promise<void> {
    if (!this.connected) throw new Error('there is no connection to the broker');
    await this.client!.publishAsync(topic, payload, { qos: 1 });
  }

  publishStatus(status: ServiceStatus): void {
    if (this.connected)
      this.client!.publish(serviceTopic(status.service), JSON.stringify(status), { qos: 0, retain: true });
  }

  async close(): Promise<void> {
    if (this.client === null) return;
    if (this.connected) this.publishStatus(this.options.down());
    await this.client.endAsync(!this.connected);
  }

  private takeStatus(payload: Buffer): void {
    try {
      this.options.onStatus(JSON.parse(payload.toString('utf8')) as ServiceStatus);
    } catch {
      this.options.logger.warn('a service status could not be read');
    }
  }
}
