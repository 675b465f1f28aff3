import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { endClient } from '#service';
import type { Backoff } from './backoff.js';

export interface LinkOptions {
  /** Whom the log speaks of. */
  readonly name: string;
  readonly url: string;
  readonly access: Pick<IClientOptions, 'clientId' | 'username' | 'password'>;
  readonly filters: readonly string[];
  /**
   * Acknowledged when it resolves. When it rejects the connection is dropped, so that the other side delivers again: without
   * that a message whose callback reports an error is neither acknowledged nor delivered again (mqtt.js).
   */
  readonly take: (message: IPublishPacket) => Promise<void>;
  /** Whether it makes sense to connect now; asked again and again while it does not. */
  readonly wanted: () => boolean;
  readonly onChange: (connected: boolean) => void;
  readonly backoff: Backoff;
  readonly logger: Logger;
}

const CONNECT_TIMEOUT_MS = 20_000;
const KEEP_ALIVE_S = 45;
const LOOK_AGAIN_MS = 250;
/** A connection that lived this long was a good one: the next pause is short again. */
const STABLE_AFTER_MS = 10_000;

/**
 * An MQTT client with a session that outlives its connection. Messages are taken one after the other and acknowledged only
 * when they were dealt with; what waits meanwhile stays in the socket, so memory is bounded. mqtt.js reconnects after a fixed
 * second without jitter; here each connection is a new client after a pause that grows and is spread.
 */
export class MqttLink {
  private client: MqttClient | null = null;
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;
  private lastTrouble = '';
  /** Lowest QoS that was granted for the filters; null while there is no subscription. */
  private granted: 0 | 1 | null = null;
  connections = 0;

  constructor(private readonly options: LinkOptions) {}

  get connected(): boolean {
    return this.granted !== null;
  }

  get grantedQos(): 0 | 1 | null {
    return this.granted;
  }

  start(): void {
    this.connectIn(0);
  }

  /** Drops the connection; a new one is made when one is wanted. */
  drop(): void {
    this.client?.end(true);
  }

  /** With the QoS that the other side grants. @throws Error when it did not go out */
  async publish(topic: string, payload: Buffer): Promise<void> {
    if (this.client === null || this.granted === null)
      throw new Error(`there is no connection to ${this.options.name}`);
    await this.client.publishAsync(topic, payload, { qos: this.granted });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.client !== null) await endClient(this.client).catch(() => undefined);
  }

  private connectIn(pauseMs: number): void {
    this.timer = setTimeout(() => {
      if (this.options.wanted()) this.connect();
      else this.connectIn(LOOK_AGAIN_MS);
    }, pauseMs);
  }

  private connect(): void {
    const { url, access } = this.options;
    const client = connect(url, {
      ...access,
      clean: false,
      keepalive: KEEP_ALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
    });
    this.client = client;
    client.handleMessage = (packet, done) => this.handle(client, packet, done);
    client.on('error', (error) => this.sayOnce(error.message));
    client.on('connect', () => void this.subscribe(client));
    client.once('close', () => this.onClose(client));
  }

  private async subscribe(client: MqttClient): Promise<void> {
    const { filters, name, logger, onChange } = this.options;
    try {
      const grants = await client.subscribeAsync([...filters], { qos: 1 });
      if (grants.some(({ qos }) => qos > 2)) throw new Error('a subscription was refused');
      this.granted = grants.every(({ qos }) => qos >= 1) ? 1 : 0;
    } catch (error) {
      this.sayOnce((error as Error).message);
      client.end(true);
      return;
    }
    this.lastTrouble = '';
    this.connections++;
    logger.info({ qos: this.granted }, `connected to ${name}`);
    onChange(true);
    const stable = setTimeout(() => this.options.backoff.reset(), STABLE_AFTER_MS);
    client.once('close', () => clearTimeout(stable));
  }

  private handle(client: MqttClient, packet: IPublishPacket, done: (error?: Error) => void): void {
    this.options.take(packet).then(
      () => done(),
      (error: unknown) => {
        this.sayOnce((error as Error).message);
        client.end(true);
      },
    );
  }

  private onClose(client: MqttClient): void {
    if (this.client !== client) return;
    const { name, logger, onChange, backoff } = this.options;
    this.client = null;
    // The client of a connection that failed while it was made still holds its timers and its socket.
    client.end(true);
    if (this.granted !== null) {
      this.granted = null;
      onChange(false);
    }
    if (this.isClosed) return;
    const pauseMs = backoff.next();
    logger.debug({ pauseMs: Math.round(pauseMs) }, `${name} is tried again after a pause`);
    this.connectIn(pauseMs);
  }

  /** It tries again and again; the log hears of each trouble once. */
  private sayOnce(trouble: string): void {
    if (trouble === this.lastTrouble || this.isClosed) return;
    this.lastTrouble = trouble;
    this.options.logger.warn({ reason: trouble }, `${this.options.name} cannot be reached`);
  }
}
