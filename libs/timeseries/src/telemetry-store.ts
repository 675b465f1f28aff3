import type { DeadLetter, JournalOffset, ReadingBatch, Rejection } from '#core';

/**
 * Where readings, dead letters and the counters of the ledger live.
 *
 * `commit` is exactly-once in effect: either adapter may be killed at any moment and asked to commit the same or a re-cut
 * batch from the last position again, and rows, dead letters and counters come out as if it had happened once.
 */
export interface TelemetryStore extends TelemetryQueries {
  /**
   * Makes all parts of the batch durable before it resolves.
   * @throws LamplighterError `store-unavailable` (retryable: nothing or a part was written, commit the same batch again),
   * `store-rejected` (fatal, or per line: refused lines become dead letters of code 'store-rejected' inside the adapter)
   */
  commit(batch: StoreCommit): Promise<void>;

  /** Position after the last committed batch of the consumer, or null. */
  position(consumer: string): Promise<StorePosition | null>;

  /**
   * Keys of readings that the store already holds, for those asked about: the slow path of de-duplication, and how its
   * memory is filled after a restart. Rows with a journal sequence of `beforeSequence` or later are not looked at.
   */
  findStored(kind: string, device: string, from: number, to: number, beforeSequence: number): Promise<StoredKey[]>;

  /** The most recent `perDevice` keys of every device that sent since `receivedSince`, oldest first. */
  recentKeys(perDevice: number, receivedSince: number, beforeSequence: number): Promise<StoredKey[]>;

  close(): Promise<void>;
}

export interface StoreCommit {
  readonly consumer: string;
  /** At most one batch per kind. */
  readonly readings: readonly ReadingBatch[];
  readonly deadLetters: readonly DeadLetter[];
  /** How the messages of this batch ended, by source and hour of receipt. */
  readonly outcomes: readonly OutcomeCount[];
  /** Position after this batch; null for writes outside the journal (derived metrics, tests). */
  readonly position: StorePosition | null;
}

export interface StorePosition {
  readonly next: JournalOffset;
  /** Sequence of the next record: the number of messages accounted for. */
  readonly nextSequence: number;
}

export interface OutcomeCount {
  readonly source: string;
  /** `floor(receivedAt / 3600000)` */
  readonly hour: number;
  readonly stored: number;
  readonly duplicates: number;
  /** By code of the first rejection; partial dead letters are not counted here. */
  readonly deadLetters: Readonly<Record<string, number>>;
}

export interface StoredKey {
  readonly kind: string;
  readonly device: string;
  readonly time: number;
  readonly boot: string | null;
  readonly seq: number | null;
  /** Names of the metrics that the row carries, in the kind's order, derived metrics left out. */
  readonly metrics: readonly string[];
}

/** The reading side. The API holds one of these; in the embedded set-up it is a proxy to the process that owns the file. */
export interface TelemetryQueries {
  history(query: HistoryQuery): Promise<HistoryPage>;
  aggregate(query: AggregateQuery): Promise<AggregateRow[]>;
  latest(query: LatestQuery): Promise<LatestReading[]>;
  completeness(query: CompletenessQuery): Promise<CompletenessFacts>;
  deadLetters(query: DeadLetterQuery): Promise<DeadLetterPage>;
  outcomes(query: OutcomeQuery): Promise<OutcomeCount[]>;
  /** Number of stored rows by kind, and of bytes where the engine knows. */
  statistics(): Promise<StoreStatistics>;
  /** Resolves when the store could take a commit now; throws `store-unavailable` otherwise. */
  ping(): Promise<void>;
}

/** Raw rows, oldest first, without aggregation. */
export interface HistoryQuery {
  readonly kind: string;
  readonly devices: readonly string[];
  /** All metrics of the kind when empty. */
  readonly metrics: readonly string[];
  /** Milliseconds since the epoch, inclusive and exclusive. */
  readonly from: number;
  readonly to: number;
  /** Values (row x present metric) at most; a page never splits a row. */
  readonly limit: number;
  /** `next` of the previous page. */
  readonly cursor?: string;
}

export interface HistoryPage {
  readonly values: readonly HistoryValue[];
  readonly next: string | null;
}

export interface HistoryValue {
  readonly device: string;
  readonly time: number;
  readonly receivedAt: number;
  readonly metric: string;
  readonly value: number;
}

export const AGGREGATES = ['mean', 'min', 'max', 'count', 'sum', 'first', 'last'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface AggregateQuery {
  readonly kind: string;
  /** Device -> name of the group it belongs to. Group by device by giving its own id. */
  readonly groups: ReadonlyMap<string, string>;
  readonly metrics: readonly string[];
  readonly from: number;
  readonly to: number;
  /** Bucket width. Buckets of whole days and more start at local midnight of `timeZone`; others are aligned to its offset. Null: one bucket for the range. */
  readonly everyMs: number | null;
  /** IANA name, such as 'Asia/Hong_Kong'. */
  readonly timeZone: string;
  readonly aggregates: readonly Aggregate[];
}

export interface AggregateRow {
  readonly group: string;
  /** Start of the bucket, milliseconds since the epoch. */
  readonly time: number;
  readonly metric: string;
  readonly values: Readonly<Partial<Record<Aggregate, number>>>;
}

export interface LatestQuery {
  readonly kind: string;
  /** All devices of the kind when null. */
  readonly devices: readonly string[] | null;
}

/** The last known value of each metric of a device; metrics may have different times when messages carry different ones. */
export interface LatestReading {
  readonly device: string;
  /** Time of the newest reading. */
  readonly time: number;
  readonly receivedAt: number;
  readonly values: Readonly<Record<string, { readonly time: number; readonly value: number }>>;
}

export interface CompletenessQuery {
  readonly kind: string;
  readonly device: string;
  readonly from: number;
  readonly to: number;
  readonly intervalMs: number;
  readonly maxGaps: number;
}

export interface CompletenessFacts {
  /** Distinct readings in the range. */
  readonly received: number;
  /** Stretches longer than twice the interval without a reading, the edges of the range included. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly missing: number }[];
  /** True when there were more gaps than `maxGaps`. */
  readonly truncated: boolean;
}

export interface DeadLetterQuery {
  /** Null: all departments, and letters whose department is unknown. */
  readonly departments: readonly string[] | null;
  readonly device?: string;
  readonly source?: string;
  readonly code?: string;
  readonly from?: number;
  readonly to?: number;
  /** Newest first. */
  readonly limit: number;
  readonly cursor?: string;
}

export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetter[];
  readonly next: string | null;
}

export interface OutcomeQuery {
  readonly source?: string;
  readonly fromHour?: number;
  readonly toHour?: number;
  /** 'total' sums over everything that matches into one entry with source '' and hour 0. */
  readonly groupBy: 'total' | 'source' | 'source-hour';
}

export interface StoreStatistics {
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: number | null;
}

export type { DeadLetter, ReadingBatch, Rejection };
