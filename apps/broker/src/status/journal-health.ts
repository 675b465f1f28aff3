import type { Clock } from '#core';
import type { Journal, JournalState } from '#journal';

/** How long the journal has been unable to take messages, as looked at once a second. */
export class JournalHealth {
  private blockedSince: number | null = null;

  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly refuseWhenFullMs: number,
  ) {}

  look(): JournalState {
    const state = this.journal.state();
    if (state.condition === 'writable') this.blockedSince = null;
    else this.blockedSince ??= this.clock.monotonic();
    return state;
  }

  /** After a while of back-pressure, devices that connect are sent away: another broker may have room. */
  refusing(): boolean {
    return this.blockedSince !== null && this.clock.monotonic() - this.blockedSince >= this.refuseWhenFullMs;
  }
}
