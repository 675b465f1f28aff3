import type { DeviceIdentity, ReadingBatch } from '#core';
import { countsIn, type DerivationWindow, stepEnd } from '#kinds';

/** Windows begin and end at whole hours of local time, and local time differs from UTC by whole quarters of an hour. */
const QUARTER_MS = 900_000;

/** Steps of one device or group whose inputs have changed, by their ends. */
export interface Touched {
  /** Id of the device, or of the group. */
  readonly id: string;
  readonly ends: readonly number[];
}

/** Which steps of which devices or groups have got new inputs since they were last taken to be computed. */
export class TouchedSteps {
  private readonly byEnd = new Map<number, Set<string>>();

  constructor(private readonly window: DerivationWindow) {}

  /**
   * Marks the steps of all rows that carry one of the metrics.
   * @param idOf whose value a row of this device changes; null for nobody's
   */
  markBatch(batch: ReadingBatch, metrics: readonly string[], idOf: (device: DeviceIdentity) => string | null): void {
    const columns = metrics.flatMap((metric) => {
      const index = batch.metrics.indexOf(metric);
      return index < 0 ? [] : [batch.columns[index]!];
    });
    if (columns.length === 0) return;
    const { everyMs } = this.window;
    // The step that a device was last marked in: most readings of a batch are of the same.
    const lastEnd = new Float64Array(batch.devices.length).fill(NaN);
    let leftOut = NaN;
    for (let row = 0; row < batch.length; row++) {
      const device = batch.device[row]!;
      const time = batch.time[row]!;
      const quarter = Math.floor(time / QUARTER_MS);
      if (quarter === leftOut) continue;
      const last = lastEnd[device]!;
      if ((time < last && time >= last - everyMs) || columns.every((column) => Number.isNaN(column[row]!))) continue;
      if (!countsIn(this.window, time)) {
        leftOut = quarter;
        continue;
      }
      lastEnd[device] = stepEnd(this.window, time);
      const id = idOf(batch.devices[device]!);
      if (id !== null) this.mark(id, lastEnd[device]!);
    }
  }

  mark(id: string, end: number): void {
    let ids = this.byEnd.get(end);
    if (ids === undefined) this.byEnd.set(end, (ids = new Set()));
    ids.add(id);
  }

  /** Takes the marks of all steps that ended by this time; what is marked from now on has to be computed again. */
  takeEnded(by: number): Touched[] {
    const taken = new Map<string, number[]>();
    for (const [end, ids] of this.byEnd) {
      if (end > by) continue;
      this.byEnd.delete(end);
      for (const id of ids) {
        const ends = taken.get(id);
        if (ends === undefined) taken.set(id, [end]);
        else ends.push(end);
      }
    }
    return [...taken].map(([id, ends]) => ({ id, ends }));
  }

  /** Marks again what was taken but could not be computed. */
  giveBack(touched: readonly Touched[]): void {
    for (const { id, ends } of touched) for (const end of ends) this.mark(id, end);
  }
}
