import type { JournalOffset, JournalRecord, RawMessage } from '#core';

/**
 * An ordered, durable log of raw messages with consumers that read it in batches.
 *
 * - Order: records have the order of `append` calls of the one writer.
 * - Durability: `done(null)` is called only after the frame that holds the record is fsynced. A failed fsync is never
 *   retried: the journal turns `unwritable`, every waiting `done` gets the error, and the process is expected to exit.
 * - Boundedness: beyond `maxBytes` of records that a registered consumer has not committed, appends wait (their `done` is
 *   held back) and `state()` says 'full'. Nothing is ever dropped to make room.
 * - One process writes. Any number of processes read; each consumer name is used by one process at a time.
 */
export interface Journal extends JournalReader {
  /** `done` gets an error (`journal-unwritable`) when the record is not durable and never will be. */
  append(message: RawMessage, done: (error: Error | null) => void): void;
}

/** What any process, the writer included, may do with a journal besides writing it. */
export interface JournalReader {
  /** Registers the consumer on first use: from then on, records that it has not committed are kept. */
  consumer(name: string): Promise<JournalConsumer>;

  /** Reads along without being registered: what is trimmed in the meantime is skipped, and counted. For live streams. */
  tail(from: 'head' | 'oldest' | JournalOffset): Promise<JournalTail>;

  state(): JournalState;

  /** Messages journalled by source and hour of `receivedAt`, durable; the independent side of the ledger. */
  tally(query: TallyQuery): Promise<TallyEntry[]>;

  /** The writer waits for appended records to be durable; then the files are released. */
  close(): Promise<void>;
}

export interface JournalState {
  readonly condition: 'writable' | 'full' | 'unwritable';
  readonly reason?: string;
  /** Sequence that the next appended record will get: the number of messages ever journalled. */
  readonly nextSequence: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Corrupt records that this process met since it opened the journal, for health and metrics. */
  readonly corruptRecords: number;
  /** What had to be repaired when the journal was opened, such as a cut tail. */
  readonly recovered?: string;
}

export interface JournalConsumer {
  /**
   * The next records after the last read, at most `maxMessages`, as whole frames where they fit. Waits up to `waitMs` for at least one; resolves with an
   * empty batch when none came. Corrupt records are returned apart: they take part in the sequence but have no trustworthy content.
   */
  read(options: ReadOptions): Promise<JournalBatch>;
  /** Continue reading at this offset (the owner of the offset is the store, not the journal). */
  seek(offset: JournalOffset): void;
  /** Everything before this offset will not be asked for again and may be trimmed. Durable before it resolves. */
  commit(next: JournalOffset): Promise<void>;
  /** Last committed offset, or null when nothing was committed yet. */
  committed(): JournalOffset | null;
  /** Records between the committed offset and the head. */
  backlog(): number;
}

/** A reader that holds nothing back. */
export interface JournalTail {
  /** As `JournalConsumer.read`; `skipped` is the number of records that were trimmed before this reader reached them. */
  read(options: ReadOptions): Promise<JournalBatch & { readonly skipped: number }>;
}

export interface ReadOptions {
  readonly maxMessages: number;
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

export interface JournalBatch {
  readonly records: readonly JournalRecord[];
  readonly corrupt: readonly CorruptRecord[];
  /** Offset of the record after the last of this batch, and its sequence. */
  readonly next: JournalOffset;
  readonly nextSequence: number;
}

export interface CorruptRecord {
  readonly sequence: number;
  readonly frame: number;
  readonly index: number;
  /** The bytes as found. */
  readonly bytes: Uint8Array;
  readonly reason: string;
  readonly receivedAt: number;
}

export interface TallyQuery {
  readonly source?: string;
  /** Hours since the epoch (`floor(receivedAt / 3600000)`), inclusive and exclusive. */
  readonly fromHour?: number;
  readonly toHour?: number;
}

export interface TallyEntry {
  readonly source: string;
  readonly hour: number;
  readonly messages: number;
}
