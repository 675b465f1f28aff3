import type { Logger } from 'pino';
import { decodeReadingBatch, FEED_SOURCE, type JournalOffset, type ReadingBatch } from '#core';
import type { WatchedDevices } from './devices/watched-devices.js';
import type { JournalBatch } from '#journal';
import type { QualityCounters } from './status/quality-counters.js';

/** `skipped` records were trimmed before they could be read. */
export type TailBatch = JournalBatch & { readonly skipped: number };

/** Shows what the feed brings to the observers, each journal record once, and knows where to go on. */
export class ObserveFeed {
  constructor(
    private readonly devices: WatchedDevices,
    private readonly counters: QualityCounters,
    private readonly logger: Logger,
    /** Where reading goes on after what was taken; null before the first batch. */
    public next: JournalOffset | null,
    /** Kind, live or history -> journal sequence of its newest row: the feed may bring rows again after a crash of ingest. */
    readonly lastSequences: Map<string, number>,
  ) {}

  take(batch: TailBatch): void {
    this.counters.skipped += batch.skipped;
    for (const { payload, sequence, source } of batch.records) {
      try {
        this.observe(decodeReadingBatch(payload), source);
      } catch (error) {
        this.logger.error({ sequence, reason: (error as Error).message }, 'a feed record cannot be read');
      }
    }
    this.next = batch.next;
  }

  /** History counts for completeness like any late reading; its observers see that it is late. */
  private observe(batch: ReadingBatch, source: string): void {
    const stream = source === FEED_SOURCE.history ? `${FEED_SOURCE.history} ${batch.kind}` : batch.kind;
    const last = this.lastSequences.get(stream) ?? -1;
    this.devices.observe(batch, last);
    this.counters.rows += batch.length;
    // Rows of a kind and source come in the order of the journal; derived ones have no sequence.
    const newest = batch.sequence.reduce((most, each) => (each > most ? each : most), last);
    this.lastSequences.set(stream, newest);
  }
}
