import { connectAsync, type MqttClient } from 'mqtt';
import {
  chirpStackAck,
  chirpStackJoin,
  chirpStackTxAck,
  chirpStackUp,
  type LoraDevice,
  type Uplink,
} from './events.js';

export interface ChirpStackOptions {
  readonly url: string;
  /** User name and client id, as the instructions of `POST /v1/network-servers` say. */
  readonly id: string;
  readonly key: string;
  /** `topicPrefix` of the network server: what the topic templates begin with. */
  readonly prefix?: string;
}

export interface ChirpStackCommand {
  readonly application: string;
  readonly devEui: string;
  readonly command: {
    readonly id: string;
    readonly devEui: string;
    readonly confirmed: boolean;
    readonly fPort: number;
    readonly data: string;
  };
}

const COMMAND = /(?:^|\/)application\/([^/]+)\/device\/([0-9a-f]{16})\/command\/down$/;

/**
 * The MQTT integration of ChirpStack v4: a client of our broker that publishes events, subscribes to the commands of all its
 * applications, and says of each downlink that it was sent and, when confirmed, acknowledged.
 */
export class SimulatedChirpStack {
  readonly commands: ChirpStackCommand[] = [];
  /** Whether devices acknowledge what is confirmed. */
  deviceAcknowledges = true;

  private constructor(
    private readonly client: MqttClient,
    private readonly prefix: string,
  ) {}

  static async connect({ url, id, key, prefix = '' }: ChirpStackOptions): Promise<SimulatedChirpStack> {
    const client = await connectAsync(url, {
      clientId: id,
      username: id,
      password: key,
      clean: false,
      // As ChirpStack does since 4.7.
      protocolVersion: 5,
      // A client that was refused goes on trying by itself; only one that was in should come back.
      reconnectPeriod: 0,
    });
    client.options.reconnectPeriod = 500;
    const server = new SimulatedChirpStack(client, prefix);
    client.on('message', (topic, payload) => void server.take(topic, payload));
    await client.subscribeAsync(`${prefix}application/+/device/+/command/+`, { qos: 1 });
    return server;
  }

  get connected(): boolean {
    return this.client.connected;
  }

  async uplink(application: string, device: LoraDevice, uplink: Uplink): Promise<void> {
    await this.publish(application, device, 'up', chirpStackUp(application, device, uplink));
  }

  async join(application: string, device: LoraDevice): Promise<void> {
    await this.publish(application, device, 'join', chirpStackJoin(application, device));
  }

  /** Resolves at the PUBACK. */
  async publish(application: string, { devEui }: LoraDevice, event: string, body: object): Promise<void> {
    const topic = `${this.prefix}application/${application}/device/${devEui}/event/${event}`;
    await this.client.publishAsync(topic, JSON.stringify(body), { qos: 1 });
  }

  async close(): Promise<void> {
    this.client.options.reconnectPeriod = 0;
    await this.client.endAsync(!this.client.connected);
  }

  private async take(topic: string, payload: Buffer): Promise<void> {
    const [, application, devEui] = COMMAND.exec(topic) ?? [];
    if (application === undefined || devEui === undefined) return;
    const command = JSON.parse(payload.toString()) as ChirpStackCommand['command'];
    this.commands.push({ application, devEui, command });
    const device = { devEui };
    await this.publish(application, device, 'txack', chirpStackTxAck(application, device, command.id));
    if (!command.confirmed) return;
    await this.publish(
      application,
      device,
      'ack',
      chirpStackAck(application, device, command.id, this.deviceAcknowledges),
    );
  }
}
