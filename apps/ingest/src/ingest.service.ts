import type { Clock } from '#core';
import type { JournalBatch } from '#journal';
import type { BatchWriter } from './batch-writer.js';
import { InTurn } from './in-turn.js';
import type { IngestCounters } from './ingest-counters.js';
import type { Pipeline } from './pipeline.js';

/**
 * Takes batches in the order of the journal. While one is being written the next is decided already: decisions are made in order, and so
 * are writes.
 */
export class IngestService {
  private readonly deciding = new InTurn();

  constructor(
    private readonly pipeline: Pipeline,
    private readonly writer: BatchWriter,
    private readonly writing: InTurn,
    private readonly counters: IngestCounters,
    private readonly clock: Clock,
  ) {}

  /** Resolves when every message of the batch is accounted for durably. */
  async handle(batch: JournalBatch): Promise<void> {
    const startedAt = this.clock.monotonic();
    // The write is queued before the next batch is decided: a look-up in the store may then wait for all writes given so far.
    const { written } = await this.deciding.run(async () => {
      const decided = await this.pipeline.run(batch);
      return { written: this.writing.run(() => this.writer.write(decided)) };
    });
    await written;
    const seconds = (this.clock.monotonic() - startedAt) / 1000;
    this.counters.batches++;
    this.counters.batchSeconds += seconds;
    this.counters.lastBatchSeconds = seconds;
  }
}
