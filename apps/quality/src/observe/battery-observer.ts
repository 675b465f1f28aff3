import { slope } from './clock-observer.js';
import { DAY_MS } from './window.js';

const KEPT_DAYS = 14;
const DAYS_FOR_TREND = 2;
/** A rise by more than this many percent is a new battery: what was before it says nothing about the new one. */
const NEW_BATTERY_RISE = 25;

/** The charge of a battery in percent, the last value of each day. */
export class BatteryObserver {
  /** How many numbers one takes: how many days there are, then the number and the percent of each. */
  static readonly width = 1 + 2 * KEPT_DAYS;

  /** @param numbers where it lies, from `at` on; by itself when left out */
  constructor(
    private readonly numbers: Float64Array = new Float64Array(BatteryObserver.width),
    private readonly at = 0,
  ) {}

  load(saved: BatteryObserverState): void {
    this.clear();
    for (const [day, percent] of saved.slice(-KEPT_DAYS)) this.push(day, percent);
  }

  clear(): void {
    this.numbers[this.at] = 0;
  }

  note(percent: number, time: number): void {
    const day = Math.floor(time / DAY_MS);
    const last = this.last();
    if (last !== undefined && percent - last[1] > NEW_BATTERY_RISE) this.clear();
    if (last?.[0] === day && this.count > 0) this.numbers[this.at]!--;
    else if (last !== undefined && day < last[0]) return;
    this.push(day, percent);
  }

  /** Percent a day and the days until it is empty at this rate; null while two days have not passed, or when it does not fall. */
  trend(): { percent: number; percentPerDay: number | null; daysLeft: number | null } | null {
    const days = this.state();
    const [first, last] = [days[0], days.at(-1)];
    if (first === undefined || last === undefined) return null;
    if (last[0] - first[0] < DAYS_FOR_TREND) return { percent: last[1], percentPerDay: null, daysLeft: null };
    const percentPerDay = slope(days);
    return { percent: last[1], percentPerDay, daysLeft: percentPerDay < 0 ? last[1] / -percentPerDay : null };
  }

  state(): BatteryObserverState {
    return Array.from({ length: this.count }, (_, index) => this.day(index));
  }

  private get count(): number {
    return this.numbers[this.at]!;
  }

  private last(): readonly [day: number, percent: number] | undefined {
    return this.count === 0 ? undefined : this.day(this.count - 1);
  }

  private day(index: number): readonly [day: number, percent: number] {
    const place = this.at + 1 + 2 * index;
    return [this.numbers[place]!, this.numbers[place + 1]!];
  }

  private push(day: number, percent: number): void {
    const { numbers, at } = this;
    if (this.count === KEPT_DAYS) {
      // The oldest goes.
      numbers.copyWithin(at + 1, at + 3, at + BatteryObserver.width);
      numbers[at]!--;
    }
    const place = at + 1 + 2 * this.count;
    numbers[place] = day;
    numbers[place + 1] = percent;
    numbers[at]!++;
  }
}

export type BatteryObserverState = readonly (readonly [day: number, percent: number])[];
