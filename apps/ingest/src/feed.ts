import { type Clock, encodeReadingBatch, type ReadingBatch } from '#core';
import type { Journal } from '#journal';

/** Source of every feed record. */
const SOURCE = 'ingest';

/** The journal of accepted readings, by kind and in columns (ADR 002). */
export class Feed {
  constructor(
    private readonly journal: Pick<Journal, 'append'>,
    private readonly clock: Clock,
  ) {}

  /** Durable when it resolves. @throws LamplighterError `journal-unwritable` */
  async append(batches: readonly ReadingBatch[]): Promise<void> {
    await Promise.all(batches.map((batch) => this.appendOne(batch)));
  }

  private appendOne(batch: ReadingBatch): Promise<void> {
    const message = {
      source: SOURCE,
      topic: batch.kind,
      payload: encodeReadingBatch(batch),
      receivedAt: this.clock.now(),
    };
    return new Promise((resolve, reject) => {
      this.journal.append(message, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}
