import type { ErrorCode } from '#core';

/** Why a job does not go on: a code of the error catalogue, and a sentence without names of hosts or users. */
export interface ReplayTrouble {
  readonly code: ErrorCode;
  readonly detail: string;
}

/**
 * Jobs that replay dead letters (ADR 011). One has the turn, whichever process runs it. Turns go round between the sets of departments that
 * jobs are over, the one that had its turn longest ago first; within a set the oldest job comes first.
 */
export interface ReplayJob {
  readonly id: string;
  readonly createdAt: number;
  /** Actor of the audit. */
  readonly createdBy: string;
  /** Departments that its creator saw; null: all, and letters whose department is unknown. */
  readonly departments: readonly string[] | null;
  /** Filter of the letters, as the creator asked for it. */
  readonly filter: Readonly<Record<string, unknown>>;
  /** Letters of journal records from this sequence on are not of the job: those that it makes itself among them. */
  readonly beforeSequence: number;
  /** Open letters that matched when it was created. */
  readonly total: number;
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly cancelRequested: boolean;
  /** Letters that are in the journal again. Some may have been sent twice, which changes nothing. */
  readonly published: number;
  /** Letters that cannot be replayed. */
  readonly skipped: number;
  /** Where in the letters it is; null at the start. */
  readonly cursor: string | null;
  /** Set when the last letter was sent: what came of them is known when all before this sequence is in the store. */
  readonly settleBefore: number | null;
  /** What it met last; null since it went on. */
  readonly trouble: ReplayTrouble | null;
  /** Times in a row that it met trouble. */
  readonly attempts: number;
  /** Before this time it is not tried again. */
  readonly retryAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** How its letters ended, when it is finished; before that the store knows. */
  readonly outcomes: { readonly stored: number; readonly duplicates: number; readonly deadLetters: number } | null;
}

export type NewReplayJob = Pick<ReplayJob, 'id' | 'createdBy' | 'departments' | 'filter' | 'beforeSequence' | 'total'>;

export type ReplayProgress = Pick<ReplayJob, 'published' | 'skipped' | 'cursor' | 'settleBefore'>;

export interface ReplayLease {
  /** The process that runs it. */
  readonly runner: string;
  /** How long it has the job without saying anything more, milliseconds. */
  readonly leaseMs: number;
}

export interface ReplayJobInTurn extends ReplayJob {
  /** No other job has had the turn since its last one. */
  readonly continues: boolean;
}

export interface ReplayRepository {
  create(job: NewReplayJob): Promise<ReplayJob>;
  get(id: string): Promise<ReplayJob | null>;
  /** Newest first. The last few hundred finished ones are kept. */
  list(limit: number): Promise<ReplayJob[]>;
  /** The job whose turn it is, for this runner alone until its lease ends; null while another has one, or none is to be tried. */
  take(lease: ReplayLease): Promise<ReplayJobInTurn | null>;
  /** Notes how far it is and renews the lease; what troubled it is over. Null when the runner has lost it. */
  advance(id: string, lease: ReplayLease, progress: ReplayProgress): Promise<ReplayJob | null>;
  /** Null when the runner has lost it. */
  renew(id: string, lease: ReplayLease): Promise<ReplayJob | null>;
  /** Ends the turn: the job goes on in its next one. */
  release(id: string, runner: string): Promise<void>;
  /** Ends the turn; the job has none before `retryAt`, and others go on. */
  postpone(id: string, runner: string, trouble: ReplayTrouble, retryAt: number): Promise<ReplayJob | null>;
  /** Asks the runner to stop. Null when there is no such job; a finished one stays as it is. */
  cancel(id: string): Promise<ReplayJob | null>;
  finish(id: string, runner: string, outcomes: NonNullable<ReplayJob['outcomes']>): Promise<ReplayJob | null>;
  /** Ends the job where it is; one that was asked to stop is cancelled all the same. */
  fail(id: string, runner: string, trouble: ReplayTrouble, outcomes: ReplayJob['outcomes']): Promise<ReplayJob | null>;
  /** Lets a job that failed go on where it was, and one that waits for its next attempt try now. Null when there is no such job. */
  retry(id: string): Promise<ReplayJob | null>;
}
