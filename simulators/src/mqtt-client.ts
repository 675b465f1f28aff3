import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { MqttAccess } from './mqtt-access.js';

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** Return codes of CONNACK that a new key may cure [MQTT-3.2.2-5]: bad user name or password, not authorised. */
const BAD_CREDENTIALS: ReadonlySet<unknown> = new Set([4, 5]);

export interface PatientClientOptions {
  readonly url: string;
  readonly access: MqttAccess;
  readonly will?: IClientOptions['will'];
  /** Uniform in [0, 1): spreads reconnects, which mqtt.js does not. */
  random(): number;
  /** Asked when the broker refuses the key; the client connects again with what it resolves to. */
  renew(): Promise<MqttAccess>;
  onConnect(client: MqttClient): void;
}

/** An MQTT connection that comes back by itself, ever more patiently, and asks for a new key when the old one is refused. */
export class PatientClient {
  readonly mqtt: MqttClient;
  private attempts = 0;
  private closing = false;
  private refused = false;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: PatientClientOptions) {
    const { clientId, username, password } = options.access;
    this.mqtt = mqtt.connect(options.url, {
      clientId,
      username,
      password,
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      reconnectPeriod: 0,
      manualConnect: true,
      ...(options.will === undefined ? {} : { will: options.will }),
    });
    this.mqtt.on('connect', () => {
      this.attempts = 0;
      options.onConnect(this.mqtt);
    });
    this.mqtt.on('close', () => this.onClose());
    this.mqtt.on('error', (error: Error & { code?: unknown }) => (this.refused = BAD_CREDENTIALS.has(error.code)));
  }

  get connected(): boolean {
    return this.mqtt.connected;
  }

  connect(): void {
    if (!this.closing) this.mqtt.connect();
  }

  /** Disconnects, after `farewell` or a second. */
  async close(farewell: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    this.closing = true;
    clearTimeout(this.retryTimer);
    if (this.mqtt.connected) {
      await Promise.race([
        farewell().catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
      ]);
    }
    await this.mqtt.endAsync(true).catch(() => undefined);
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
        const { clientId, username, password } = await this.options.renew();
        Object.assign(this.mqtt.options, { clientId, username, password });
      } catch {
        this.onClose();
        return;
      }
    }
    if (!this.closing) this.mqtt.reconnect();
  }
}
