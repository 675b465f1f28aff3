import type { StatusReport } from './status-publisher.js';

/** Why a service does not get on, for its status. Troubles come and go by name; the oldest one is shown. */
export class Health {
  private readonly troubles = new Map<string, string>();

  get state(): 'up' | 'degraded' {
    return this.troubles.size === 0 ? 'up' : 'degraded';
  }

  get reason(): string | undefined {
    return this.troubles.values().next().value;
  }

  /** State and, when there is one, reason, as they stand in a status. */
  get report(): Omit<StatusReport, 'metrics'> {
    const { state, reason } = this;
    return reason === undefined ? { state } : { state, reason };
  }

  /** Whether it is news: what is tried again every second is worth one line of the log, not one a second. */
  troubled(what: string, reason: string): boolean {
    const isNew = !this.troubles.has(what);
    this.troubles.set(what, reason);
    return isNew;
  }

  /** Whether there was trouble. */
  recovered(what: string): boolean {
    return this.troubles.delete(what);
  }
}
