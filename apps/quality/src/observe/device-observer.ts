import type { ReadingBatch } from '#core';
import type { Kind, Metric } from '#kinds';
import { Arrivals, type ArrivalsState } from './arrivals.js';
import { BatteryObserver, type BatteryObserverState } from './battery-observer.js';
import { ClockObserver } from './clock-observer.js';
import { MetricObserver, type MetricState } from './metric-observer.js';
import { HourRing, hourOf, type HourRingState, WINDOW_MS } from './window.js';

/**
 * Values are looked at this often at most: what a metric does from one millisecond to the next says nothing about its quality, and the
 * fastest devices must not cost the most. Every reading counts for completeness.
 */
const SAMPLE_MS = 1_000;

/** The metrics of a kind whose values can be stuck or jump: measured numbers, no counters, switches, labels or derived ones. */
export function watchedMetrics(kind: Pick<Kind, 'metrics'>): Metric[] {
  return kind.metrics.filter(
    ({ type, cumulative, derived, name }) =>
      type === 'number' && !cumulative && derived !== true && name !== BATTERY_METRIC,
  );
}

export const BATTERY_METRIC = 'battery';

/** Columns of a batch that observers of its kind look at; worked out once a batch. */
export interface ObservedColumns {
  /** In the order of `watchedMetrics`; undefined where the batch has no such column. */
  readonly watched: readonly (Float64Array | undefined)[];
  readonly battery: Float64Array | undefined;
}

export function observedColumns(batch: ReadingBatch, watched: readonly Metric[]): ObservedColumns {
  const column = (name: string): Float64Array | undefined => batch.columns[batch.metrics.indexOf(name)];
  return { watched: watched.map(({ name }) => column(name)), battery: column(BATTERY_METRIC) };
}

/** All that is remembered of one device to judge its data. */
export class DeviceObserver {
  readonly arrivals: Arrivals;
  readonly clock: ClockObserver;
  readonly battery: BatteryObserver;
  private readonly metrics: MetricObserver[];
  private readonly spikeHours: (HourRing | undefined)[];
  private sampledAt = -Infinity;

  /** @param since event time from which on readings are expected, milliseconds since the epoch */
  constructor(
    private readonly watched: readonly Metric[],
    since: number,
    saved?: DeviceObserverState,
  ) {
    this.arrivals = new Arrivals(since, saved?.arrivals);
    this.clock = new ClockObserver(saved?.clock);
    this.battery = new BatteryObserver(saved?.battery);
    this.metrics = watched.map((metric) => new MetricObserver(metric, saved?.metrics[metric.name]));
    this.spikeHours = watched.map(({ name }) => {
      const hours = saved?.spikes[name];
      return hours === undefined ? undefined : new HourRing(0, hours);
    });
  }

  /** Readings have to come in the order of the feed; late ones count for completeness only. */
  observe(batch: ReadingBatch, row: number, columns: ObservedColumns, intervalMs: number): void {
    const time = batch.time[row]!;
    const receivedAt = batch.receivedAt[row]!;
    const isLate = time <= this.arrivals.last;
    this.arrivals.note(time, intervalMs);
    // A reading without a clock of its own has the time of its receipt.
    if (time !== receivedAt) this.clock.note(receivedAt, time);
    if (isLate || time - this.sampledAt < SAMPLE_MS) return;
    this.sampledAt = time;
    for (let m = 0; m < this.metrics.length; m++) {
      const value = columns.watched[m]?.[row] ?? NaN;
      if (!Number.isNaN(value) && this.metrics[m]!.observe(value, time)) this.noteSpike(m, time);
    }
    const battery = columns.battery?.[row] ?? NaN;
    if (!Number.isNaN(battery)) this.battery.note(battery, time);
  }

  stuck(): { metric: string; value: number; since: number; readings: number }[] {
    return this.metrics.flatMap((observer, m) => {
      const run = observer.stuck();
      return run === null ? [] : [{ metric: this.watched[m]!.name, ...run }];
    });
  }

  /** Spikes of the window that ends now, by metric. */
  spikes(now: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [m, hours] of this.spikeHours.entries()) {
      let count = 0;
      for (const [, spikes] of hours?.entries(hourOf(now - WINDOW_MS)) ?? []) count += spikes;
      if (count > 0) counts[this.watched[m]!.name] = count;
    }
    return counts;
  }

  state(): DeviceObserverState {
    const named = <T>(values: readonly (T | undefined)[]): Record<string, T> =>
      Object.fromEntries(
        values.flatMap((value, m) => (value === undefined ? [] : [[this.watched[m]!.name, value] as const])),
      );
    return {
      arrivals: this.arrivals.state(),
      clock: this.clock.state(),
      battery: this.battery.state(),
      metrics: named(this.metrics.map((metric) => metric.state())),
      spikes: named(this.spikeHours.map((hours) => hours?.state())),
    };
  }

  private noteSpike(m: number, time: number): void {
    (this.spikeHours[m] ??= new HourRing(0)).update(hourOf(time), (count) => count + 1);
  }
}

export interface DeviceObserverState {
  readonly arrivals: ArrivalsState;
  readonly clock: HourRingState;
  readonly battery: BatteryObserverState;
  readonly metrics: Readonly<Record<string, MetricState>>;
  readonly spikes: Readonly<Record<string, HourRingState>>;
}
