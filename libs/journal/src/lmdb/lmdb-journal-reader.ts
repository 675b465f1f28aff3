import { setTimeout as sleep } from 'node:timers/promises';
import { resolve } from 'node:path';
import { LamplighterError, type JournalOffset } from '#core';
import type { JournalConsumer, JournalReader, JournalState, JournalTail, TallyEntry, TallyQuery } from '../journal.js';
import { HeadDecoder } from '../record-head.js';
import { LmdbConsumer, LmdbTail } from './consumer.js';
import { ConsumerSlot } from './consumer-slot.js';
import { openForReading, type Environment } from './environment.js';
import { headOf } from './frame-cursor.js';
import { Tally } from './tally.js';

const RETRY_MS = 50;

/**
 * Opens a journal that another process writes. Waits up to `waitMs` for that process to create it.
 *
 * @throws LamplighterError `journal-unwritable` (retryable) when there is still none
 */
export async function openJournalReader(
  directory: string,
  options: { readonly waitMs?: number } = {},
): Promise<JournalReader> {
  const path = resolve(directory);
  const deadline = performance.now() + (options.waitMs ?? 0);
  for (;;) {
    const environment = openForReading(path);
    if (environment !== null) return new LmdbJournalReader(path, environment);
    if (performance.now() >= deadline) {
      throw new LamplighterError('journal-unwritable', `There is no journal in ${path} yet.`, { retryable: true });
    }
    await sleep(RETRY_MS);
  }
}

class LmdbJournalReader implements JournalReader {
  private readonly counts: Tally;
  private readonly heads = new HeadDecoder();
  private corruptRecords = 0;
  private closed = false;

  constructor(
    private readonly directory: string,
    private readonly environment: Environment,
  ) {
    this.counts = Tally.load(environment);
  }

  consumer(name: string): Promise<JournalConsumer> {
    const slot = ConsumerSlot.open(this.directory, name);
    return Promise.resolve(new LmdbConsumer(this.environment, slot, this.countCorrupt));
  }

  tail(from: 'head' | 'oldest' | JournalOffset): Promise<JournalTail> {
    return Promise.resolve(new LmdbTail(this.environment, from, this.countCorrupt));
  }

  /** Whether its writer can write is for the writer to say; from here, a journal is full or it is not. */
  state(): JournalState {
    this.environment.root.resetReadTxn();
    const maxBytes = (this.environment.facts.get('maxBytes') as number | undefined) ?? Infinity;
    const bytes = this.environment.frames.bytes();
    return {
      condition: bytes >= maxBytes ? 'full' : 'writable',
      nextSequence: headOf(this.environment).sequence,
      bytes,
      maxBytes,
      corruptRecords: this.corruptRecords,
    };
  }

  tally(query: TallyQuery): Promise<TallyEntry[]> {
    this.environment.root.resetReadTxn();
    this.counts.refresh();
    this.counts.countStoredFrames(this.heads);
    const entries = this.counts.query(query);
    this.environment.root.resetReadTxn();
    return Promise.resolve(entries);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.environment.root.close();
  }

  private readonly countCorrupt = (count: number): void => {
    this.corruptRecords += count;
  };
}
