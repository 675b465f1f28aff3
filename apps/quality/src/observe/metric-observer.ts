/** What has to be known of a metric to watch its values. */
export interface WatchedMetric {
  readonly name: string;
  /** Physical range. */
  readonly min: number;
  readonly max: number;
}

/** How much smaller than chance a run of equal values must be before it is called stuck. */
const CHANCE_OF_RUN = 1e-6;
const SHORTEST_STUCK_RUN = 12;
/** Changes that must have been seen before anything is said about how a metric usually moves. */
const LEARNT_CHANGES = 10;
/** Weight of a new run, or a new step, in what is usual. */
const LEARNING = 0.1;
const SPIKE_STEPS = 10;
/** A spike leaves its neighbours close to each other: their distance at most this part of the jump. */
const SPIKE_RETURN = 0.25;
/** Smallest jump that counts, as a share of the physical range: below it is noise of quantisation. */
const SMALLEST_JUMP = 0.02;

/** Where each number of a metric lies. */
const LAST = 0;
const BEFORE_LAST = 1;
const RUN_LENGTH = 2;
const RUN_SINCE = 3;
const CHANGES = 4;
/** Mean length of runs of equal values, and mean absolute difference of neighbours. */
const USUAL_RUN = 5;
const USUAL_STEP = 6;

/**
 * Learns how a metric of one device usually moves and tells when it stops moving or jumps once.
 *
 * - Stuck: the mean length of its runs of equal values gives the chance that the value stays the same from one reading to the next,
 *   `p = 1 - 1 / length`; a run of n readings is called stuck when `p^n` is below one in a million. A tank that is full for days or a switch
 *   is so never called stuck, since its long runs are what is usual. Values at an end of the range, and 0, are saturation or silence and left.
 * - Spike: a value more than ten usual steps (mean absolute difference of neighbours) away from both neighbours, which lie close together.
 */
export class MetricObserver {
  /** How many numbers one takes. */
  static readonly width = 7;

  /** @param numbers where it lies, from `at` on; by itself when left out */
  constructor(
    private readonly metric: WatchedMetric,
    private readonly numbers: Float64Array = Float64Array.from(NOTHING_SEEN),
    private readonly at = 0,
  ) {}

  clear(): void {
    this.numbers.set(NOTHING_SEEN, this.at);
  }

  load(saved: MetricState): void {
    for (const [index, value] of saved.entries()) this.numbers[this.at + index] = value ?? NaN;
  }

  /**
   * The next value in order of time.
   * @returns whether the value before it turns out to have been a spike
   */
  observe(value: number, time: number): boolean {
    const { numbers, at } = this;
    const last = numbers[at + LAST]!;
    if (value === last) {
      numbers[at + RUN_LENGTH]!++;
      return false;
    }
    const isSpike = this.wasSpike(value);
    if (!Number.isNaN(last)) {
      this.learn(USUAL_RUN, numbers[at + RUN_LENGTH]!);
      numbers[at + CHANGES]!++;
    }
    // A spike is as if it had not been: it says nothing about how the metric usually moves. So a step is learnt only with the next one.
    if (!isSpike) {
      const beforeLast = numbers[at + BEFORE_LAST]!;
      if (!Number.isNaN(beforeLast)) this.learn(USUAL_STEP, Math.abs(last - beforeLast));
      numbers[at + BEFORE_LAST] = last;
    }
    numbers[at + LAST] = value;
    numbers[at + RUN_LENGTH] = 1;
    numbers[at + RUN_SINCE] = time;
    return isSpike;
  }

  /** The run under way when it is longer than chance allows. */
  stuck(): { readonly value: number; readonly since: number; readonly readings: number } | null {
    const { metric, numbers, at } = this;
    const last = numbers[at + LAST]!;
    const readings = numbers[at + RUN_LENGTH]!;
    if (numbers[at + CHANGES]! < LEARNT_CHANGES || readings < SHORTEST_STUCK_RUN) return null;
    if (last === 0 || last <= metric.min || last >= metric.max) return null;
    const chanceToStay = 1 - 1 / Math.max(1, numbers[at + USUAL_RUN]!);
    if (chanceToStay ** readings >= CHANCE_OF_RUN) return null;
    return { value: last, since: numbers[at + RUN_SINCE]!, readings };
  }

  state(): MetricState {
    const [last, beforeLast, ...others] = this.numbers.subarray(this.at, this.at + MetricObserver.width);
    return [orNull(last!), orNull(beforeLast!), ...(others as [number, number, number, number, number])];
  }

  private wasSpike(next: number): boolean {
    const { metric, numbers, at } = this;
    const last = numbers[at + LAST]!;
    const beforeLast = numbers[at + BEFORE_LAST]!;
    // A value that stayed for several readings is a level, not a spike.
    if (numbers[at + CHANGES]! < LEARNT_CHANGES || numbers[at + RUN_LENGTH]! > 1 || Number.isNaN(beforeLast))
      return false;
    const jump = Math.min(Math.abs(last - beforeLast), Math.abs(last - next));
    const limit = Math.max(SPIKE_STEPS * numbers[at + USUAL_STEP]!, SMALLEST_JUMP * (metric.max - metric.min));
    const sameSide = last > beforeLast === last > next;
    return sameSide && jump > limit && Math.abs(next - beforeLast) <= SPIKE_RETURN * jump;
  }

  /** Moves what is usual towards a new run or step: plain means at first, so that the first values do not weigh for ever. */
  private learn(usual: typeof USUAL_RUN | typeof USUAL_STEP, seen: number): void {
    const { numbers, at } = this;
    const weight = Math.max(LEARNING, 1 / (numbers[at + CHANGES]! + 1));
    numbers[at + usual]! += weight * (seen - numbers[at + usual]!);
  }
}

/** last, before last, run length, run since, changes, usual run, usual step. */
export type MetricState = readonly [
  last: number | null,
  beforeLast: number | null,
  runLength: number,
  runSince: number,
  changes: number,
  usualRun: number,
  usualStep: number,
];

/** Before the first value. */
const NOTHING_SEEN: readonly number[] = [NaN, NaN, 0, 0, 0, 1, 0];

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
