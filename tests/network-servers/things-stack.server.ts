import { createServer, type AddressInfo, type Server } from 'node:net';
import { Aedes, type AuthenticateError } from 'aedes';
import {
  type LoraDevice,
  type ThingsStackDownlink,
  thingsStackDownlinkEvent,
  thingsStackUp,
  type Uplink,
} from './events.js';

export interface ThingsStackOptions {
  /** `{application}@{tenant}`. */
  readonly username: string;
  readonly key: string;
}

/**
 * As much of The Things Stack v3 as its MQTT clients see: an MQTT server with one application, which keeps sessions, sends
 * uplinks, and says of each downlink that it was queued, sent and, when confirmed, acknowledged.
 */
export class SimulatedThingsStack {
  readonly downlinks: { readonly deviceId: string; readonly downlink: ThingsStackDownlink }[] = [];
  private aedes!: Aedes;
  private server!: Server;
  private readonly devices = new Map<string, LoraDevice>();

  constructor(private readonly options: ThingsStackOptions) {}

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private get application(): string {
    return this.options.username.split('@')[0]!;
  }

  async start(): Promise<void> {
    const { username, key } = this.options;
    this.aedes = await Aedes.createBroker({
      authenticate: (_client, name, password, done) => {
        if (name === username && password?.toString() === key) done(null, true);
        else done(Object.assign(new Error('not authorized'), { returnCode: 4 }) as AuthenticateError, false);
      },
      // Topics of its own application only; what goes down is not told to those who listen for what goes up.
      authorizeSubscribe: (_client, subscription, done) =>
        done(null, subscription.topic.startsWith(`v3/${username}/`) ? subscription : null),
    });
    this.aedes.on('publish', ({ topic, payload }, client) => {
      const deviceId = /^v3\/[^/]+\/devices\/([^/]+)\/down\/(?:push|replace)$/.exec(topic)?.[1];
      if (client !== null && deviceId !== undefined) void this.schedule(deviceId, payload as Buffer);
    });
    this.server = createServer((socket) => this.aedes.handle(socket));
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
  }

  async uplink(device: LoraDevice, uplink: Uplink): Promise<Buffer> {
    return this.publish(device, 'up', thingsStackUp(this.application, device, uplink));
  }

  async publish(device: LoraDevice, event: string, body: object): Promise<Buffer> {
    const payload = Buffer.from(JSON.stringify(body));
    const deviceId = device.deviceId ?? `eui-${device.devEui}`;
    this.devices.set(deviceId, device);
    const topic = `v3/${this.options.username}/devices/${deviceId}/${event}`;
    await new Promise<void>((done, failed) =>
      this.aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, (error) =>
        error ? failed(error) : done(),
      ),
    );
    return payload;
  }

  async stop(): Promise<void> {
    this.server.close();
    await new Promise<void>((done) => this.aedes.close(done));
  }

  private async schedule(deviceId: string, payload: Buffer): Promise<void> {
    const device = this.devices.get(deviceId);
    if (device === undefined) return;
    const { downlinks } = JSON.parse(payload.toString()) as { downlinks: ThingsStackDownlink[] };
    for (const downlink of downlinks) {
      this.downlinks.push({ deviceId, downlink });
      const steps = ['queued', 'sent', ...(downlink.confirmed === true ? (['ack'] as const) : [])] as const;
      for (const step of steps) {
        await this.publish(device, `down/${step}`, thingsStackDownlinkEvent(this.application, device, step, downlink));
      }
    }
  }
}
