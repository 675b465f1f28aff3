import { deviceTopic, type Clock } from '#core';
import { findKind } from '#kinds';
import type { SimulatedDevice } from './city.js';
import { DeviceLink } from './device-link.js';
import { DeviceScript, type Oddities } from './device-script.js';
import type { MqttAccess } from './mqtt-access.js';
import { SeededRandom } from './random.js';

/** New connections a second at most: a city does not come up at one instant. */
const CONNECTS_PER_SECOND = 100;
const MAX_INTERVAL_JITTER = 0.02;

export interface FleetOptions {
  readonly mqttUrl: string;
  readonly seed: string;
  /** Identifies this run in the `boot` of every device. */
  readonly boot: string;
  /** Null: the interval of the kind. */
  readonly intervalMs: number | null;
  readonly oddities: Oddities;
  readonly clock: Clock;
  renew(device: SimulatedDevice): Promise<MqttAccess>;
}

interface Member {
  readonly link: DeviceLink;
  readonly script: DeviceScript;
  readonly random: SeededRandom;
  readonly intervalMs: number;
}

/** All devices of the city, each with its own connection and its own timer. */
export class Fleet {
  private readonly members: Member[] = [];
  private readonly timers = new Map<Member, NodeJS.Timeout>();
  private stopped = false;

  constructor(private readonly options: FleetOptions) {}

  get size(): number {
    return this.members.length;
  }

  get connected(): number {
    return this.members.filter(({ link }) => link.connected).length;
  }

  /** Adds a device and schedules its connect and its first reading. */
  add(device: SimulatedDevice, access: MqttAccess): void {
    const { mqttUrl, seed, boot, intervalMs, oddities, renew } = this.options;
    const random = new SeededRandom(`${seed}/timing/${device.id}`);
    const statusTopic = deviceTopic({ department: device.department, kind: device.kind, device: device.id }, 'status');
    const member: Member = {
      link: new DeviceLink({ url: mqttUrl, access, statusTopic, random: random.next, renew: () => renew(device) }),
      script: new DeviceScript(device, seed, boot, oddities),
      random,
      intervalMs: intervalMs ?? findKind(device.kind)!.intervalMs,
    };
    const connectAfter = (this.members.length * 1000) / CONNECTS_PER_SECOND;
    this.members.push(member);
    this.schedule(member, connectAfter, () => {
      member.link.connect();
      this.schedule(member, random.next() * member.intervalMs, () => this.tick(member));
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.members.map(({ link }) => link.close()));
  }

  private tick(member: Member): void {
    const { payloads, reading } = member.script.next(this.options.clock.now());
    member.link.send(payloads, reading);
    const jitter = 1 + (member.random.next() * 2 - 1) * MAX_INTERVAL_JITTER;
    this.schedule(member, member.intervalMs * jitter, () => this.tick(member));
  }

  private schedule(member: Member, afterMs: number, action: () => void): void {
    if (!this.stopped) this.timers.set(member, setTimeout(action, afterMs));
  }
}
