import type { MqttAccess } from './mqtt-access.js';
import { PatientClient } from './mqtt-client.js';
import type { Traffic } from './traffic.js';

/** Readings kept while offline, the oldest dropped: a real device has a small flash. */
const BACKLOG_LIMIT = 500;
/** Readings sent in one array after a time offline. */
const ARRAY_LENGTH = 50;
/** Unacknowledged publishes at most; mqtt.js itself would queue without bound. */
const WINDOW = 10;
const ONLINE = '{"state":"online"}';
const OFFLINE = '{"state":"offline"}';

export interface DeviceLinkOptions {
  readonly url: string;
  readonly access: MqttAccess;
  /** Topic of the retained birth and last will. */
  readonly statusTopic: string;
  readonly traffic: Traffic;
  /** Uniform in [0, 1): spreads reconnects. */
  random(): number;
  /** Asked when the broker refuses the key; the link connects again with what it resolves to. */
  renew(): Promise<MqttAccess>;
}

/** The connection of one device: QoS 1, birth and last will, and patience. */
export class DeviceLink {
  private readonly client: PatientClient;
  private readonly backlog: string[] = [];
  private inFlight = 0;

  constructor(private readonly options: DeviceLinkOptions) {
    const { url, access, statusTopic, random, renew } = options;
    this.client = new PatientClient({
      url,
      access,
      will: { topic: statusTopic, payload: Buffer.from(OFFLINE), qos: 1, retain: true },
      random,
      renew,
      onConnect: () => this.onConnect(),
    });
  }

  get connected(): boolean {
    return this.client.connected;
  }

  connect(): void {
    this.client.connect();
  }

  /** Publishes now, or keeps `reading` for later when the broker is away or slow. */
  send(payloads: readonly string[], reading: string): void {
    if (this.client.connected && this.inFlight < WINDOW) {
      for (const payload of payloads) this.publish(payload);
    } else {
      this.backlog.push(reading);
      if (this.backlog.length > BACKLOG_LIMIT) this.backlog.shift();
    }
  }

  /** Says goodbye and disconnects, after what is in flight is acknowledged or a second has passed. */
  close(): Promise<void> {
    const { statusTopic } = this.options;
    return this.client.close(() => this.client.mqtt.publishAsync(statusTopic, OFFLINE, { qos: 1, retain: true }));
  }

  private onConnect(): void {
    this.client.mqtt.publish(this.options.statusTopic, ONLINE, { qos: 1, retain: true });
    while (this.backlog.length > 0) this.publish(`[${this.backlog.splice(0, ARRAY_LENGTH).join(',')}]`);
  }

  private publish(payload: string): void {
    this.inFlight++;
    this.options.traffic.sent++;
    this.client.mqtt.publish(this.options.access.topic, payload, { qos: 1 }, (error) => {
      this.inFlight--;
      this.options.traffic.settle(error);
    });
  }
}
