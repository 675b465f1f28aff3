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

/**
 * Learns how a metric of one device usually moves and tells when it stops moving or jumps once.
 *
 * - Stuck: the mean length of its runs of equal values gives the chance that the value stays the same from one reading to the next,
 *   `p = 1 - 1 / length`; a run of n readings is called stuck when `p^n` is below one in a million. A tank that is full for days or a switch
 *   is so never called stuck, since its long runs are what is usual. Values at an end of the range, and 0, are saturation or silence and left.
 * - Spike: a value more than ten usual steps (mean absolute difference of neighbours) away from both neighbours, which lie close together.
 */
export class MetricObserver {
  private last = NaN;
  private beforeLast = NaN;
  private runLength = 0;
  private runSince = 0;
  private changes = 0;
  private usualRun = 1;
  private usualStep = 0;

  constructor(
    private readonly metric: WatchedMetric,
    saved?: MetricState,
  ) {
    if (saved === undefined) return;
    const [last, beforeLast, runLength, runSince, changes, usualRun, usualStep] = saved;
    this.last = last ?? NaN;
    this.beforeLast = beforeLast ?? NaN;
    this.runLength = runLength;
    this.runSince = runSince;
    this.changes = changes;
    this.usualRun = usualRun;
    this.usualStep = usualStep;
  }

  /**
   * The next value in order of time.
   * @returns whether the value before it turns out to have been a spike
   */
  observe(value: number, time: number): boolean {
    if (value === this.last) {
      this.runLength++;
      return false;
    }
    const isSpike = this.wasSpike(value);
    if (!Number.isNaN(this.last)) {
      this.usualRun += this.weight() * (this.runLength - this.usualRun);
      this.changes++;
    }
    // A spike is as if it had not been: it says nothing about how the metric usually moves. So a step is learnt only with the next one.
    if (!isSpike) {
      if (!Number.isNaN(this.beforeLast))
        this.usualStep += this.weight() * (Math.abs(this.last - this.beforeLast) - this.usualStep);
      this.beforeLast = this.last;
    }
    this.last = value;
    this.runLength = 1;
    this.runSince = time;
    return isSpike;
  }

  /** The run under way when it is longer than chance allows. */
  stuck(): { readonly value: number; readonly since: number; readonly readings: number } | null {
    const { last, runLength, metric } = this;
    if (this.changes < LEARNT_CHANGES || runLength < SHORTEST_STUCK_RUN) return null;
    if (last === 0 || last <= metric.min || last >= metric.max) return null;
    const chanceToStay = 1 - 1 / Math.max(1, this.usualRun);
    if (chanceToStay ** runLength >= CHANCE_OF_RUN) return null;
    return { value: last, since: this.runSince, readings: runLength };
  }

  state(): MetricState {
    const { last, beforeLast, runLength, runSince, changes, usualRun, usualStep } = this;
    return [orNull(last), orNull(beforeLast), runLength, runSince, changes, usualRun, usualStep];
  }

  private wasSpike(next: number): boolean {
    const { last, beforeLast, usualStep, metric } = this;
    // A value that stayed for several readings is a level, not a spike.
    if (this.changes < LEARNT_CHANGES || this.runLength > 1 || Number.isNaN(beforeLast)) return false;
    const jump = Math.min(Math.abs(last - beforeLast), Math.abs(last - next));
    const limit = Math.max(SPIKE_STEPS * usualStep, SMALLEST_JUMP * (metric.max - metric.min));
    const sameSide = last > beforeLast === last > next;
    return sameSide && jump > limit && Math.abs(next - beforeLast) <= SPIKE_RETURN * jump;
  }

  /** Plain means at first, so that the first values do not weigh for ever. */
  private weight(): number {
    return Math.max(LEARNING, 1 / (this.changes + 1));
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

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
