import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { decodeReadingBatch } from '#core';
import type { JournalOffset, ReadingBatch } from '#core';
import { FEED_TAIL, LOGGER } from '../ports.js';
import type { FeedTail } from '../ports.js';
import { SharedTail } from './shared-tail.js';

const MAX_RECORDS = 64;
const WAIT_MS = 250;

export interface FeedItem {
  readonly offset: JournalOffset;
  readonly batch: ReadingBatch;
  /** Of the feed's record: what devices say now, or history. */
  readonly source: string;
}

/** Follows the feed of accepted readings; a position is the offset of the next record. */
@Injectable()
export class ReadingTail implements OnApplicationShutdown {
  private readonly tail: SharedTail<JournalOffset, FeedItem>;

  constructor(@Inject(FEED_TAIL) feed: FeedTail, @Inject(LOGGER) logger: Logger) {
    this.tail = new SharedTail(
      {
        // `page` itself waits for the next record.
        pauseMs: 1,
        head: () => feed.head(),
        page: async (from, signal) => {
          const { records, next } = await feed.read(from, { maxMessages: MAX_RECORDS, waitMs: WAIT_MS, signal });
          const items = records.map(({ frame, index, payload, source }) => ({
            offset: { frame, index },
            batch: decodeReadingBatch(payload),
            source,
          }));
          return { items, next };
        },
        compare: (a, b) => a.frame - b.frame || a.index - b.index,
      },
      (error) => logger.warn({ err: error }, 'the feed cannot be read'),
    );
  }

  follow(
    from: JournalOffset | null,
    deliver: (items: readonly FeedItem[]) => void | Promise<void>,
  ): Promise<() => void> {
    return this.tail.follow(from, deliver);
  }

  onApplicationShutdown(): void {
    this.tail.stop();
  }
}
