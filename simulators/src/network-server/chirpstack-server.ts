import type { MqttAccess } from '../mqtt-access.js';
import { PatientClient } from '../mqtt-client.js';
import type { Traffic } from '../traffic.js';
import type { Application } from './names.js';

/** Unacknowledged publishes at most; the devices behind are not asked for more until some are acknowledged. */
const WINDOW = 500;

export type ChirpStackEventName = 'up' | 'join' | 'status' | 'log' | 'txack' | 'ack';

export interface ChirpStackServerOptions {
  readonly url: string;
  readonly application: Application;
  readonly access: MqttAccess;
  readonly traffic: Traffic;
  random(): number;
  renew(): Promise<MqttAccess>;
  /** A downlink that the platform hands over for a device. */
  onDownlink(devEui: string, payload: Buffer): void;
}

/** The MQTT integration of a ChirpStack for one application: one connection for all of its devices. */
export class ChirpStackServer {
  private readonly client: PatientClient;
  private inFlight = 0;

  constructor(private readonly options: ChirpStackServerOptions) {
    const { url, access, random, renew } = options;
    this.client = new PatientClient({ url, access, random, renew, onConnect: () => this.subscribe() });
    this.client.mqtt.on('message', (topic, payload) => {
      const devEui = topic.split('/')[3];
      if (devEui !== undefined) options.onDownlink(devEui.toLowerCase(), payload);
    });
  }

  get connected(): boolean {
    return this.client.connected;
  }

  /** No room for the events of one more frame. */
  get full(): boolean {
    return this.inFlight >= WINDOW;
  }

  connect(): void {
    this.client.connect();
  }

  publish(devEui: string, event: ChirpStackEventName, payload: string): void {
    this.inFlight++;
    this.options.traffic.sent++;
    this.client.mqtt.publish(
      `application/${this.options.application.id}/device/${devEui}/event/${event}`,
      payload,
      { qos: 1 },
      (error) => {
        this.inFlight--;
        this.options.traffic.settle(error);
      },
    );
  }

  /** Disconnects, after a moment for what is in flight. */
  close(): Promise<void> {
    return this.client.close(async () => {
      while (this.inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    });
  }

  private subscribe(): void {
    const { id } = this.options.application;
    // A refusal leaves the uplinks as they are: the network then has no downlinks.
    this.client.mqtt.subscribe(`application/${id}/device/+/command/+`, { qos: 1 }, () => undefined);
  }
}
