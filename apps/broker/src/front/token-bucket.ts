/**
 * Messages of one client: a steady rate and a burst above it. What is over the limit has been taken already, so the
 * bucket goes into debt and says how long to wait; nothing is dropped.
 */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** @param perSecond steady rate; Infinity for none @param now monotonic milliseconds */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    now: number,
  ) {
    this.tokens = burst;
    this.filledAt = now;
  }

  /** Takes `count` tokens; returns the milliseconds to wait until the debt is paid, 0 when there is none. */
  take(count: number, now: number): number {
    if (this.perSecond === Infinity) return 0;
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.filledAt) * this.perSecond) / 1_000) - count;
    this.filledAt = now;
    return this.tokens >= 0 ? 0 : (-this.tokens * 1_000) / this.perSecond;
  }

  /** Whether `count` tokens are there, without taking them. */
  has(count: number, now: number): boolean {
    return Math.min(this.burst, this.tokens + ((now - this.filledAt) * this.perSecond) / 1_000) >= count;
  }
}
