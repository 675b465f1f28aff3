import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { JournalBatch, JournalTail } from '#journal';

/** Pattern of the handler that takes the batches. */
export const FEED_BATCH = 'feed.batch';

export type TailBatch = JournalBatch & { readonly skipped: number };

/** Feed records of one read; each is a batch of readings of one kind. */
const MAX_RECORDS = 64;
const READ_WAIT_MS = 1_000;

/**
 * Nest's transport over the feed as a reader that holds nothing back: judging data must never make ingest wait. What was trimmed before it
 * could be read is skipped and counted.
 */
export class FeedTailStrategy extends Server implements CustomTransportStrategy {
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly tail: JournalTail,
    private readonly options: { readonly signal: AbortSignal; readonly onFatal: (error: unknown) => void },
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

  /** After `signal`: resolves when the batch under way is done. */
  async close(): Promise<void> {
    await this.reading;
  }

  on(): void {
    throw new Error('The feed strategy has no events.');
  }

  unwrap<T>(): T {
    return this.tail as T;
  }

  private async read(handler: MessageHandler): Promise<void> {
    const { signal } = this.options;
    while (!signal.aborted) {
      const batch = await this.tail.read({ maxMessages: MAX_RECORDS, waitMs: READ_WAIT_MS, signal });
      const result: unknown = await handler(batch);
      // Nest hands a handler's exception back as an observable that fails.
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    }
  }
}
