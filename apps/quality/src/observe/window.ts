export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS);
}

/**
 * What reports are about: the last day of event time, in whole hours, because that is how it is counted: the hour under way and those before
 * it. A window that began in the middle of an hour would be compared with counts of another length.
 */
export const WINDOW_HOURS = 24;

/** Where the window that ends at `now` begins. */
export function windowStart(now: number): number {
  return (hourOf(now) - WINDOW_HOURS) * HOUR_MS;
}

const NEWEST = 0;
const VALUES = 1;
const NEVER = -(2 ** 31);
/** The window, and an hour that devices whose clocks are ahead have begun. */
const KEPT_HOURS = WINDOW_HOURS + 2;

/** One whole number for each of the hours of a window; older ones are forgotten as the clock goes on. */
export class HourRing {
  /** How many numbers of 32 bits one takes. */
  static readonly width = VALUES + KEPT_HOURS;

  /**
   * @param empty what an hour holds before anything is noted in it
   * @param numbers where it lies, from `at` on; by itself when left out
   */
  constructor(
    private readonly empty: number,
    private readonly numbers: Int32Array = emptyRing(empty),
    private readonly at = 0,
  ) {}

  clear(): void {
    const { numbers, at } = this;
    numbers[at + NEWEST] = NEVER;
    numbers.fill(this.empty, at + VALUES, at + HourRing.width);
  }

  /** Takes over what {@link state} gave. */
  load(saved: HourRingState): void {
    this.clear();
    const { newest, values } = saved;
    this.numbers[this.at + NEWEST] = newest;
    // A release that kept another number of hours had them in other places.
    for (let hour = newest - Math.min(values.length, KEPT_HOURS) + 1; hour <= newest; hour++) {
      const value = values[remainder(hour, values.length)] ?? null;
      if (value !== null) this.numbers[this.indexOf(hour)] = value;
    }
  }

  /** Replaces the number of an hour by what `combine` makes of it. Hours that are out of the window are left. */
  update(hour: number, combine: (before: number) => number): void {
    this.moveTo(hour);
    if (hour <= this.newest - KEPT_HOURS) return;
    const index = this.indexOf(hour);
    this.numbers[index] = combine(this.numbers[index]!);
  }

  /** The hours from one on that hold something, oldest first. */
  *entries(fromHour: number): Iterable<readonly [hour: number, value: number]> {
    const { newest } = this;
    for (let hour = Math.max(fromHour, newest - KEPT_HOURS + 1); hour <= newest; hour++) {
      const value = this.numbers[this.indexOf(hour)]!;
      if (value !== this.empty) yield [hour, value];
    }
  }

  state(): HourRingState {
    const { numbers, at, newest } = this;
    const values = Array.from(numbers.subarray(at + VALUES, at + HourRing.width), (value) =>
      value === this.empty ? null : value,
    );
    return { newest: newest === NEVER ? 0 : newest, values };
  }

  private get newest(): number {
    return this.numbers[this.at + NEWEST]!;
  }

  private indexOf(hour: number): number {
    return this.at + VALUES + remainder(hour, KEPT_HOURS);
  }

  private moveTo(hour: number): void {
    const { newest } = this;
    if (hour <= newest) return;
    for (let each = Math.max(newest + 1, hour - KEPT_HOURS + 1); each <= hour; each++)
      this.numbers[this.indexOf(each)] = this.empty;
    this.numbers[this.at + NEWEST] = hour;
  }
}

export interface HourRingState {
  readonly newest: number;
  readonly values: readonly (number | null)[];
}

/** Not negative, unlike `%`. */
function remainder(hour: number, hours: number): number {
  return ((hour % hours) + hours) % hours;
}

function emptyRing(empty: number): Int32Array {
  const numbers = new Int32Array(HourRing.width).fill(empty);
  numbers[NEWEST] = NEVER;
  return numbers;
}
