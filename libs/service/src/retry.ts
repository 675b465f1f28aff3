import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LamplighterError } from '#core';
import type { Health } from './health.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Ends everything that waits, when the process stops. Not a failure: what was not done is still where it was read from. */
export class Stopped extends Error {
  constructor() {
    super('The service is stopping.');
  }
}

export interface RetryParts {
  readonly health: Health;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Uniform in [0, 1): spreads the retries of several workers. Without it the pauses are as they are. */
  readonly random?: () => number;
}

/**
 * Repeats what failed retryably, with growing pauses, for as long as it takes. Only for what waits somewhere meanwhile, such
 * as in the journal or the feed: nothing is given up and nothing is bounded here.
 */
export class Retry {
  constructor(private readonly parts: RetryParts) {}

  /**
   * @param what name of the trouble in the status, such as 'store' or 'registry'
   * @throws the action's error when it is not retryable, {@link Stopped} when the process stops
   */
  async run<T>(what: string, action: () => Promise<T>): Promise<T> {
    const { health, logger, signal, random } = this.parts;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      if (signal.aborted) throw new Stopped();
      try {
        const result = await action();
        health.recovered(what);
        return result;
      } catch (error) {
        if (!(error instanceof LamplighterError) || !error.retryable) throw error;
        health.troubled(what, error.message);
        logger.warn({ what, reason: error.message, pauseMs }, 'waiting to try again');
      }
      const spread = random === undefined ? 1 : 0.5 + random();
      await sleep(pauseMs * spread, undefined, { signal }).catch(() => undefined);
    }
  }
}
