import type { ReadingBatch } from '#core';
import type { Metric } from '#kinds';
import { Arrivals, type ArrivalsState } from './arrivals.js';
import { BatteryObserver, type BatteryObserverState } from './battery-observer.js';
import { ClockObserver } from './clock-observer.js';
import { BATTERY_METRIC, KindMemory } from './kind-memory.js';
import { MetricObserver, type MetricState } from './metric-observer.js';
import { HourRing, hourOf, type HourRingState, windowStart } from './window.js';

/**
 * Values are looked at this often at most: what a metric does from one millisecond to the next says nothing about its quality, and the
 * fastest devices must not cost the most. Every reading counts for completeness.
 */
const SAMPLE_MS = 1_000;

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

/**
 * All that is remembered of one device to judge its data. The numbers lie in rows of its kind's memory; what is here says where, so the
 * parts that work on them are made when they are asked for and forgotten right after.
 */
export class DeviceObserver {
  private readonly row: number;
  private readonly hoursRow: number;
  /** Of the arrivals. */
  private readonly gapBounds: number[] = [];
  /** Index of a metric -> row of its spikes. Null for most devices. */
  private spikeRows: Map<number, number> | null = null;
  /** Rows of the LoRaWAN frames that were heard and of those that were missed. Null for devices without. */
  private frameRows: { readonly heard: number; readonly lost: number } | null = null;

  /** @param since event time from which on readings are expected, milliseconds since the epoch */
  constructor(
    private readonly memory: KindMemory,
    since: number,
  ) {
    this.row = memory.rows.take();
    this.hoursRow = memory.hours.devices.take();
    this.begin(since);
  }

  get arrivals(): Arrivals {
    const { devices } = this.memory.hours;
    const hours = new HourRing(0, devices.block(this.hoursRow), devices.start(this.hoursRow));
    return new Arrivals(this.numbers, this.start + KindMemory.arrivals, hours, this.gapBounds);
  }

  get clock(): ClockObserver {
    const { devices } = this.memory.hours;
    return new ClockObserver(devices.block(this.hoursRow), devices.start(this.hoursRow) + HourRing.width);
  }

  /** Null when the kind has none. */
  get battery(): BatteryObserver | null {
    const place = this.memory.battery;
    return place === null ? null : new BatteryObserver(this.numbers, this.start + place);
  }

  /** Readings have to come in the order of the feed; late ones count for completeness only. */
  observe(batch: ReadingBatch, row: number, columns: ObservedColumns, intervalMs: number): void {
    const time = batch.time[row]!;
    const receivedAt = batch.receivedAt[row]!;
    const { arrivals, numbers, start } = this;
    const isLate = time <= arrivals.last;
    arrivals.note(time, intervalMs);
    // A reading without a clock of its own has the time of its receipt.
    if (time !== receivedAt) this.clock.note(receivedAt, time);
    if (isLate || time - numbers[start + KindMemory.sampledAt]! < SAMPLE_MS) return;
    numbers[start + KindMemory.sampledAt] = time;
    for (let m = 0; m < columns.watched.length; m++) {
      const value = columns.watched[m]?.[row] ?? NaN;
      if (!Number.isNaN(value) && this.metric(m).observe(value, time)) this.noteSpike(m, time);
    }
    const battery = columns.battery?.[row] ?? NaN;
    if (!Number.isNaN(battery)) this.battery?.note(battery, time);
  }

  /** A LoRaWAN frame was heard. @param missed frames that were lost right before it */
  noteFrame(time: number, missed: number): void {
    this.frameRows ??= { heard: this.takeHours(), lost: this.takeHours() };
    this.hours(this.frameRows.heard).update(hourOf(time), (count) => count + 1);
    if (missed > 0) this.hours(this.frameRows.lost).update(hourOf(time), (count) => count + missed);
  }

  /** LoRaWAN frames of the window that ends now; null for other devices. */
  frames(now: number): { readonly heard: number; readonly lost: number } | null {
    if (this.frameRows === null) return null;
    return { heard: this.countSince(this.frameRows.heard, now), lost: this.countSince(this.frameRows.lost, now) };
  }

  stuck(): { metric: string; value: number; since: number; readings: number }[] {
    return this.memory.watched.flatMap(({ name }, m) => {
      const run = this.metric(m).stuck();
      return run === null ? [] : [{ metric: name, ...run }];
    });
  }

  /** Spikes of the window that ends now, by metric. */
  spikes(now: number): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [m, row] of this.spikeRows ?? []) {
      const count = this.countSince(row, now);
      if (count > 0) counts[this.memory.watched[m]!.name] = count;
    }
    return counts;
  }

  state(): DeviceObserverState {
    const { watched } = this.memory;
    const spikes = [...(this.spikeRows ?? [])].map(([m, row]) => [watched[m]!.name, this.hours(row).state()] as const);
    const { frameRows } = this;
    return {
      arrivals: this.arrivals.state(),
      clock: this.clock.state(),
      battery: this.battery?.state() ?? [],
      metrics: Object.fromEntries(watched.map(({ name }, m) => [name, this.metric(m).state()])),
      spikes: Object.fromEntries(spikes),
      ...(frameRows === null
        ? {}
        : { frames: { heard: this.hours(frameRows.heard).state(), lost: this.hours(frameRows.lost).state() } }),
    };
  }

  /** Takes over what an earlier process knew, in place of everything that is known. */
  load(saved: DeviceObserverState): void {
    this.begin(saved.arrivals.since);
    this.arrivals.load(saved.arrivals);
    this.clock.load(saved.clock);
    this.battery?.load(saved.battery);
    for (const [m, { name }] of this.memory.watched.entries()) {
      const metric = saved.metrics[name];
      if (metric !== undefined) this.metric(m).load(metric);
      const hours = saved.spikes[name];
      if (hours !== undefined) this.hours(this.spikeRow(m)).load(hours);
    }
    if (saved.frames === undefined) return;
    this.frameRows = { heard: this.takeHours(), lost: this.takeHours() };
    this.hours(this.frameRows.heard).load(saved.frames.heard);
    this.hours(this.frameRows.lost).load(saved.frames.lost);
  }

  /** Gives its place back; it must not be used after this. */
  forget(): void {
    this.forgetOthers();
    this.memory.rows.give(this.row);
    this.memory.hours.devices.give(this.hoursRow);
  }

  private begin(since: number): void {
    this.numbers[this.start + KindMemory.sampledAt] = -Infinity;
    this.arrivals.begin(since);
    this.clock.clear();
    this.battery?.clear();
    for (let m = 0; m < this.memory.watched.length; m++) this.metric(m).clear();
    this.forgetOthers();
  }

  private get numbers(): Float64Array {
    return this.memory.rows.block(this.row);
  }

  private get start(): number {
    return this.memory.rows.start(this.row);
  }

  private metric(m: number): MetricObserver {
    return new MetricObserver(this.memory.watched[m]!, this.numbers, this.start + this.memory.metric(m));
  }

  private noteSpike(m: number, time: number): void {
    this.hours(this.spikeRow(m)).update(hourOf(time), (count) => count + 1);
  }

  private spikeRow(m: number): number {
    this.spikeRows ??= new Map();
    let row = this.spikeRows.get(m);
    if (row === undefined) this.spikeRows.set(m, (row = this.takeHours()));
    return row;
  }

  private takeHours(): number {
    const row = this.memory.hours.others.take();
    this.hours(row).clear();
    return row;
  }

  private hours(row: number): HourRing {
    const { others } = this.memory.hours;
    return new HourRing(0, others.block(row), others.start(row));
  }

  private countSince(row: number, now: number): number {
    let sum = 0;
    for (const [, count] of this.hours(row).entries(hourOf(windowStart(now)))) sum += count;
    return sum;
  }

  private forgetOthers(): void {
    const rows = [...(this.spikeRows?.values() ?? []), ...Object.values(this.frameRows ?? {})];
    for (const row of rows) this.memory.hours.others.give(row);
    this.spikeRows = null;
    this.frameRows = null;
  }
}

export interface DeviceObserverState {
  readonly arrivals: ArrivalsState;
  readonly clock: HourRingState;
  readonly battery: BatteryObserverState;
  readonly metrics: Readonly<Record<string, MetricState>>;
  readonly spikes: Readonly<Record<string, HourRingState>>;
  readonly frames?: { readonly heard: HourRingState; readonly lost: HourRingState };
}
