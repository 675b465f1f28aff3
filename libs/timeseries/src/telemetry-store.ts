import type { DeadLetter, JournalOffset, LetterKey, ReadingBatch, Rejection } from '#core';
import type {
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterPage,
  DeadLetterQuery,
  ReplayOutcomes,
  ResolvedLetter,
} from './dead-letter-queries.js';

export * from './dead-letter-queries.js';

/**
 * What an adapter must know of the kinds it stores, given when it is opened. It may have more kinds and more metrics than
 * last time: the store grows by itself. What it no longer names is kept but not shown.
 */
export type StoreSchema = readonly StoreKind[];

export interface StoreKind {
  readonly kind: string;
  /** Metrics that devices send, in the kind's order. */
  readonly metrics: readonly string[];
  /**
   * Metrics that the platform computes; none of them is in `metrics`. A row that carries nothing else is not a reading: it
   * is left out of keys, completeness and statistics, and a later one of the same device, time and metrics replaces it.
   */
  readonly derived: readonly string[];
  /** Days for which each metric is kept, by name; all of `metrics` and `derived` are in it. */
  readonly retentionDays: Readonly<Record<string, number>>;
}

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

  /**
   * Keys of readings that the store already holds, for those asked about: the slow path of de-duplication, and how its
   * memory is filled after a restart. Rows with a journal sequence of `beforeSequence` or later are not looked at.
   * `from` is inclusive, `to` exclusive. In order of journal sequence.
   */
  findStored(kind: string, device: string, from: number, to: number, beforeSequence: number): Promise<StoredKey[]>;

  /**
   * The most recent `perDevice` keys of every device that sent since `receivedSince`, by journal sequence, oldest first.
   * Keys received before `receivedSince` may be left out: `findStored` finds them.
   */
  recentKeys(perDevice: number, receivedSince: number, beforeSequence: number): Promise<StoredKey[]>;

  /** Ids of those letters that this replay job has resolved already: a letter is replayed once by a job, however often it is delivered. */
  findReplayed(job: string, letters: readonly LetterKey[]): Promise<string[]>;

  /**
   * Removes values whose time has come (THREATS 39), in steps between which commits go on; it may be cut off and asked for again. Rows that
   * keep no value are removed, and no answer shows what has expired, `latest` included.
   * @throws LamplighterError `bad-request`, `store-unavailable` (retryable), `store-rejected` by an engine that removes together what the
   * schema keeps equally long, when a part of that is asked for
   */
  expire(order: Expiry): Promise<Expired>;

  /**
   * Empties dead letters received before: the payload, and words of rejections that may quote it. The letters stay, and so does all that
   * the ledger counts. Of one kind, or of all when it is null. Resolves with the number of letters emptied.
   */
  expirePayloads(before: number, kind: string | null): Promise<number>;

  close(): Promise<void>;
}

export interface Expiry {
  readonly kind: string;
  /** Metrics that are kept equally long. */
  readonly metrics: readonly string[];
  /** Event time, milliseconds since the epoch: values before it go. */
  readonly before: number;
}

export interface Expired {
  readonly values: number;
  /**
   * Rows of which nothing was left. An adapter may keep when a row came, without a value, for as long as the metric of its kind
   * that is kept longest, and counts the row then.
   */
  readonly rows: number;
}

export interface StoreCommit {
  readonly consumer: string;
  /** At most one batch per kind. Its metrics may be any of the kind's, derived ones included, in any order. */
  readonly readings: readonly ReadingBatch[];
  readonly deadLetters: readonly DeadLetter[];
  /** What became of letters that were replayed; absent when none was. The newest resolution of a letter replaces others. */
  readonly resolutions?: readonly ResolvedLetter[];
  /** How the messages of this batch ended, by source and hour of receipt. */
  readonly outcomes: readonly OutcomeCount[];
  /**
   * Position after this batch; null for writes outside the journal (derived metrics, tests). A commit whose position is not
   * ahead of the stored one has happened before and changes nothing.
   */
  readonly position: StorePosition | null;
}

/** Name of ingest as a consumer of the journal, under which the store keeps its position. */
export const INGEST_CONSUMER = 'ingest';

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

/**
 * The reading side. The API holds one of these; in the embedded set-up it is a proxy to the process that owns the file.
 *
 * @throws LamplighterError `bad-request` from any query that names a kind, metric, aggregate, time zone or cursor that does
 * not exist; `store-unavailable` (retryable) when the engine does not answer. Unknown devices just have no data.
 */
export interface TelemetryQueries {
  history(query: HistoryQuery): Promise<HistoryPage>;
  aggregate(query: AggregateQuery): Promise<AggregateRow[]>;
  latest(query: LatestQuery): Promise<LatestReading[]>;
  completeness(query: CompletenessQuery): Promise<CompletenessFacts>;
  deadLetters(query: DeadLetterQuery): Promise<DeadLetterPage>;
  deadLetterGroups(query: DeadLetterGroupQuery): Promise<DeadLetterGroup[]>;
  /** How the letters of a replay job ended so far; letters that another job resolved later are not among them. */
  replayOutcomes(job: string): Promise<ReplayOutcomes>;
  outcomes(query: OutcomeQuery): Promise<OutcomeCount[]>;
  /** Position after the last committed batch of the consumer, or null. The ledger reads it beside the outcomes. */
  position(consumer: string): Promise<StorePosition | null>;
  /** Number of stored rows by kind, and of bytes where the engine knows. */
  statistics(): Promise<StoreStatistics>;
  /** Resolves when the store could take a commit now; throws `store-unavailable` otherwise. */
  ping(): Promise<void>;
}

/** Raw rows, oldest first (then by device), the metrics of a row in the kind's order; without aggregation. */
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

/**
 * `energyMean` is the mean of levels in decibels, `10 lg (mean of 10^(L/10))` (ISO 1996-1): the mean of a sound is that of its energy. It
 * says nothing about other units.
 */
export const AGGREGATES = ['mean', 'min', 'max', 'count', 'sum', 'first', 'last', 'energyMean'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface AggregateQuery {
  readonly kind: string;
  /** Device -> name of the group it belongs to. Group by device by giving its own id. */
  readonly groups: ReadonlyMap<string, string>;
  readonly metrics: readonly string[];
  readonly from: number;
  readonly to: number;
  /**
   * Bucket width. Whole days start at local midnight of `timeZone`, several days are counted from a Monday, so that seven are a
   * week; shorter buckets are counted from each local midnight. `buckets.ts` is the definition. Null: one bucket for the range.
   */
  readonly everyMs: number | null;
  /** IANA name, such as 'Asia/Hong_Kong'. */
  readonly timeZone: string;
  readonly aggregates: readonly Aggregate[];
}

/**
 * One bucket that holds at least one value; in order of time, then group, then metric as asked. A group's values are pooled:
 * its mean is the mean of all values of all its devices.
 */
export interface AggregateRow {
  readonly group: string;
  /** Start of the bucket, milliseconds since the epoch; it may lie before `from`. `from` itself when there is one bucket for the range. */
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
  /** Stretches longer than twice the interval without a reading, oldest first, the edges of the range included; see `completeness.ts`. */
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly missing: number }[];
  /** True when there were more gaps than `maxGaps`. */
  readonly truncated: boolean;
}

export interface OutcomeQuery {
  readonly source?: string;
  readonly fromHour?: number;
  readonly toHour?: number;
  /**
   * 'total' sums over everything that matches into one entry with source '' and hour 0, of zeros when nothing does; 'source' sums
   * into one entry with hour 0 a source. In order of source, then hour.
   */
  readonly groupBy: 'total' | 'source' | 'source-hour';
  /** Only entries with refused messages, which are few; of a total it says nothing. */
  readonly refusedOnly?: boolean;
}

export interface StoreStatistics {
  /** Readings; derived rows are not counted. Kinds without any are 0. */
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: number | null;
}

export type { DeadLetter, ReadingBatch, Rejection };
