import { DAY_MS, HOUR_MS, HourRing, hourOf, type HourRingState } from './window.js';

/** Hours of data before a drift is believed. */
const HOURS_FOR_DRIFT = 6;
/** An hour without a message. Offsets are kept as whole milliseconds of 32 bits, which is 24 days: far more than the time policy lets pass. */
const NOTHING = 2 ** 31 - 1;

/**
 * How far a device's clock is off: the smallest `receipt - device time` of each hour. The smallest one is that of the message that travelled
 * fastest, so delays of the network and readings sent later from a buffer do not count as a wrong clock.
 */
export class ClockObserver {
  private readonly hours: HourRing;

  /** @param numbers `HourRing.width` numbers from `at` on; its own when left out */
  constructor(numbers?: Int32Array, at?: number) {
    this.hours = new HourRing(NOTHING, numbers, at);
  }

  clear(): void {
    this.hours.clear();
  }

  load(saved: HourRingState): void {
    this.hours.load(saved);
  }

  /** @param receivedAt receipt, milliseconds since the epoch @param time of the device, milliseconds since the epoch */
  note(receivedAt: number, time: number): void {
    const offset = Math.max(1 - NOTHING, Math.min(NOTHING - 1, Math.round(receivedAt - time)));
    this.hours.update(hourOf(receivedAt), (smallest) => Math.min(smallest, offset));
  }

  /** Positive when the clock is behind. The drift is the least-squares slope over the hours; null while there are too few. */
  offset(now: number): { offsetMs: number; driftMsPerDay: number | null } | null {
    const hours = [...this.hours.entries(hourOf(now - DAY_MS))];
    const newest = hours.at(-1);
    if (newest === undefined) return null;
    return {
      offsetMs: newest[1],
      driftMsPerDay: hours.length < HOURS_FOR_DRIFT ? null : (slope(hours) * DAY_MS) / HOUR_MS,
    };
  }

  state(): HourRingState {
    return this.hours.state();
  }
}

/** Change per unit of x of the straight line of least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  let [above, below] = [0, 0];
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
