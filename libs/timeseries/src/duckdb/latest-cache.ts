import type { ReadingBatch } from '#core';
import type { LatestReading } from '../telemetry-store.js';
import type { NameTable } from './names.js';
import type { QueryPool } from './query-pool.js';
import { column, type KindTable } from './tables.js';

const NEVER = -Infinity;

/** The last value of each metric of each device of a kind, in columns; 16 bytes a value. */
export class LatestCache {
  private readonly slotOf = new Map<number, number>();
  private readonly deviceOf: number[] = [];
  private newest = new Float64Array(0);
  private received = new Float64Array(0);
  private readonly times: Float64Array[];
  private readonly values: Float64Array[];
  /** Slots that commits have written while history is still being read. */
  private touched: Set<number> | null = new Set();

  constructor(private readonly table: KindTable) {
    this.times = table.metrics.map(() => new Float64Array(0));
    this.values = table.metrics.map(() => new Float64Array(0));
  }

  /** Takes what a commit has written. `devices` gives the number of each row's device; derived rows do not count as heard from. */
  apply(batch: ReadingBatch, devices: Int32Array, derived: boolean): void {
    const slots = new Int32Array(batch.length);
    for (let row = 0; row < batch.length; row++) slots[row] = this.slot(devices[row]!);
    if (this.touched !== null) for (const slot of slots) this.touched.add(slot);
    if (!derived) {
      for (let row = 0; row < batch.length; row++) this.hear(slots[row]!, batch.time[row]!, batch.receivedAt[row]!);
    }
    batch.metrics.forEach((metric, m) => {
      const index = this.table.metrics.indexOf(metric);
      const from = batch.columns[m]!;
      const times = this.times[index]!;
      const values = this.values[index]!;
      for (let row = 0; row < batch.length; row++) {
        const value = from[row]!;
        const slot = slots[row]!;
        // Of two readings of one time the later in the journal counts.
        if (value !== value || batch.time[row]! < times[slot]!) continue;
        times[slot] = batch.time[row]!;
        values[slot] = value;
      }
    });
  }

  /**
   * Reads the rows of the table after the batch, which may take a while; commits may be applied meanwhile, since the newer value wins either
   * way.
   */
  async fill(pool: QueryPool, afterBatch: number): Promise<void> {
    const { metrics, table } = this.table;
    const parts = metrics.map(
      (name) => `(max(time) FILTER (${column(name)} IS NOT NULL))::DOUBLE, arg_max(${column(name)}, time)`,
    );
    const newest =
      '(max(time) FILTER (sequence IS NOT NULL))::DOUBLE, (arg_max(received, time) FILTER (sequence IS NOT NULL))::DOUBLE';
    const sql = `SELECT ${['device', newest, ...parts].join(', ')} FROM ${table} WHERE batch > $1 GROUP BY device`;
    await pool.visit(sql, [BigInt(afterBatch)], (row) => this.merge(row as (number | null)[]));
    this.touched = null;
  }

  /** A row of device number, newest time, its time of receipt, then time and value of each metric; null is never. Always true. */
  merge([device, newest, received, ...cells]: (number | null)[]): true {
    const slot = this.slot(device!);
    // Of the same time what came later counts: a commit before history, history before what was saved of it.
    const committed = this.touched?.has(slot) === true;
    if (newest !== null) this.hear(slot, newest!, received!);
    for (let m = 0; m < this.times.length; m++) {
      const time = cells[2 * m]!;
      if (time === null || time < this.times[m]![slot]! || (committed && time === this.times[m]![slot]!)) continue;
      this.times[m]![slot] = time;
      this.values[m]![slot] = cells[2 * m + 1]!;
    }
    return true;
  }

  /** A copy in the columns that `merge` takes, NaN for never. */
  copy(): { devices: Int32Array; columns: Float64Array[] } {
    const size = this.deviceOf.length;
    const copied = (column: Float64Array) => column.slice(0, size).map((value) => (value === NEVER ? NaN : value));
    const cells = this.times.flatMap((times, m) => [copied(times), copied(this.values[m]!)]);
    return { devices: Int32Array.from(this.deviceOf), columns: [copied(this.newest), copied(this.received), ...cells] };
  }

  /** Forgets values of the metrics before this time; when a device was heard of stays. */
  expire(metrics: readonly string[], before: number): void {
    for (const metric of metrics) {
      const index = this.table.metrics.indexOf(metric);
      const [times, values] = [this.times[index]!, this.values[index]!];
      for (let slot = 0; slot < this.deviceOf.length; slot++) {
        if (times[slot] === NEVER || times[slot]! >= before) continue;
        times[slot] = NEVER;
        values[slot] = NaN;
      }
    }
  }

  read(devices: readonly string[] | null, names: NameTable): LatestReading[] {
    const slots =
      devices === null ? this.deviceOf.keys() : names.findAll(devices).map((device) => this.slotOf.get(device));
    const found: LatestReading[] = [];
    for (const slot of slots) {
      if (slot !== undefined) found.push(this.reading(slot, names));
    }
    return found;
  }

  private reading(slot: number, names: NameTable): LatestReading {
    const values: Record<string, { time: number; value: number }> = {};
    let newestValue = NEVER;
    const { metrics } = this.table;
    for (let m = 0; m < metrics.length; m++) {
      const time = this.times[m]![slot]!;
      if (time === NEVER) continue;
      values[metrics[m]!] = { time, value: this.values[m]![slot]! };
      if (time > newestValue) newestValue = time;
    }
    const heard = this.newest[slot]! !== NEVER;
    const time = heard ? this.newest[slot]! : newestValue;
    return { device: names.name(this.deviceOf[slot]!), time, receivedAt: heard ? this.received[slot]! : time, values };
  }

  private hear(slot: number, time: number, receivedAt: number): void {
    if (time < this.newest[slot]!) return;
    this.newest[slot] = time;
    this.received[slot] = receivedAt;
  }

  private slot(device: number): number {
    const known = this.slotOf.get(device);
    if (known !== undefined) return known;
    const slot = this.deviceOf.length;
    this.slotOf.set(device, slot);
    this.deviceOf.push(device);
    if (slot >= this.newest.length) this.grow(Math.max(64, slot * 2));
    return slot;
  }

  private grow(size: number): void {
    const grown = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(size).fill(NEVER);
      larger.set(old);
      return larger;
    };
    this.newest = grown(this.newest);
    this.received = grown(this.received);
    this.times.forEach((old, m) => (this.times[m] = grown(old)));
    this.values.forEach((old, m) => (this.values[m] = grown(old)));
  }
}
