import { slope } from './clock-observer.js';
import { DAY_MS } from './window.js';

const KEPT_DAYS = 14;
const DAYS_FOR_TREND = 2;
/** A rise by more than this many percent is a new battery: what was before it says nothing about the new one. */
const NEW_BATTERY_RISE = 25;

/** The charge of a battery in percent, the last value of each day. */
export class BatteryObserver {
  private days: (readonly [day: number, percent: number])[];

  constructor(saved: BatteryObserverState = []) {
    this.days = [...saved];
  }

  note(percent: number, time: number): void {
    const day = Math.floor(time / DAY_MS);
    const last = this.days.at(-1);
    if (last !== undefined && percent - last[1] > NEW_BATTERY_RISE) this.days = [];
    if (last?.[0] === day && this.days.length > 0) this.days.pop();
    else if (last !== undefined && day < last[0]) return;
    this.days.push([day, percent]);
    if (this.days.length > KEPT_DAYS) this.days.shift();
  }

  /** Percent a day and the days until it is empty at this rate; null while two days have not passed, or when it does not fall. */
  trend(): { percent: number; percentPerDay: number | null; daysLeft: number | null } | null {
    const [first, last] = [this.days[0], this.days.at(-1)];
    if (first === undefined || last === undefined) return null;
    if (last[0] - first[0] < DAYS_FOR_TREND) return { percent: last[1], percentPerDay: null, daysLeft: null };
    const percentPerDay = slope(this.days);
    return { percent: last[1], percentPerDay, daysLeft: percentPerDay < 0 ? last[1] / -percentPerDay : null };
  }

  state(): BatteryObserverState {
    return this.days;
  }
}

export type BatteryObserverState = readonly (readonly [day: number, percent: number])[];
