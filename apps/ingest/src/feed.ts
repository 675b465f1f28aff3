import { type Clock, encodeReadingBatch, FEED_SOURCE, type FeedSource, type ReadingBatch } from '#core';
import type { Journal } from '#journal';

/** The journal of accepted readings, by kind and in columns (ADR 002). */
export class Feed {
  constructor(
    private readonly journal: Pick<Journal, 'append'>,
    private readonly clock: Clock,
  ) {}

  /** Durable when it resolves. @throws LamplighterError `journal-unwritable` */
  async append(batches: readonly ReadingBatch[], source: FeedSource = FEED_SOURCE.live): Promise<void> {
    await Promise.all(batches.map((batch) => this.appendOne(batch, source)));
  }

  private appendOne(batch: ReadingBatch, source: FeedSource): Promise<void> {
    const message = {
      source,
      topic: batch.kind,
      payload: encodeReadingBatch(batch),
      receivedAt: this.clock.now(),
    };
    return new Promise((resolve, reject) => {
      this.journal.append(message, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}
