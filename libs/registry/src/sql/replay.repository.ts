import type { Selectable, Transaction } from 'kysely';
import type { NewReplayJob, ReplayJob, ReplayLease, ReplayRepository } from '../replays.js';
import type { SqlContext } from './context.js';
import type { RegistrySchema, ReplayRow } from './schema.js';

const KEPT_JOBS = 500;

export class SqlReplayRepository implements ReplayRepository {
  constructor(private readonly context: SqlContext) {}

  create(job: NewReplayJob): Promise<ReplayJob> {
    const row: ReplayRow = {
      id: job.id,
      created_at: this.context.clock.now(),
      created_by: job.createdBy,
      departments: job.departments === null ? null : JSON.stringify(job.departments),
      filter: JSON.stringify(job.filter),
      before_sequence: job.beforeSequence,
      total: job.total,
      state: 'waiting',
      cancel_requested: 0,
      published: 0,
      skipped: 0,
      position: null,
      started_at: null,
      finished_at: null,
      outcomes: null,
      runner: null,
      lease_until: 0,
    };
    return this.context.db.transaction().execute(async (transaction) => {
      await transaction.insertInto('replays').values(row).execute();
      await forgetOldest(transaction);
      return toJob(row);
    });
  }

  async get(id: string): Promise<ReplayJob | null> {
    const row = await this.context.db.selectFrom('replays').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toJob(row);
  }

  async list(limit: number): Promise<ReplayJob[]> {
    const select = this.context.db.selectFrom('replays').selectAll();
    const rows = await select.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
    return rows.map(toJob);
  }

  take({ runner, leaseMs }: ReplayLease): Promise<ReplayJob | null> {
    const now = this.context.clock.now();
    return this.context.db.transaction().execute(async (transaction) => {
      const oldest = await transaction
        .selectFrom('replays')
        .selectAll()
        .where('finished_at', 'is', null)
        .orderBy('created_at')
        .orderBy('id')
        .executeTakeFirst();
      if (oldest === undefined) return null;
      const taken = {
        state: 'running' as const,
        runner,
        lease_until: now + leaseMs,
        started_at: oldest.started_at ?? now,
      };
      // Two processes may look at the same moment: only one of them still finds the lease free when it writes.
      const { numUpdatedRows } = await transaction
        .updateTable('replays')
        .set(taken)
        .where('id', '=', oldest.id)
        .where('finished_at', 'is', null)
        .where((is) => is.or([is('runner', '=', runner), is('runner', 'is', null), is('lease_until', '<=', now)]))
        .executeTakeFirst();
      return numUpdatedRows === 0n ? null : toJob({ ...oldest, ...taken });
    });
  }

  advance(
    id: string,
    { runner, leaseMs }: ReplayLease,
    progress: { readonly published: number; readonly skipped: number; readonly cursor: string | null },
  ): Promise<ReplayJob | null> {
    const { published, skipped, cursor } = progress;
    const lease_until = this.context.clock.now() + leaseMs;
    return this.change(id, { published, skipped, position: cursor, lease_until }, runner);
  }

  cancel(id: string): Promise<ReplayJob | null> {
    return this.context.db.transaction().execute(async (transaction) => {
      const open = transaction.updateTable('replays').set({ cancel_requested: 1 }).where('finished_at', 'is', null);
      await open.where('id', '=', id).execute();
      const row = await transaction.selectFrom('replays').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toJob(row);
    });
  }

  async finish(id: string, runner: string, outcomes: NonNullable<ReplayJob['outcomes']>): Promise<ReplayJob | null> {
    const job = await this.get(id);
    if (job === null) return null;
    const state = job.cancelRequested ? 'cancelled' : 'done';
    const finished = { state, finished_at: this.context.clock.now(), outcomes: JSON.stringify(outcomes) } as const;
    return this.change(id, finished, runner);
  }

  private change(id: string, facts: Partial<ReplayRow>, runner: string): Promise<ReplayJob | null> {
    return this.context.db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('replays')
        .set(facts)
        .where('id', '=', id)
        .where('runner', '=', runner)
        .where('finished_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return null;
      const row = await transaction.selectFrom('replays').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      return toJob(row);
    });
  }
}

async function forgetOldest(transaction: Transaction<RegistrySchema>): Promise<void> {
  const kept = transaction.selectFrom('replays').select('created_at').where('finished_at', 'is not', null);
  const first = await kept.orderBy('created_at', 'desc').offset(KEPT_JOBS).limit(1).executeTakeFirst();
  if (first === undefined) return;
  await transaction
    .deleteFrom('replays')
    .where('finished_at', 'is not', null)
    .where('created_at', '<=', first.created_at)
    .execute();
}

function toJob(row: Selectable<ReplayRow>): ReplayJob {
  return {
    id: row.id,
    createdAt: row.created_at,
    createdBy: row.created_by,
    departments: row.departments === null ? null : (JSON.parse(row.departments) as string[]),
    filter: JSON.parse(row.filter) as Record<string, unknown>,
    beforeSequence: row.before_sequence,
    total: row.total,
    state: row.state,
    cancelRequested: row.cancel_requested === 1,
    published: row.published,
    skipped: row.skipped,
    cursor: row.position,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcomes: row.outcomes === null ? null : (JSON.parse(row.outcomes) as NonNullable<ReplayJob['outcomes']>),
  };
}
