import mqtt, { type MqttClient } from 'mqtt';
import type { MqttAccess } from './mqtt-access.js';

/** Readings kept while offline, the oldest dropped: a real device has a small flash. */
const BACKLOG_LIMIT = 500;
/** Readings sent in one array after a time offline. */
const ARRAY_LENGTH = 50;
/** Unacknowledged publishes at most; mqtt.js itself would queue without bound. */
const WINDOW = 10;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** Return codes of CONNACK that a new key may cure [MQTT-3.2.2-5]: bad user name or password, not authorised. */
const BAD_CREDENTIALS: ReadonlySet<unknown> = new Set([4, 5]);

export interface DeviceLinkOptions {
  readonly url: string;
  readonly access: MqttAccess;
  /** Topic of the retained birth and last will. */
  readonly statusTopic: string;
  /** Uniform in [0, 1): spreads reconnects, which mqtt.js does not. */
  random(): number;
  /** Asked when the broker refuses the key; the link connects again with what it resolves to. */
  renew(): Promise<MqttAccess>;
}

/** The connection of one device: QoS 1, birth and last will, and patience. */
export class DeviceLink {
  private readonly client: MqttClient;
  private readonly backlog: string[] = [];
  private access: MqttAccess;
  private inFlight = 0;
  private attempts = 0;
  private closing = false;
  private refused = false;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DeviceLinkOptions) {
    this.access = options.access;
    const { clientId, username, password } = this.access;
    this.client = mqtt.connect(options.url, {
      clientId,
      username,
      password,
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      reconnectPeriod: 0,
      manualConnect: true,
      will: { topic: options.statusTopic, payload: Buffer.from('{"state":"offline"}'), qos: 1, retain: true },
    });
    this.client.on('connect', () => this.onConnect());
    this.client.on('close', () => this.onClose());
    this.client.on('error', (error: Error & { code?: unknown }) => (this.refused = BAD_CREDENTIALS.has(error.code)));
  }

  get connected(): boolean {
    return this.client.connected;
  }

  connect(): void {
    if (!this.closing) this.client.connect();
  }

  /** Publishes now, or keeps `reading` for later when the broker is away or slow. */
  send(payloads: readonly string[], reading: string | null): void {
    if (this.client.connected && this.inFlight < WINDOW) {
      for (const payload of payloads) this.publish(payload);
    } else if (reading !== null) {
      this.backlog.push(reading);
      if (this.backlog.length > BACKLOG_LIMIT) this.backlog.shift();
    }
  }

  /** Says goodbye and disconnects, after what is in flight is acknowledged or a second has passed. */
  async close(): Promise<void> {
    this.closing = true;
    clearTimeout(this.retryTimer);
    if (this.client.connected) {
      await Promise.race([
        this.client
          .publishAsync(this.options.statusTopic, '{"state":"offline"}', { qos: 1, retain: true })
          .catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
      ]);
    }
    await this.client.endAsync(true).catch(() => undefined);
  }

  private onConnect(): void {
    this.attempts = 0;
    this.client.publish(this.options.statusTopic, '{"state":"online"}', { qos: 1, retain: true });
    while (this.backlog.length > 0) this.publish(`[${this.backlog.splice(0, ARRAY_LENGTH).join(',')}]`);
  }

  private onClose(): void {
    if (this.closing || this.retryTimer !== undefined) return;
    const backoff = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts++);
    this.retryTimer = setTimeout(() => void this.retry(), backoff * (0.5 + this.options.random()));
  }

  private async retry(): Promise<void> {
    this.retryTimer = undefined;
    if (this.refused) {
      this.refused = false;
      try {
        this.access = await this.options.renew();
        const { clientId, username, password } = this.access;
        Object.assign(this.client.options, { clientId, username, password });
      } catch {
        this.onClose();
        return;
      }
    }
    if (!this.closing) this.client.reconnect();
  }

  private publish(payload: string): void {
    this.inFlight++;
    this.client.publish(this.access.topic, payload, { qos: 1 }, () => this.inFlight--);
  }
}
