import { connect, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { type Clock, type ServiceStatus, serviceTopic, systemClock } from '#core';
import { topicMatches } from '#identity';
import { endClient } from './end-client.js';
import { type BusSettings, serviceKeyOf } from './settings.js';
import { statusOf } from './status-publisher.js';

export interface ServiceBusOptions {
  readonly url: string;
  /** Name of the service, such as 'ingest'; the user name and the client id are made of it. */
  readonly service: string;
  /** Told apart by it are several processes of one service. */
  readonly clientSuffix?: string;
  readonly key: string;
  /** Hears the status of every service, this one included, by the name that stands in the topic. */
  readonly onStatus?: (status: ServiceStatus, service: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long `close` waits for a broker that does not answer; default 2 s. */
  readonly endInOrderMs?: number;
}

const RECONNECT_MS = 1_000;

/**
 * The service as an MQTT client of our own broker (docs/architecture.md, Service bus). Nothing is queued while it is not
 * connected, so memory stays bounded: `publish` is for what may be lost, `publishDurably` says when it did not work.
 */
export class ServiceBus {
  private client: MqttClient | null = null;
  private readonly listeners: { filter: string; heard: (topic: string, payload: Buffer) => void }[] = [];
  private lastTrouble = '';
  private readonly startedAt: number;

  constructor(private readonly options: ServiceBusOptions) {
    this.startedAt = options.clock.now();
  }

  get connected(): boolean {
    return this.client?.connected === true;
  }

  /** Hears what is published on the topics of a filter, with QoS 0. */
  listen(filter: string, heard: (topic: string, payload: Buffer) => void): void {
    this.listeners.push({ filter, heard });
    if (this.connected) this.client!.subscribe(filter, { qos: 0 });
  }

  start(): void {
    const { url, service, clientSuffix, key, logger, random, onStatus } = this.options;
    const name = `service:${service}`;
    const client = connect(url, {
      username: name,
      clientId: clientSuffix === undefined ? name : `${name}:${clientSuffix}`,
      password: key,
      clean: true,
      queueQoSZero: false,
      // Spread, so that all services do not come back at the same moment.
      reconnectPeriod: RECONNECT_MS * (0.5 + random()),
      // A broker that refuses now (it is starting, it is full) may not do so in a second; mqtt.js would give up for good.
      reconnectOnConnackError: true,
      will: { topic: serviceTopic(service), payload: Buffer.from(JSON.stringify(this.down())), qos: 0, retain: true },
    });
    client.on('connect', () => {
      this.lastTrouble = '';
      logger.info('connected to the broker');
      for (const { filter } of this.listeners) client.subscribe(filter, { qos: 0 });
      if (onStatus !== undefined) client.subscribe(serviceTopic('+'), { qos: 0 });
    });
    // mqtt.js would send it again on every connection, for ever: one that the broker closes the connection for would end each of them.
    client.on('close', () => giveUp(client));
    client.on('error', (error) => this.sayOnce(error.message));
    client.on('message', (topic, payload) => {
      if (!this.heard(topic, payload)) this.takeStatus(topic, payload);
    });
    this.client = client;
  }

  /** QoS 0: sends without waiting, at most once. Does nothing while there is no connection. */
  publish(topic: string, payload: string): void {
    this.send(topic, payload, false);
  }

  /** QoS 1: resolves with the broker's PUBACK. Rejects when there is no connection, or none any more. */
  async publishDurably(topic: string, payload: string | Buffer): Promise<void> {
    if (!this.connected) throw new Error('there is no connection to the broker');
    await this.client!.publishAsync(topic, payload, { qos: 1 });
  }

  publishStatus(status: ServiceStatus): void {
    this.send(serviceTopic(status.service), JSON.stringify(status), true);
  }

  /** Says that the service is down, and disconnects. */
  async close(): Promise<void> {
    if (this.client === null) return;
    if (this.connected) this.publishStatus(this.down());
    await endClient(this.client, this.options.endInOrderMs);
  }

  private heard(topic: string, payload: Buffer): boolean {
    const listener = this.listeners.find(({ filter }) => topicMatches(filter, topic));
    if (listener === undefined) return false;
    try {
      listener.heard(topic, payload);
    } catch (error) {
      this.options.logger.warn({ topic, reason: (error as Error).message }, 'a message could not be understood');
    }
    return true;
  }

  private send(topic: string, payload: string, retain: boolean): void {
    if (this.connected) this.client!.publish(topic, payload, { qos: 0, retain });
  }

  private down(): ServiceStatus {
    const { service, clock } = this.options;
    return statusOf(service, this.startedAt, clock.now(), { state: 'down', metrics: {} });
  }

  /** It tries again every second; the log hears of each trouble once. */
  private sayOnce(trouble: string): void {
    if (trouble === this.lastTrouble) return;
    this.lastTrouble = trouble;
    this.options.logger.warn({ reason: trouble }, 'the broker cannot be reached');
  }

  private takeStatus(topic: string, payload: Buffer): void {
    const { onStatus, logger } = this.options;
    const service = /^lamplighter\/services\/([^/]+)\/status$/.exec(topic)?.[1];
    if (service === undefined || onStatus === undefined) return;
    try {
      onStatus(JSON.parse(payload.toString('utf8')) as ServiceStatus, service);
    } catch {
      logger.warn({ topic }, 'a service status could not be read');
    }
  }
}

/** What has no PUBACK yet fails, with the connection that it was sent on; who published it knows whether to try again. */
function giveUp(client: MqttClient): void {
  const { outgoing } = client as unknown as { readonly outgoing: Readonly<Record<number, unknown>> };
  for (const id of Object.keys(outgoing)) client.removeOutgoingMessage(Number(id));
}

/** The bus of a service as its settings say, connecting. For composition roots. */
export function startServiceBus(
  service: string,
  settings: BusSettings,
  logger: Logger,
  onStatus?: (status: ServiceStatus) => void,
): ServiceBus {
  const bus = new ServiceBus({
    url: settings.mqttUrl,
    service,
    key: serviceKeyOf(settings),
    ...(onStatus === undefined ? {} : { onStatus }),
    clock: systemClock,
    logger,
    random: Math.random,
  });
  bus.start();
  return bus;
}
