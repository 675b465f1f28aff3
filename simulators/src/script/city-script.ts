import { findKind, type Kind, type SimulationContext, type Weather } from '#kinds';
import type { SimulatedDevice } from '../city.js';
import { faultsOf, type Fault } from '../faults.js';
import { SeededRandoms } from '../random.js';
import type { ScenarioRun, Values } from '../scenarios/scenario-run.js';
import { hongKongHour, weatherAt } from '../weather.js';
import { KindMemory } from './kind-memory.js';

const DAY_MS = 86_400_000;
const MAX_DRIFT_MS = 120_000;
const NO_FAULT = -1;
/** Weather does not change within it. */
const WEATHER_STEP_MS = 1_000;

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

/** What a device has to say at one tick. */
export interface Tick {
  /** True time, milliseconds since the epoch. */
  readonly time: number;
  /** What the clock of the device shows. */
  readonly ts: number;
  /** Counts the readings of the device since it restarted. */
  readonly seq: number;
  /** How often it has restarted since the simulation began. */
  readonly restarts: number;
  readonly values: Values;
  readonly oddity: 'none' | 'bad' | 'twice';
}

export interface ScriptOptions {
  readonly seed: string;
  readonly oddities: Oddities;
  readonly scenarios: ScenarioRun | null;
}

/**
 * Decides what each device says, tick by tick. A device of the same seed that is asked at the same times says the same, whoever
 * else is in the city.
 *
 * Nothing here is kept as an object of a device: its state is a place in blocks of numbers, of which some two hundred bytes are
 * enough, so that one process holds a whole city.
 */
export class CityScript {
  private readonly randoms: SeededRandoms;
  private readonly kinds: readonly Kind[];
  private readonly memories: readonly KindMemory[];
  private readonly kindOf: Uint8Array;
  /** Number of the device among those of its kind. */
  private readonly placeInKind: Uint32Array;
  private readonly seq: Uint32Array;
  private readonly restarts: Uint16Array;
  private readonly clockErrorMs: Int32Array;
  private readonly lastTick: Float64Array;
  private readonly fault: Int8Array;
  private readonly faultUntil: Float64Array;
  private weather: { readonly step: number; readonly value: Weather } | null = null;

  /** @throws Error when a device is of a kind that this release does not know */
  constructor(
    private readonly devices: readonly SimulatedDevice[],
    private readonly options: ScriptOptions,
  ) {
    const { seed, oddities } = options;
    const count = devices.length;
    this.randoms = new SeededRandoms(count, (index) => `${seed}/device/${devices[index]!.id}`);
    this.kinds = [...new Set(devices.map(({ kind }) => kind))].map(kindNamed);
    const numberOfKind = new Map(this.kinds.map(({ name }, number) => [name, number]));
    const sizes = this.kinds.map(() => 0);
    this.kindOf = new Uint8Array(count);
    this.placeInKind = new Uint32Array(count);
    this.clockErrorMs = new Int32Array(count);
    for (const [index, device] of devices.entries()) {
      const kind = numberOfKind.get(device.kind)!;
      this.kindOf[index] = kind;
      this.placeInKind[index] = sizes[kind]!++;
      const { next } = this.randoms.focus(index);
      const drifts = next() < oddities.driftingShare;
      this.clockErrorMs[index] = drifts ? Math.round((next() * 2 - 1) * MAX_DRIFT_MS) : 0;
    }
    this.memories = sizes.map((size) => new KindMemory(size));
    this.seq = new Uint32Array(count);
    this.restarts = new Uint16Array(count);
    this.lastTick = new Float64Array(count).fill(NaN);
    this.fault = new Int8Array(count).fill(NO_FAULT);
    this.faultUntil = new Float64Array(count);
  }

  /** Bytes of state, of all devices together. */
  get bytes(): number {
    const blocks = [this.kindOf, this.placeInKind, this.seq, this.restarts, this.clockErrorMs, this.fault];
    const times = [this.lastTick, this.faultUntil];
    return (
      [...blocks, ...times].reduce((sum, { byteLength }) => sum + byteLength, this.randoms.bytes) +
      this.memories.reduce((sum, { bytes }) => sum + bytes, 0)
    );
  }

  /**
   * @param time true time, milliseconds since the epoch
   * @returns null while the device is silent
   */
  next(index: number, time: number): Tick | null {
    const device = this.devices[index]!;
    const randoms = this.randoms.focus(index);
    const fault = this.faultAt(index, time);
    const disturbance = this.options.scenarios?.on(device, time);
    const plausible = this.kinds[this.kindOf[index]!]!.simulate(this.contextOf(index, time));
    if (fault?.silent === true || disturbance?.silent === true) return null;
    const bent = disturbance === undefined ? plausible : disturbance.bend(plausible);
    const { badRate, duplicateRate } = this.options.oddities;
    // Both are drawn at each tick, so that one rate does not move the stream of the other.
    const bad = randoms.next() < badRate;
    const twice = randoms.next() < duplicateRate;
    return {
      time,
      ts: time + this.clockErrorMs[index]! + (disturbance?.clockErrorMs ?? 0),
      seq: this.seq[index]!++,
      restarts: this.restarts[index]!,
      values: fault?.values === undefined ? bent : { ...bent, ...fault.values },
      oddity: bad ? 'bad' : twice ? 'twice' : 'none',
    };
  }

  /** A source for what else happens to the device, in focus until the next tick of any device. */
  randomOf(index: number): SeededRandoms {
    return this.randoms.focus(index);
  }

  private contextOf(index: number, time: number): SimulationContext {
    const { latitude, longitude } = this.devices[index]!;
    const { next: random, gaussian } = this.randoms;
    const memory = this.memories[this.kindOf[index]!]!.focus(this.placeInKind[index]!);
    const weather = this.weatherFor(index, time);
    return { time, hour: hongKongHour(time), latitude, longitude, random, gaussian, weather, memory };
  }

  private weatherFor(index: number, time: number): Weather {
    const step = Math.floor(time / WEATHER_STEP_MS);
    if (this.weather?.step !== step)
      this.weather = { step, value: weatherAt(step * WEATHER_STEP_MS, this.options.seed) };
    return this.options.scenarios?.weather(this.weather.value, time, this.devices[index]!) ?? this.weather.value;
  }

  private faultAt(index: number, time: number): Fault | null {
    const last = this.lastTick[index]!;
    const elapsed = Number.isNaN(last) ? 0 : Math.max(0, time - last);
    this.lastTick[index] = time;
    const faults = faultsOf(this.devices[index]!.kind);
    const current = this.fault[index]!;
    if (current !== NO_FAULT && time < this.faultUntil[index]!) return faults[current]!;
    this.fault[index] = NO_FAULT;
    const { next } = this.randoms;
    if (next() >= 1 - Math.exp((-this.options.oddities.faultsPerDay * elapsed) / DAY_MS)) return null;
    const drawn = Math.floor(next() * faults.length);
    const fault = faults[drawn]!;
    this.fault[index] = drawn;
    this.faultUntil[index] = time + fault.minutes * 60_000 * (0.5 + next());
    if (fault.restart === true) {
      this.restarts[index]!++;
      this.seq[index] = 0;
    }
    return fault;
  }
}

function kindNamed(name: string): Kind {
  const kind = findKind(name);
  if (kind === undefined) throw new Error(`'${name}' is not a kind`);
  return kind;
}
