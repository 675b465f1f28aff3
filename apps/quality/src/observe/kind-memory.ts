import type { Kind, Metric } from '#kinds';
import { Arrivals } from './arrivals.js';
import { BatteryObserver } from './battery-observer.js';
import { MetricObserver } from './metric-observer.js';
import { newDoubles, newIntegers, RowPool } from './row-pool.js';
import { HourRing } from './window.js';

export const BATTERY_METRIC = 'battery';

/** The metrics of a kind whose values can be stuck or jump: measured numbers, no counters, switches, labels or derived ones. */
export function watchedMetrics(kind: Pick<Kind, 'metrics'>): Metric[] {
  return kind.metrics.filter(
    ({ type, cumulative, derived, name }) =>
      type === 'number' && !cumulative && derived !== true && name !== BATTERY_METRIC,
  );
}

/**
 * Hours of devices of all kinds: those of arrivals and clock of each device, and those that only some have: of the spikes of a metric, of
 * radio frames.
 */
export class HourMemory {
  readonly devices = new RowPool(2 * HourRing.width, newIntegers);
  readonly others = new RowPool(HourRing.width, newIntegers);
}

/** The numbers of all devices of a kind, a row each: when it sampled last, its arrivals, its metrics and, where the kind has one, its battery. */
export class KindMemory {
  /** Places in a row. */
  static readonly sampledAt = 0;
  static readonly arrivals = 1;
  static readonly metrics = KindMemory.arrivals + Arrivals.width;

  readonly watched: readonly Metric[];
  /** Place in a row; null when the kind has no battery. */
  readonly battery: number | null;
  readonly rows: RowPool<Float64Array>;

  constructor(
    kind: Pick<Kind, 'metrics'>,
    readonly hours: HourMemory,
  ) {
    this.watched = watchedMetrics(kind);
    const end = this.metric(this.watched.length);
    this.battery = kind.metrics.some(({ name }) => name === BATTERY_METRIC) ? end : null;
    this.rows = new RowPool(this.battery === null ? end : end + BatteryObserver.width, newDoubles);
  }

  /** Place in a row of a watched metric. */
  metric(index: number): number {
    return KindMemory.metrics + index * MetricObserver.width;
  }
}
