import type { Clock } from '#core';

/** Buckets that were not used for a while are forgotten, and there are never more than this many. */
const MAX_BUCKETS = 20_000;

interface Bucket {
  tokens: number;
  /** Monotonic milliseconds. */
  filledAt: number;
}

/** Token bucket per key: `perSecond` on average, `burst` at once. */
export class RateLimit {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** Takes one token: null when there was one, else the whole seconds until there is. */
  take(key: string): number | null {
    if (this.perSecond <= 0) return null;
    const bucket = this.refill(key);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return null;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / this.perSecond));
  }

  private refill(key: string): Bucket {
    const now = this.clock.monotonic();
    const known = this.buckets.get(key);
    const bucket = known ?? { tokens: this.burst, filledAt: now };
    bucket.tokens = Math.min(this.burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * this.perSecond);
    bucket.filledAt = now;
    // Deleting and setting again keeps the map in order of last use, so the first entry is the one to forget.
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > MAX_BUCKETS) this.buckets.delete(this.buckets.keys().next().value!);
    return bucket;
  }
}
