import type { Clock } from '#core';
import type { PoolPolicy } from './limits.js';

/** Keeps a script that has to be stopped again and again from taking the time of the others. */
export class Suspensions {
  private readonly strikes = new Map<string, number[]>();
  private readonly until = new Map<string, number>();

  constructor(
    private readonly policy: Pick<PoolPolicy, 'strikes' | 'strikeWindowMs' | 'suspendMs'>,
    private readonly clock: Clock,
  ) {}

  /** Milliseconds for which the script will not run, or 0. */
  remaining(revision: string): number {
    const until = this.until.get(revision);
    if (until === undefined) return 0;
    const left = until - this.clock.monotonic();
    if (left > 0) return left;
    this.until.delete(revision);
    return 0;
  }

  /** The script had to be stopped. */
  strike(revision: string): void {
    const now = this.clock.monotonic();
    const recent = (this.strikes.get(revision) ?? []).filter((at) => now - at < this.policy.strikeWindowMs);
    recent.push(now);
    if (recent.length < this.policy.strikes) {
      this.strikes.set(revision, recent);
      return;
    }
    this.strikes.delete(revision);
    this.until.set(revision, now + this.policy.suspendMs);
  }
}
