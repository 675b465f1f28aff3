import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { JournalBatch, JournalConsumer } from '#journal';
import { Stopped } from '#service';

/** Pattern of the handler that takes the batches. */
export const FEED_BATCH = 'feed.batch';

/** Feed records of one read; each is a batch of readings of one kind. */
const MAX_RECORDS = 64;
const READ_WAIT_MS = 1_000;

export interface FeedStrategyOptions {
  /** Ends reading and every wait. */
  readonly signal: AbortSignal;
  /** Told about the failure that ended the strategy: exit, and start again from what was saved. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Nest's transport over the feed: one batch at a time, because an evaluation goes on from the state that the one before left.
 * The handler itself says what is done with (`AlarmEvaluation` commits the feed's offset after it has saved it).
 */
export class FeedStrategy extends Server implements CustomTransportStrategy {
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly consumer: JournalConsumer,
    private readonly options: FeedStrategyOptions,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    const handler = this.getHandlerByPattern(FEED_BATCH);
    if (handler === null) {
      callback(new Error(`No handler takes the pattern '${FEED_BATCH}'.`));
      return;
    }
    this.reading = this.read(handler).catch((error: unknown) => {
      if (!(error instanceof Stopped) && !this.options.signal.aborted) this.options.onFatal(error);
    });
    callback();
  }

  /** After `signal`: resolves when the batch under way is done or given up. */
  async close(): Promise<void> {
    await this.reading;
  }

  on(): void {
    throw new Error('The feed strategy has no events.');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  private async read(handler: MessageHandler): Promise<void> {
    const { signal } = this.options;
    while (!signal.aborted) {
      const batch = await this.consumer.read({ maxMessages: MAX_RECORDS, waitMs: READ_WAIT_MS, signal });
      if (batch.records.length + batch.corrupt.length > 0) await invoke(handler, batch);
    }
  }
}

/** Nest hands a handler's exception back as an observable that fails. */
async function invoke(handler: MessageHandler, batch: JournalBatch): Promise<void> {
  const result: unknown = await handler(batch);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}
