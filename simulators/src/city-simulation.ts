import { deviceTopic, type Clock } from '#core';
import { findKind } from '#kinds';
import type { SimulatedDevice } from './city.js';
import { DeviceLink } from './device-link.js';
import type { MqttAccess } from './mqtt-access.js';
import { ChirpStackServer } from './network-server/chirpstack-server.js';
import { LorawanNetwork } from './network-server/lorawan-network.js';
import { applicationOf } from './network-server/names.js';
import { SeededRandom } from './random.js';
import type { ScenarioRun } from './scenarios/scenario-run.js';
import { CityScript, type Oddities } from './script/city-script.js';
import { nativePayloads } from './script/native-payload.js';
import { TickWheel, type Visit } from './script/tick-wheel.js';
import { Traffic } from './traffic.js';

/** New connections a second at most: a city does not come up at one instant. */
const CONNECTS_PER_SECOND = 200;
/** Network servers connect first; a tick that came before them would be missed. */
const FIRST_TICK_AFTER_MS = 2_000;
const TURN_MS = 20;
/** Sockets and timers wait for the end of a turn. */
const TURN_BUDGET_MS = 25;

export interface CitySimulationOptions {
  readonly mqttUrl: string;
  readonly seed: string;
  /** Identifies this run: readings are counted from 0 in each. */
  readonly boot: string;
  /** Null: the interval of the kind. */
  readonly intervalMs: number | null;
  readonly oddities: Oddities;
  readonly scenarios: ScenarioRun | null;
  /** Kinds whose LoRaWAN devices are registered with a device type; see `raw-frames.ts`. */
  readonly rawKinds: ReadonlySet<string>;
  readonly clock: Clock;
  /** Keys of devices with a connection of their own, by id. */
  readonly deviceAccess: ReadonlyMap<string, MqttAccess>;
  /** Keys of network servers, by name. */
  readonly serverAccess: ReadonlyMap<string, MqttAccess>;
  renewDevice(device: SimulatedDevice): Promise<MqttAccess>;
  renewServer(server: string): Promise<MqttAccess>;
}

/** What the simulation has done so far. */
export interface SimulationState {
  readonly sent: number;
  readonly acknowledged: number;
  readonly inFlight: number;
  readonly lost: number;
  /** Ticks that came more than a second after their time. */
  readonly late: number;
  /** Ticks that never came: the platform was away or too slow for a whole interval. */
  readonly missed: number;
  /** LoRaWAN frames that no gateway heard; they were never sent to the platform. */
  readonly unheard: number;
  readonly connected: number;
  readonly connections: number;
}

/** All devices of the city at work: one wheel of ticks, and for each tick a connection that takes what is said. */
export class CitySimulation {
  private readonly traffic = new Traffic();
  private readonly script: CityScript;
  private readonly network: LorawanNetwork | null;
  private readonly links = new Map<number, DeviceLink>();
  private readonly servers = new Map<string, ChirpStackServer>();
  private wheel: TickWheel | null = null;
  private timers: NodeJS.Timeout[] = [];
  private skipped = 0;

  constructor(
    private readonly city: readonly SimulatedDevice[],
    private readonly options: CitySimulationOptions,
  ) {
    const { seed, oddities, scenarios, boot, rawKinds } = options;
    this.script = new CityScript(city, { seed, oddities, scenarios });
    for (const [index, device] of city.entries())
      if (device.network === 'direct') this.links.set(index, this.linkOf(device));
    const servers = new Set(city.filter(({ network }) => network === 'lorawan').map(({ server }) => server));
    for (const server of servers) this.servers.set(applicationOf(server).id, this.serverOf(server));
    this.network =
      servers.size === 0
        ? null
        : new LorawanNetwork(city, {
            boot,
            scenarios,
            rawKinds,
            server: (application) => this.servers.get(application)!,
          });
  }

  /** Connects little by little, and lets the devices tick as soon as the first could. */
  start(): void {
    let connects = 0;
    for (const connection of [...this.servers.values(), ...this.links.values()]) {
      this.timers.push(setTimeout(() => connection.connect(), (connects++ * 1000) / CONNECTS_PER_SECOND));
    }
    const { clock, intervalMs } = this.options;
    const intervals = this.city.map(({ kind }) => intervalMs ?? findKind(kind)!.intervalMs);
    this.wheel = new TickWheel(intervals, clock.monotonic() + FIRST_TICK_AFTER_MS);
    const now = (): number => clock.monotonic();
    const visit = (index: number): Visit => this.tick(index);
    this.timers.push(setInterval(() => this.wheel!.turn(now, visit, TURN_BUDGET_MS), TURN_MS));
  }

  state(): SimulationState {
    const { sent, acknowledged, inFlight, lost } = this.traffic;
    let connected = 0;
    for (const link of this.links.values()) if (link.connected) connected++;
    for (const server of this.servers.values()) if (server.connected) connected++;
    return {
      sent,
      acknowledged,
      inFlight,
      lost,
      late: this.wheel?.late ?? 0,
      missed: (this.wheel?.missed ?? 0) + this.skipped,
      unheard: this.network?.unheard ?? 0,
      connected,
      connections: this.links.size + this.servers.size,
    };
  }

  /** No new ticks; waits for what is in flight, at most this long. */
  async drain(timeoutMs: number): Promise<void> {
    this.stopTicking();
    const deadline = this.options.clock.monotonic() + timeoutMs;
    while (this.traffic.inFlight > 0 && this.options.clock.monotonic() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async stop(): Promise<void> {
    this.stopTicking();
    await Promise.all([...this.links.values(), ...this.servers.values()].map((connection) => connection.close()));
  }

  private stopTicking(): void {
    // Timeouts and intervals are one and the same to Node.
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
  }

  private tick(index: number): Visit {
    const device = this.city[index]!;
    const link = this.links.get(index);
    if (link === undefined) {
      const server = this.servers.get(applicationOf(device.server).id)!;
      if (!server.connected) {
        this.skipped++;
        return 'done';
      }
      // Behind a full window everybody waits: the devices that come next would meet the same broker.
      if (server.full) return 'held';
    }
    const tick = this.script.next(index, this.options.clock.now());
    if (tick === null) return 'done';
    const random = this.script.randomOf(index);
    if (link === undefined) {
      this.network!.send(index, tick, random);
    } else {
      const { payloads, reading } = nativePayloads(tick, this.options.boot, random);
      link.send(payloads, reading);
    }
    return 'done';
  }

  private linkOf(device: SimulatedDevice): DeviceLink {
    const { mqttUrl, seed, deviceAccess, renewDevice } = this.options;
    return new DeviceLink({
      url: mqttUrl,
      access: deviceAccess.get(device.id)!,
      statusTopic: deviceTopic({ department: device.department, kind: device.kind, device: device.id }, 'status'),
      traffic: this.traffic,
      random: new SeededRandom(`${seed}/timing/${device.id}`).next,
      renew: () => renewDevice(device),
    });
  }

  private serverOf(name: string): ChirpStackServer {
    const { mqttUrl, seed, serverAccess, renewServer } = this.options;
    return new ChirpStackServer({
      url: mqttUrl,
      application: applicationOf(name),
      access: serverAccess.get(name)!,
      traffic: this.traffic,
      random: new SeededRandom(`${seed}/timing/${name}`).next,
      renew: () => renewServer(name),
      onDownlink: (devEui, payload) => this.network?.downlinks.add(devEui, payload),
    });
  }
}
