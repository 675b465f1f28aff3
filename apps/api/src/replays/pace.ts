import { setTimeout as sleep } from 'node:timers/promises';

/** So many turns a second, evenly, however many wait for one; a second without any does not make up for later. */
export class Pace {
  private nextAt = 0;

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  async turn(signal: AbortSignal): Promise<void> {
    const now = this.now();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + 1_000 / this.perSecond;
    // Timers are not finer than a millisecond: shorter waits add up to one that is worth it.
    if (at - now >= 5) await sleep(at - now, undefined, { signal }).catch(() => undefined);
  }
}
