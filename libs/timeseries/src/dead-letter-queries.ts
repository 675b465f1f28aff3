import type { DeadLetter, LetterKey, Outcome } from '#core';

/** What became of a letter when it was replayed (ADR 011). The newest one counts. */
export interface LetterResolution {
  /** `dead-letter`: it was refused again, and a new letter stands for it. */
  readonly outcome: Outcome;
  /** Sequence of the journal record that replayed it: a letter that was refused again has the id `<sequence>-0` now. */
  readonly sequence: number;
  /** When that record was received, milliseconds since the epoch. */
  readonly at: number;
  /** The job that sent it. */
  readonly job: string;
}

export interface StoredDeadLetter extends DeadLetter {
  /** Null: open. */
  readonly resolution: LetterResolution | null;
}

/** A resolution to be written, with all that says where its letter is kept. */
export interface ResolvedLetter extends LetterResolution {
  readonly letter: LetterKey;
}

/** What a letter may lack. */
export const LETTER_MEMBERS = ['device', 'kind'] as const;
export type LetterMember = (typeof LETTER_MEMBERS)[number];

export interface DeadLetterFilter {
  /** Null: all departments, and letters whose department is unknown. */
  readonly departments: readonly string[] | null;
  /** At most a few hundred. */
  readonly ids?: readonly string[];
  readonly device?: string;
  readonly source?: string;
  /** Code of the first rejection, the one that the ledger counts. */
  readonly code?: string;
  readonly kind?: string;
  /** Those of which these are not known: the groups whose key is null. */
  readonly without?: readonly LetterMember[];
  readonly topic?: string;
  readonly partial?: boolean;
  /** Only those that were never resolved, or only those that were. */
  readonly open?: boolean;
  /** Time of receipt, inclusive and exclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Only letters of journal records before this sequence. */
  readonly beforeSequence?: number;
}

export interface DeadLetterQuery extends DeadLetterFilter {
  /** Newest first, unless the oldest are asked for; a cursor belongs to its order. */
  readonly limit: number;
  readonly oldestFirst?: boolean;
  readonly cursor?: string;
}

export interface DeadLetterPage {
  readonly deadLetters: readonly StoredDeadLetter[];
  readonly next: string | null;
}

export const DEAD_LETTER_GROUPINGS = ['code', 'device', 'kind', 'source', 'topic'] as const;
export type DeadLetterGrouping = (typeof DEAD_LETTER_GROUPINGS)[number];

export interface DeadLetterGroupQuery extends DeadLetterFilter {
  /** Empty: one group of everything, also when nothing matches. */
  readonly by: readonly DeadLetterGrouping[];
  /** Those with the most letters first. */
  readonly limit: number;
}

export interface DeadLetterGroup {
  /** Values of what was grouped by; null where the letters have none. */
  readonly key: Readonly<Partial<Record<DeadLetterGrouping, string | null>>>;
  readonly letters: number;
  readonly open: number;
  /** Times of receipt; 0 in an empty group. */
  readonly first: number;
  readonly last: number;
  /** Id of the newest; '' in an empty group. */
  readonly example: string;
}

/** How the letters of a job ended so far. */
export interface ReplayOutcomes {
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLetters: number;
}
