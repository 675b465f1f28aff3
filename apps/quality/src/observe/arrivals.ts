import { HourRing, hourOf, type HourRingState, windowStart } from './window.js';

export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** A stretch without a reading that is longer than this many intervals is a gap; `completeness.ts` of the store counts the same way. */
const GAP_INTERVALS = 2;
const MAX_GAPS = 100;
/** A clock that is this far behind makes readings of now look older than the watching. */
const CLOCK_TOLERANCE_MS = 300_000;

const SINCE = 0;
const NEWEST = 1;

/** Which readings of a device came, in event time: how many each hour, and where there were none. */
export class Arrivals {
  /** How many numbers one takes, besides the hours and the gaps. */
  static readonly width = 2;

  /**
   * @param numbers where it lies, from `at` on
   * @param bounds of the gaps: where the first begins, where it ends, where the second begins and so on
   */
  constructor(
    private readonly numbers: Float64Array,
    private readonly at: number,
    private readonly hours: HourRing,
    private readonly bounds: number[],
  ) {}

  /** New ones that lie by themselves. @param since event time from which on readings are expected */
  static since(since: number): Arrivals {
    const arrivals = new Arrivals(new Float64Array(Arrivals.width), 0, new HourRing(0), []);
    arrivals.begin(since);
    return arrivals;
  }

  /** @param since event time from which on readings are expected */
  begin(since: number): void {
    this.numbers[this.at + SINCE] = since;
    this.numbers[this.at + NEWEST] = NaN;
    this.hours.clear();
    this.bounds.length = 0;
  }

  load({ since, newest, hours, gaps }: ArrivalsState): void {
    this.begin(since);
    if (newest !== undefined) this.last = newest;
    this.hours.load(hours);
    for (const gap of gaps) this.bounds.push(...gap);
  }

  /** Time of the newest reading; NaN before the first one. */
  get last(): number {
    return this.numbers[this.at + NEWEST]!;
  }

  private set last(time: number) {
    this.numbers[this.at + NEWEST] = time;
  }

  /** Time from which on readings are expected. */
  get start(): number {
    return this.numbers[this.at + SINCE]!;
  }

  note(time: number, intervalMs: number): void {
    // What a device sends of the time before it was watched was not expected.
    if (time >= this.start - CLOCK_TOLERANCE_MS) this.hours.update(hourOf(time), (count) => count + 1);
    const { last } = this;
    if (!(time <= last)) {
      if (time - last > GAP_INTERVALS * intervalMs) this.add(last, time);
      this.last = time;
    } else {
      this.fill(time, intervalMs);
    }
  }

  /** Readings in the window that ends now, and how many an interval promises. */
  completeness(now: number, intervalMs: number): { received: number; expected: number; ratio: number } {
    const from = Math.max(this.start, windowStart(now));
    let received = 0;
    for (const [, count] of this.hours.entries(hourOf(from))) received += count;
    const expected = Math.floor(Math.max(0, now - from) / intervalMs);
    return { received, expected, ratio: expected === 0 ? 1 : Math.min(1, received / expected) };
  }

  /** Gaps of the window that ends now, oldest first, the open one last. */
  gaps(now: number, intervalMs: number): Gap[] {
    while (this.bounds.length > 0 && this.bounds[1]! < windowStart(now)) this.bounds.splice(0, 2);
    const found = pairsOf(this.bounds).map(([from, to]) => ({ from, to }));
    const open = { from: Number.isNaN(this.last) ? this.start : this.last, to: now };
    return open.to - open.from > GAP_INTERVALS * intervalMs ? [...found, open] : found;
  }

  state(): ArrivalsState {
    return {
      since: this.start,
      ...(Number.isNaN(this.last) ? {} : { newest: this.last }),
      hours: this.hours.state(),
      gaps: pairsOf(this.bounds),
    };
  }

  private add(from: number, to: number): void {
    this.bounds.push(from, to);
    if (this.bounds.length > 2 * MAX_GAPS) this.bounds.splice(0, 2);
  }

  /** A reading that came late closes the gap it falls into, or cuts it in two. */
  private fill(time: number, intervalMs: number): void {
    const { bounds } = this;
    for (let at = 0; at < bounds.length; at += 2) {
      const [from, to] = [bounds[at]!, bounds[at + 1]!];
      if (time <= from || time >= to) continue;
      const rest = [[from, time] as const, [time, to] as const].filter(
        ([begin, end]) => end - begin > GAP_INTERVALS * intervalMs,
      );
      bounds.splice(at, 2, ...rest.flat());
      return;
    }
  }
}

export interface ArrivalsState {
  readonly since: number;
  readonly newest?: number;
  readonly hours: HourRingState;
  readonly gaps: readonly (readonly [number, number])[];
}

function pairsOf(bounds: readonly number[]): [number, number][] {
  return Array.from({ length: bounds.length / 2 }, (_, index) => [bounds[2 * index]!, bounds[2 * index + 1]!]);
}
