import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { JournalBatch, ReadOptions } from '../journal.js';
import { invoke } from './invoke.js';

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
 * Nest's transport over the feed: one batch at a time, because what a handler makes of one goes on from the state that the one before left.
 * It reads as a consumer, for which the feed keeps what it has not read, or as a tail, which makes nobody wait. Handlers are also told of
 * reads that found nothing, and say themselves what is done with.
 */
export class FeedStrategy extends Server implements CustomTransportStrategy {
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly feed: { read(options: ReadOptions): Promise<JournalBatch> },
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
      if (!this.options.signal.aborted) this.options.onFatal(error);
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
    return this.feed as T;
  }

  private async read(handler: MessageHandler): Promise<void> {
    const { signal } = this.options;
    while (!signal.aborted) {
      await invoke(handler, await this.feed.read({ maxMessages: MAX_RECORDS, waitMs: READ_WAIT_MS, signal }));
    }
  }
}
