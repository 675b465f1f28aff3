import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LamplighterError } from '#core';
import type { Health } from './health.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Ends everything that waits, when the process stops. Not a failure: what was not evaluated is still in the feed. */
export class Stopped extends Error {
  constructor() {
    super('Alerts is stopping.');
  }
}

/** Repeats what failed retryably, with growing pauses, for as long as it takes: the feed holds what waits meanwhile. */
export class Retry {
  constructor(
    private readonly health: Health,
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @param what name of the trouble in the status
   * @throws the action's error when it is not retryable, {@link Stopped} when the process stops
   */
  async run<T>(what: string, action: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      if (this.signal.aborted) throw new Stopped();
      try {
        const result = await action();
        this.health.recovered(what);
        return result;
      } catch (error) {
        if (!(error instanceof LamplighterError) || !error.retryable) throw error;
        this.health.troubled(what, error.message);
        this.logger.warn({ what, reason: error.message, pauseMs }, 'waiting to try again');
      }
      await sleep(pauseMs, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }
}
