/** Jobs that replay dead letters (ADR 011). One runs at a time, in order of creation, whichever process runs it. */
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
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled';
  readonly cancelRequested: boolean;
  /** Letters that are in the journal again. Some may have been sent twice, which changes nothing. */
  readonly published: number;
  /** Letters that cannot be replayed. */
  readonly skipped: number;
  /** Where in the letters it is; null at the start. */
  readonly cursor: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** How its letters ended, when it is finished; before that the store knows. */
  readonly outcomes: { readonly stored: number; readonly duplicates: number; readonly deadLetters: number } | null;
}

export type NewReplayJob = Pick<ReplayJob, 'id' | 'createdBy' | 'departments' | 'filter' | 'beforeSequence' | 'total'>;

export interface ReplayLease {
  /** The process that runs it. */
  readonly runner: string;
  /** How long it has the job without saying anything more, milliseconds. */
  readonly leaseMs: number;
}

export interface ReplayRepository {
  create(job: NewReplayJob): Promise<ReplayJob>;
  get(id: string): Promise<ReplayJob | null>;
  /** Newest first. The last few hundred finished ones are kept. */
  list(limit: number): Promise<ReplayJob[]>;
  /** The oldest job that is not finished, for this runner alone until its lease ends; null while another has it, or there is none. */
  take(lease: ReplayLease): Promise<ReplayJob | null>;
  /** Notes how far it is and renews the lease; null when the runner has lost it. */
  advance(
    id: string,
    lease: ReplayLease,
    progress: { readonly published: number; readonly skipped: number; readonly cursor: string | null },
  ): Promise<ReplayJob | null>;
  /** Asks the runner to stop. Null when there is no such job; a finished one stays as it is. */
  cancel(id: string): Promise<ReplayJob | null>;
  finish(id: string, runner: string, outcomes: NonNullable<ReplayJob['outcomes']>): Promise<ReplayJob | null>;
}
