import { HourRing, hourOf, type HourRingState, WINDOW_MS } from './window.js';

export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** A stretch without a reading that is longer than this many intervals is a gap; `completeness.ts` of the store counts the same way. */
const GAP_INTERVALS = 2;
const MAX_GAPS = 100;
/** A clock that is this far behind makes readings of now look older than the watching. */
const CLOCK_TOLERANCE_MS = 300_000;

/** Which readings of a device came, in event time: how many each hour, and where there were none. */
export class Arrivals {
  private readonly hours: HourRing;
  private readonly found: Gap[];
  private readonly since: number;
  private newest: number;

  /** @param since event time from which on readings are expected */
  constructor(since: number, saved?: ArrivalsState) {
    this.since = saved?.since ?? since;
    this.newest = saved?.newest ?? NaN;
    this.hours = new HourRing(0, saved?.hours);
    this.found = [...(saved?.gaps ?? [])].map(([from, to]) => ({ from, to }));
  }

  /** Time of the newest reading; NaN before the first one. */
  get last(): number {
    return this.newest;
  }

  /** Time from which on readings are expected. */
  get start(): number {
    return this.since;
  }

  note(time: number, intervalMs: number): void {
    // What a device sends of the time before it was watched was not expected.
    if (time >= this.since - CLOCK_TOLERANCE_MS) this.hours.update(hourOf(time), (count) => count + 1);
    if (!(time <= this.newest)) {
      if (time - this.newest > GAP_INTERVALS * intervalMs) this.add({ from: this.newest, to: time });
      this.newest = time;
    } else {
      this.fill(time, intervalMs);
    }
  }

  /** Readings in the window that ends now, and how many an interval promises. */
  completeness(now: number, intervalMs: number): { received: number; expected: number; ratio: number } {
    const from = Math.max(this.since, now - WINDOW_MS);
    let received = 0;
    for (const [, count] of this.hours.entries(hourOf(from))) received += count;
    const expected = Math.floor(Math.max(0, now - from) / intervalMs);
    return { received, expected, ratio: expected === 0 ? 1 : Math.min(1, received / expected) };
  }

  /** Gaps of the window that ends now, oldest first, the open one last. */
  gaps(now: number, intervalMs: number): Gap[] {
    while (this.found.length > 0 && this.found[0]!.to < now - WINDOW_MS) this.found.shift();
    const open = { from: Number.isNaN(this.newest) ? this.since : this.newest, to: now };
    return open.to - open.from > GAP_INTERVALS * intervalMs ? [...this.found, open] : [...this.found];
  }

  state(): ArrivalsState {
    return {
      since: this.since,
      ...(Number.isNaN(this.newest) ? {} : { newest: this.newest }),
      hours: this.hours.state(),
      gaps: this.found.map(({ from, to }) => [from, to]),
    };
  }

  private add(gap: Gap): void {
    this.found.push(gap);
    if (this.found.length > MAX_GAPS) this.found.shift();
  }

  /** A reading that came late closes the gap it falls into, or cuts it in two. */
  private fill(time: number, intervalMs: number): void {
    const index = this.found.findIndex(({ from, to }) => from < time && time < to);
    if (index < 0) return;
    const { from, to } = this.found[index]!;
    const rest = [
      { from, to: time },
      { from: time, to },
    ].filter((gap) => gap.to - gap.from > GAP_INTERVALS * intervalMs);
    this.found.splice(index, 1, ...rest);
  }
}

export interface ArrivalsState {
  readonly since: number;
  readonly newest?: number;
  readonly hours: HourRingState;
  readonly gaps: readonly (readonly [number, number])[];
}
