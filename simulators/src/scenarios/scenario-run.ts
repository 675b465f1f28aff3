import { findKind, type Kind, type Metric, type Weather } from '#kinds';
import { runsOnBattery } from '../city-mix.js';
import type { SimulatedDevice } from '../city.js';
import { hash32 } from '../random.js';
import { course, type Change, type Effect, type Scenario } from './scenario.js';

const HOUR_MS = 3_600_000;

/** Values of a reading by metric. */
export type Values = Readonly<Record<string, number | boolean | string>>;

/** What a scenario needs to know of a device. */
export type Struck = Pick<SimulatedDevice, 'id' | 'kind' | 'district' | 'tags'>;

/** What all scenarios together do to a device at a moment. */
export interface Disturbance {
  readonly silent: boolean;
  readonly clockErrorMs: number;
  /** The values as the scenarios bend them. */
  bend(values: Values): Values;
}

const UNDISTURBED: Disturbance = { silent: false, clockErrorMs: 0, bend: (values) => values };

export interface ScenarioTimes {
  /** Event time at which the scenarios begin, milliseconds since the epoch. */
  readonly startAt: number;
  /** How long each takes; null for the hours that it takes in a real city. */
  readonly durationMs: number | null;
}

/**
 * Scenarios under way over a city, as a function of time and device: the same seed strikes the same districts, streets and devices.
 */
export class ScenarioRun {
  constructor(
    private readonly scenarios: readonly Scenario[],
    private readonly times: ScenarioTimes,
    private readonly seed: string,
  ) {}

  /** Null before the start and after the end. */
  progressOf(scenario: Scenario, time: number): number | null {
    const duration = this.times.durationMs ?? scenario.hours * HOUR_MS;
    const progress = (time - this.times.startAt) / duration;
    return progress < 0 || progress > 1 ? null : progress;
  }

  weather(weather: Weather, time: number, at: { readonly latitude: number; readonly longitude: number }): Weather {
    let bent = weather;
    for (const scenario of this.scenarios) {
      const progress = this.progressOf(scenario, time);
      if (progress !== null && scenario.weather !== undefined) bent = scenario.weather(bent, progress, at);
    }
    return bent;
  }

  on(device: Struck, time: number): Disturbance {
    const struck: { readonly effect: Effect; readonly strength: number; readonly drawn: number }[] = [];
    for (const scenario of this.scenarios) {
      const progress = this.progressOf(scenario, time);
      if (progress === null) continue;
      for (const effect of scenario.effects) {
        const {
          during: [from, to],
          stagger = 0,
        } = effect;
        if (progress < from || progress > to || !concerns(effect, device.kind)) continue;
        const unit = unitOf(effect, device);
        if (unit === null) continue;
        const drawn = hash32(`${this.seed}/${scenario.name}/${effect.cause ?? effect.name}/${unit}`) / 2 ** 32;
        if (drawn >= effect.share) continue;
        const later = (drawn / effect.share) * stagger;
        const strength = course(progress, from + later, to - stagger + later);
        if (strength > 0) struck.push({ effect, strength, drawn });
      }
    }
    if (struck.length === 0) return UNDISTURBED;
    const kind = findKind(device.kind)!;
    return {
      silent: struck.some(({ effect, strength }) => effect.silent === true && strength >= 0.5),
      // A clock counts whole milliseconds, also on its way.
      clockErrorMs: Math.round(
        struck.reduce((sum, { effect, strength, drawn }) => sum + clockError(effect, drawn) * strength, 0),
      ),
      bend(values) {
        const bent: Record<string, number | boolean | string> = { ...values };
        for (const { effect, strength } of struck)
          for (const [name, change] of Object.entries(effect.values ?? {})) {
            const metric = metricOf(kind, name);
            const before = bent[name];
            if (metric !== undefined && before !== undefined) bent[name] = changed(metric, before, change, strength);
          }
        return bent;
      },
    };
  }
}

function concerns({ kinds, values }: Effect, name: string): boolean {
  if (typeof kinds !== 'string') return kinds.includes(name);
  const kind = findKind(name)!;
  if (kinds === 'unbuffered') return !runsOnBattery(kind) && metricOf(kind, 'mainsPresent') === undefined;
  return values === undefined || Object.keys(values).some((metric) => metricOf(kind, metric) !== undefined);
}

/** Null when the device has no such unit, as a battery has no feeder. */
function unitOf({ unit }: Effect, device: Struck): string | null {
  switch (unit) {
    case 'city':
      return 'city';
    case 'district':
      return device.district;
    case 'feeder':
      return device.tags['feeder'] ?? null;
    case 'place':
      return device.tags['place'] ?? null;
    case 'device':
      return device.id;
  }
}

/** Each device errs by its own share of the most, to one side or the other; never by next to nothing. */
function clockError({ clockErrorMs = 0, share }: Effect, drawn: number): number {
  const x = drawn / share;
  return Math.round(clockErrorMs * (x < 0.5 ? -(1 - x) : x));
}

function metricOf(kind: Kind, name: string): Metric | undefined {
  return kind.metrics.find((metric) => metric.name === name && metric.derived !== true);
}

/** Halfway through a rise a switch is over; a number moves with the strength, and stays within what the metric may be. */
function changed(
  { type, min, max, precision }: Metric,
  before: number | boolean | string,
  change: Change,
  strength: number,
): number | boolean | string {
  if (typeof change === 'boolean' || typeof change === 'string') return strength >= 0.5 ? change : before;
  if (typeof before !== 'number') return before;
  const target = typeof change === 'number' ? change : 'add' in change ? before + change.add : before * change.times;
  const value = Math.min(max, Math.max(min, before + (target - before) * strength));
  const scale = 10 ** (type === 'integer' ? 0 : precision);
  return Math.round(value * scale) / scale;
}
