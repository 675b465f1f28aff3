import type { Logger } from 'pino';
import { type Clock, decodeReadingBatch, FEED_SOURCE, type JournalOffset, type JournalRecord } from '#core';
import type { JournalBatch, JournalConsumer } from '#journal';
import type { AlarmRepository } from '#registry';
import type { AlarmChange, RuleEvaluator } from '#rules';
import type { Retry } from '#service';
import type { AlertsCounters } from '../alerts-counters.js';
import { EVALUATION_STATE, writeCheckpoint } from './checkpoint.js';

/**
 * Without changes the registry is written this often at most; a restart evaluates that much again, with the same result. The
 * feed's own offset, which only trims, is not written more often either: both would cost an alarm an fsync.
 */
const SAVE_INTERVAL_MS = 1_000;

export interface EvaluationParts {
  readonly evaluator: RuleEvaluator;
  readonly consumer: Pick<JournalConsumer, 'commit'>;
  readonly alarms: Pick<AlarmRepository, 'applyEvaluation'>;
  readonly retry: Retry;
  readonly counters: AlertsCounters;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told after transitions were written. */
  readonly onTransitions: () => void;
}

/**
 * Runs everything that may move the evaluator, one after the other, and saves what came of it: transitions, evaluator state
 * and feed offset in one transaction of the registry, then the feed's own commit, which only trims. A crash anywhere goes on
 * from the last save, and evaluates the same rows to the same changes.
 */
export class AlarmEvaluation {
  private last: Promise<unknown> = Promise.resolve();
  private isSaved = true;
  private savedAt = -Infinity;
  private committedAt = -Infinity;
  /** Offset of the last save, while the feed has not been told. */
  private uncommitted: JournalOffset | null = null;

  constructor(
    private readonly parts: EvaluationParts,
    private next: JournalOffset | null,
  ) {}

  /** Evaluates a batch of the feed; resolves when its transitions are durable. */
  async handle(batch: JournalBatch): Promise<void> {
    if (batch.records.length + batch.corrupt.length === 0) return;
    await this.inTurn(async () => {
      const changes = batch.records.flatMap((record) => this.evaluate(record));
      this.parts.counters.batches += 1;
      this.parts.counters.unreadable += batch.corrupt.length;
      this.next = batch.next;
      this.isSaved = false;
      await this.settle(changes);
    });
  }

  /** Runs something else that may raise or clear: the clock, a change of rules or devices. */
  apply(action: (evaluator: RuleEvaluator) => AlarmChange[]): Promise<void> {
    return this.inTurn(() => this.settle(action(this.parts.evaluator)));
  }

  /** Saves and commits what was not yet, whether it is time or not. */
  flush(): Promise<void> {
    return this.inTurn(async () => {
      if (!this.isSaved) await this.save([]);
      await this.commit();
    });
  }

  private async settle(changes: AlarmChange[]): Promise<void> {
    const isDue = !this.isSaved && this.parts.clock.monotonic() - this.savedAt >= SAVE_INTERVAL_MS;
    if (changes.length > 0 || isDue) await this.save(changes);
  }

  private async save(changes: AlarmChange[]): Promise<void> {
    const { evaluator, alarms, retry, counters, clock, onTransitions } = this.parts;
    const state = writeCheckpoint({ next: this.next, evaluator: evaluator.save() });
    const transitions = await retry.run('registry', () =>
      alarms.applyEvaluation(changes, { name: EVALUATION_STATE, state }),
    );
    counters.saves += 1;
    for (const { type } of transitions) counters[type === 'raised' ? 'raised' : 'cleared'] += 1;
    if (transitions.length > 0) onTransitions();
    this.isSaved = true;
    this.savedAt = clock.monotonic();
    this.uncommitted = this.next;
    if (this.savedAt - this.committedAt >= SAVE_INTERVAL_MS) await this.commit();
  }

  private async commit(): Promise<void> {
    if (this.uncommitted === null) return;
    await this.parts.consumer.commit(this.uncommitted);
    this.uncommitted = null;
    this.committedAt = this.parts.clock.monotonic();
  }

  private evaluate({ source, payload }: JournalRecord): AlarmChange[] {
    const { evaluator, counters, clock, logger } = this.parts;
    try {
      const batch = decodeReadingBatch(payload);
      // What belongs to the past raises and clears nothing, and is no sign of life (ADR 015).
      if (source === FEED_SOURCE.history) {
        evaluator.passBy(batch);
        return [];
      }
      counters.rows += batch.length;
      if (batch.length > 0) counters.lagMs = clock.now() - batch.receivedAt[batch.length - 1]!;
      return evaluator.evaluate(batch);
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof SyntaxError)) throw error;
      counters.unreadable += 1;
      logger.error({ reason: error.message }, 'a record of the feed is no batch of readings');
      return [];
    }
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    // After a failure the evaluator is ahead of what was saved: nothing may run, or be saved, any more.
    this.last = result;
    result.catch(() => undefined);
    return result;
  }
}
