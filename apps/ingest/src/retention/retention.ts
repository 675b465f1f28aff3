import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '#core';
import type { Kind } from '#kinds';
import { type Health, type Retry, Stopped } from '#service';
import type { TelemetryStore } from '#timeseries';

const DAY_MS = 86_400_000;

export interface RetentionParts {
  readonly store: Pick<TelemetryStore, 'expire' | 'expirePayloads'>;
  readonly kinds: readonly Kind[];
  /** Days for which the bytes of refused messages are kept, for people to look at and to replay. */
  readonly deadLetterDays: number;
  readonly retry: Retry;
  readonly health: Health;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What the last run did, for the status. */
export interface RetentionState {
  /** Milliseconds since the epoch; 0 before the first run has ended. */
  finishedAt: number;
  values: number;
  rows: number;
  payloads: number;
  /** Orders that the store refused for good: what they name is kept too long. */
  refused: number;
}

/** Removes what has been kept for as long as its kind declares (THREATS 39): once at the start and then every day. */
export class Retention {
  readonly state: RetentionState = { finishedAt: 0, values: 0, rows: 0, payloads: 0, refused: 0 };
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RetentionParts) {}

  start(): void {
    this.running = this.everyDay();
  }

  /** After `signal`. */
  async stop(): Promise<void> {
    await this.running;
  }

  /** One run. What the store refuses is said and does not keep the rest from going. */
  async run(): Promise<void> {
    const { kinds, clock, deadLetterDays } = this.parts;
    const now = clock.now();
    const done = { values: 0, rows: 0, payloads: 0, refused: 0 };
    for (const kind of kinds) {
      for (const [days, metrics] of byRetention(kind)) {
        await this.order(done, `${kind.name}: ${metrics.join(', ')}`, async (store) => {
          const { values, rows } = await store.expire({ kind: kind.name, metrics, before: now - days * DAY_MS });
          done.values += values;
          done.rows += rows;
        });
      }
      const days = shortestPersonal(kind);
      if (days < deadLetterDays) await this.letters(done, now - days * DAY_MS, kind.name);
    }
    await this.letters(done, now - deadLetterDays * DAY_MS, null);
    Object.assign(this.state, done, { finishedAt: clock.now() });
    const { health, logger } = this.parts;
    if (done.refused > 0)
      health.troubled('retention', `The store cannot remove ${done.refused} sets of old values; see the log.`); // prettier-ignore
    else health.recovered('retention');
    logger.info(done, 'what was kept long enough has been removed');
  }

  private letters(done: Omit<RetentionState, 'finishedAt'>, before: number, kind: string | null): Promise<void> {
    return this.order(done, `dead letters of ${kind ?? 'all kinds'}`, async (store) => {
      done.payloads += await store.expirePayloads(before, kind);
    });
  }

  private async order(
    done: { refused: number },
    what: string,
    action: (store: RetentionParts['store']) => Promise<void>,
  ): Promise<void> {
    const { retry, store, logger, signal } = this.parts;
    try {
      await retry.run('store', () => action(store));
    } catch (error) {
      if (error instanceof Stopped || signal.aborted) throw error;
      done.refused++;
      logger.error({ what, reason: error instanceof Error ? error.message : String(error) }, 'old values stay');
    }
  }

  private async everyDay(): Promise<void> {
    const { signal } = this.parts;
    while (!signal.aborted) {
      // It ends only by stopping: everything else is counted.
      await this.run().catch(() => undefined);
      await sleep(DAY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Days -> metrics that are kept so long. */
function byRetention({ metrics }: Kind): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const { name, retentionDays } of metrics) {
    const group = groups.get(retentionDays);
    if (group === undefined) groups.set(retentionDays, [name]);
    else group.push(name);
  }
  return groups;
}

/** The bytes of a message hold everything that it said of a person, so they are kept no longer than the shortest-lived of it. */
function shortestPersonal({ metrics }: Kind): number {
  return Math.min(...metrics.map(({ privacy, retentionDays }) => (privacy === 'personal' ? retentionDays : Infinity)));
}
