export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** What reports are about: the last day of event time. */
export const WINDOW_HOURS = 24;
export const WINDOW_MS = WINDOW_HOURS * HOUR_MS;

export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS);
}

/** One number for each of the last {@link WINDOW_HOURS} hours; older ones are forgotten as the clock goes on. */
export class HourRing {
  private readonly values: Float64Array;
  private newest = -Infinity;

  /** @param empty what an hour holds before anything is noted in it */
  constructor(
    private readonly empty: number,
    saved?: HourRingState,
  ) {
    this.values = new Float64Array(WINDOW_HOURS).fill(empty);
    if (saved === undefined) return;
    this.newest = saved.newest;
    for (const [index, value] of saved.values.entries()) this.values[index] = value ?? empty;
  }

  /** Replaces the number of an hour by what `combine` makes of it. Hours that are out of the window are left. */
  update(hour: number, combine: (before: number) => number): void {
    this.moveTo(hour);
    if (hour <= this.newest - WINDOW_HOURS) return;
    const index = indexOf(hour);
    this.values[index] = combine(this.values[index]!);
  }

  /** The hours from one on that hold something, oldest first. */
  *entries(fromHour: number): Iterable<readonly [hour: number, value: number]> {
    for (let hour = Math.max(fromHour, this.newest - WINDOW_HOURS + 1); hour <= this.newest; hour++) {
      const value = this.values[indexOf(hour)]!;
      if (value !== this.empty) yield [hour, value];
    }
  }

  state(): HourRingState {
    const values = Array.from(this.values, (value) => (value === this.empty ? null : value));
    return { newest: Number.isFinite(this.newest) ? this.newest : 0, values };
  }

  private moveTo(hour: number): void {
    if (hour <= this.newest) return;
    const from = Math.max(this.newest + 1, hour - WINDOW_HOURS + 1);
    for (let each = from; each <= hour; each++) this.values[indexOf(each)] = this.empty;
    this.newest = hour;
  }
}

export interface HourRingState {
  readonly newest: number;
  readonly values: readonly (number | null)[];
}

function indexOf(hour: number): number {
  return ((hour % WINDOW_HOURS) + WINDOW_HOURS) % WINDOW_HOURS;
}
