import { findKind, type Kind } from '#kinds';
import type { SimulatedDevice } from './city.js';
import { faultsOf, type Fault } from './faults.js';
import { spoil } from './bad-payload.js';
import { SeededRandom } from './random.js';
import { hongKongHour, weatherAt } from './weather.js';

const DAY_MS = 86_400_000;
const MAX_DRIFT_MS = 120_000;

/** How much goes wrong. All of it is drawn from the seed of the device. */
export interface Oddities {
  /** Share of readings sent as something that the platform must refuse. */
  readonly badRate: number;
  /** Share of readings sent twice. */
  readonly duplicateRate: number;
  /** Share of devices whose clock is wrong, by up to two minutes either way. */
  readonly driftingShare: number;
  /** Episodes of `faults.ts` a day for each device. */
  readonly faultsPerDay: number;
}

export const DEFAULT_ODDITIES: Oddities = {
  badRate: 0.003,
  duplicateRate: 0.003,
  driftingShare: 0.05,
  faultsPerDay: 6,
};

/** What a device does at one tick. */
export interface Tick {
  /** The reading as sound JSON, null while the device is silent. Kept for later when the device is offline. */
  readonly reading: string | null;
  /** Payloads to publish now, in order: usually the reading alone. */
  readonly payloads: readonly string[];
}

const SILENT: Tick = { reading: null, payloads: [] };

/**
 * Decides what one device sends, tick by tick. A script of the same device, seed and boot identifier that is asked at the same
 * times says the same.
 */
export class DeviceScript {
  private readonly random: SeededRandom;
  private readonly kind: Kind;
  private readonly memory = new Map<string, number>();
  private readonly clockErrorMs: number;
  private seq = 0;
  private restarts = 0;
  private lastTick: number | null = null;
  private fault: { readonly fault: Fault; readonly until: number } | null = null;

  /** @param boot must differ between runs, because the sequence starts from 0 in each */
  constructor(
    private readonly device: SimulatedDevice,
    private readonly seed: string,
    private readonly boot: string,
    private readonly oddities: Oddities = DEFAULT_ODDITIES,
  ) {
    const kind = findKind(device.kind);
    if (kind === undefined) throw new Error(`'${device.kind}' is not a kind`);
    this.kind = kind;
    this.random = new SeededRandom(`${seed}/device/${device.id}`);
    const drifts = this.random.next() < oddities.driftingShare;
    this.clockErrorMs = drifts ? Math.round((this.random.next() * 2 - 1) * MAX_DRIFT_MS) : 0;
  }

  /** @param time true time, milliseconds since the epoch */
  next(time: number): Tick {
    const fault = this.faultAt(time);
    const values = { ...this.kind.simulate(this.contextAt(time)), ...fault?.values };
    if (fault?.silent === true) return SILENT;
    const boot = this.restarts === 0 ? this.boot : `${this.boot}.${this.restarts}`;
    const sound = { ts: time + this.clockErrorMs, seq: this.seq++, boot, values };
    const reading = JSON.stringify(sound);
    // Both are drawn at each tick, so that one rate does not move the stream of the other.
    const bad = this.random.next() < this.oddities.badRate;
    const twice = this.random.next() < this.oddities.duplicateRate;
    if (bad) return { reading, payloads: [spoil(sound, this.random)] };
    return { reading, payloads: twice ? [reading, reading] : [reading] };
  }

  private contextAt(time: number) {
    const { latitude, longitude } = this.device;
    const { next: random, gaussian } = this.random;
    const weather = weatherAt(time, this.seed);
    return { time, hour: hongKongHour(time), latitude, longitude, random, gaussian, weather, memory: this.memory };
  }

  private faultAt(time: number): Fault | null {
    const elapsed = this.lastTick === null ? 0 : Math.max(0, time - this.lastTick);
    this.lastTick = time;
    if (this.fault !== null && time < this.fault.until) return this.fault.fault;
    this.fault = null;
    if (this.random.next() >= 1 - Math.exp((-this.oddities.faultsPerDay * elapsed) / DAY_MS)) return null;
    const fault = this.random.pick(faultsOf(this.device.kind));
    this.fault = { fault, until: time + fault.minutes * 60_000 * (0.5 + this.random.next()) };
    if (fault.restart === true) {
      this.restarts++;
      this.seq = 0;
    }
    return fault;
  }
}
