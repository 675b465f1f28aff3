import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LamplighterError, systemClock, type Clock, type JournalOffset, type RawMessage } from '#core';
import type { Journal, JournalConsumer, JournalState, JournalTail, TallyEntry, TallyQuery } from '../journal.js';
import { HeadDecoder } from '../record-head.js';
import type { Done } from './append-queue.js';
import { CommitLoop } from './commit-loop.js';
import { LmdbConsumer, LmdbTail } from './consumer.js';
import { consumerDirectory, ConsumerSlot, readCommitted, type CommittedOffset } from './consumer-slot.js';
import { openForWriting, type Environment } from './environment.js';
import { headOf } from './frame-cursor.js';
import { KeptFrames } from './kept-frames.js';
import { repairTail } from './repair.js';
import { Tally } from './tally.js';
import { takeLease } from './writer-lease.js';

export interface LmdbJournalOptions {
  /** Records that some registered consumer has not committed take at most about this many bytes; then appends wait. */
  readonly maxBytes?: number;
  /**
   * Keeps this many bytes of the newest records although they are committed, for tails; and, unlike without it, trims even
   * when no consumer is registered at all.
   */
  readonly retain?: { readonly bytes: number };
  readonly clock?: Clock;
  /** Called once when the journal cannot be trusted any more: exit, and start again from what is on disk. */
  readonly onFatal?: (error: LamplighterError) => void;
}

const DEFAULT_MAX_BYTES = 4 * 2 ** 30;
const MAINTENANCE_MS = 100;
/** Frame numbers left out after a cut tail, so that no offset handed out before can mean a new record. */
const FRAMES_SKIPPED_AFTER_CUT = 2 ** 20;

/**
 * Opens the journal for writing, creating it where there is none.
 *
 * @throws LamplighterError `data-directory-in-use` when another process writes it, `journal-unwritable` when it is damaged
 * beyond a cut tail
 */
export async function openJournal(directory: string, options: LmdbJournalOptions = {}): Promise<Journal> {
  const path = resolve(directory);
  const recovered = repairTail(path);
  const environment = openForWriting(path);
  try {
    const releaseLease = takeLease(environment, path);
    return new LmdbJournal(path, environment, options, releaseLease, recovered);
  } catch (error) {
    await environment.root.close();
    throw error;
  }
}

class LmdbJournal implements Journal {
  private readonly kept: KeptFrames;
  private readonly counts: Tally;
  private readonly loop: CommitLoop;
  private readonly maxBytes: number;
  private readonly maintenance: NodeJS.Timeout;
  private corruptRecords = 0;
  private closed = false;

  constructor(
    private readonly directory: string,
    private readonly environment: Environment,
    private readonly options: LmdbJournalOptions,
    private readonly releaseLease: () => void,
    private readonly recovered: string | null,
  ) {
    this.maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.kept = new KeptFrames(environment.frames.keysFrom(0));
    this.counts = Tally.load(environment);
    this.counts.countStoredFrames(new HeadDecoder());
    this.loop = new CommitLoop(environment, this.kept, this.counts, startingPoint(directory, environment, recovered), {
      directory,
      clock: options.clock ?? systemClock,
      maxBytes: this.maxBytes,
      retainBytes: options.retain?.bytes ?? 0,
      onFatal: options.onFatal ?? (() => undefined),
    });
    environment.facts.putSync('maxBytes', this.maxBytes);
    this.maintain();
    this.maintenance = setInterval(() => this.maintain(), MAINTENANCE_MS).unref();
  }

  append(message: RawMessage, done: Done): void {
    if (this.closed) done(new LamplighterError('journal-unwritable', 'The journal is closed.'));
    else this.loop.append(message, done);
  }

  consumer(name: string): Promise<JournalConsumer> {
    const slot = ConsumerSlot.open(this.directory, name);
    return Promise.resolve(new LmdbConsumer(this.environment, slot, this.countCorrupt));
  }

  tail(from: 'head' | 'oldest' | JournalOffset): Promise<JournalTail> {
    return Promise.resolve(new LmdbTail(this.environment, from, this.countCorrupt));
  }

  state(): JournalState {
    return {
      ...this.loop.condition(),
      nextSequence: this.loop.nextSequence,
      bytes: this.kept.bytes,
      maxBytes: this.maxBytes,
      corruptRecords: this.corruptRecords,
      ...(this.recovered === null ? {} : { recovered: this.recovered }),
    };
  }

  tally(query: TallyQuery): Promise<TallyEntry[]> {
    return Promise.resolve(this.counts.query(query));
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.maintenance);
    await this.loop.stop();
    this.releaseLease();
    await this.environment.root.close();
  }

  private readonly countCorrupt = (count: number): void => {
    this.corruptRecords += count;
  };

  /** Looks at what consumers have committed, in whatever process they run. */
  private maintain(): void {
    const offsets = committedOffsets(this.directory);
    const nobodyReads = this.options.retain === undefined ? 0 : Infinity;
    const frames = offsets.map((offset) => offset?.frame ?? 0);
    this.loop.release(frames.length === 0 ? nobodyReads : Math.min(...frames));
  }
}

/** Of each registered consumer; null for those that have committed nothing yet. */
function committedOffsets(directory: string): (CommittedOffset | null)[] {
  let names: string[];
  try {
    names = readdirSync(consumerDirectory(directory));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.map((name) => readCommitted(join(consumerDirectory(directory), name)));
}

/** Offsets that consumers hold are never given to other records, even when the frames they came from were cut off. */
function startingPoint(
  directory: string,
  environment: Environment,
  recovered: string | null,
): { frame: number; sequence: number } {
  const head = headOf(environment);
  const committed = committedOffsets(directory).filter((offset) => offset !== null);
  const floor = (environment.facts.get('floor') as number | undefined) ?? 0;
  const sequence = Math.max(head.sequence, ...committed.map((offset) => offset.sequence));
  const frame = Math.max(head.frame, floor, ...committed.map((offset) => offset.frame + Math.sign(offset.index)));
  if (recovered === null) return { frame, sequence };
  environment.facts.putSync('floor', frame + FRAMES_SKIPPED_AFTER_CUT);
  return { frame: frame + FRAMES_SKIPPED_AFTER_CUT, sequence };
}
