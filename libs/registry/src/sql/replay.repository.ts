import { type Selectable, sql, type Transaction } from 'kysely';
import type {
  NewReplayJob,
  ReplayJob,
  ReplayJobInTurn,
  ReplayLease,
  ReplayProgress,
  ReplayRepository,
  ReplayTrouble,
} from '../replays.js';
import type { SqlContext } from './context.js';
import type { RegistrySchema, ReplayRow } from './schema.js';

const KEPT_JOBS = 500;
const FREE = { runner: null, lease_until: 0 } as const;
const UNTROUBLED = { trouble: null, attempts: 0, retry_at: null } as const;

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
      settle_before: null,
      trouble: null,
      attempts: 0,
      retry_at: null,
      started_at: null,
      finished_at: null,
      outcomes: null,
      runner: null,
      lease_until: 0,
      turn_at: 0,
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

  take({ runner, leaseMs }: ReplayLease): Promise<ReplayJobInTurn | null> {
    const now = this.context.clock.now();
    return this.context.db.transaction().execute(async (transaction) => {
      const next = await nextInTurn(transaction, runner, now);
      if (next === undefined) return null;
      const newest = transaction.selectFrom('replays').select((row) => row.fn.max('turn_at').as('turn_at'));
      const { turn_at: lastTurn } = await newest.executeTakeFirstOrThrow();
      const taken = {
        state: 'running' as const,
        runner,
        lease_until: now + leaseMs,
        started_at: next.started_at ?? now,
        turn_at: now,
      };
      // Two processes may look at the same moment: only one of them still finds the lease free when it writes.
      const { numUpdatedRows } = await transaction
        .updateTable('replays')
        .set(taken)
        .where('id', '=', next.id)
        .where('finished_at', 'is', null)
        .where((is) => is.or([is('runner', '=', runner), is('runner', 'is', null), is('lease_until', '<=', now)]))
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return null;
      // Who had another job under a lease that has ended must not go on with it beside this one.
      const others = transaction
        .updateTable('replays')
        .set({ runner: null, lease_until: 0 })
        .where('id', '!=', next.id);
      await others.where('finished_at', 'is', null).where('runner', 'is not', null).execute();
      return { ...toJob({ ...next, ...taken }), continues: next.turn_at > 0 && next.turn_at === Number(lastTurn) };
    });
  }

  advance(id: string, { runner, leaseMs }: ReplayLease, progress: ReplayProgress): Promise<ReplayJob | null> {
    const { published, skipped, cursor, settleBefore } = progress;
    const facts = { published, skipped, position: cursor, settle_before: settleBefore, ...UNTROUBLED };
    return this.change(id, { ...facts, lease_until: this.context.clock.now() + leaseMs }, runner);
  }

  renew(id: string, { runner, leaseMs }: ReplayLease): Promise<ReplayJob | null> {
    return this.change(id, { lease_until: this.context.clock.now() + leaseMs }, runner);
  }

  async release(id: string, runner: string): Promise<void> {
    await this.change(id, FREE, runner);
  }

  async postpone(id: string, runner: string, trouble: ReplayTrouble, retryAt: number): Promise<ReplayJob | null> {
    const job = await this.get(id);
    if (job === null) return null;
    const facts = { ...FREE, state: 'waiting', trouble: JSON.stringify(trouble), retry_at: retryAt } as const;
    return this.change(id, { ...facts, attempts: job.attempts + 1 }, runner);
  }

  cancel(id: string): Promise<ReplayJob | null> {
    return this.context.db.transaction().execute(async (transaction) => {
      const open = transaction
        .updateTable('replays')
        .set({ cancel_requested: 1, retry_at: null })
        .where('finished_at', 'is', null);
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

  async fail(
    id: string,
    runner: string,
    trouble: ReplayTrouble,
    outcomes: ReplayJob['outcomes'],
  ): Promise<ReplayJob | null> {
    const job = await this.get(id);
    if (job === null) return null;
    const state = job.cancelRequested ? 'cancelled' : 'failed';
    const at = this.context.clock.now();
    const facts = { state, finished_at: at, trouble: JSON.stringify(trouble), retry_at: null } as const;
    return this.change(id, { ...facts, ...(outcomes === null ? {} : { outcomes: JSON.stringify(outcomes) }) }, runner);
  }

  retry(id: string): Promise<ReplayJob | null> {
    return this.context.db.transaction().execute(async (transaction) => {
      const table = transaction.updateTable('replays').where('id', '=', id);
      const again = { ...FREE, ...UNTROUBLED, state: 'waiting', finished_at: null, outcomes: null } as const;
      await table.set(again).where('state', '=', 'failed').execute();
      await table.set({ retry_at: null }).where('state', '=', 'waiting').execute();
      const row = await transaction.selectFrom('replays').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toJob(row);
    });
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

/**
 * The job to go on with; none while another runner has one. Turns that finished jobs had count as well, or who asks for many small jobs
 * would come first every time.
 */
async function nextInTurn(
  transaction: Transaction<RegistrySchema>,
  runner: string,
  now: number,
): Promise<Selectable<ReplayRow> | undefined> {
  const taken = transaction.selectFrom('replays').select('id').where('finished_at', 'is', null);
  const held = await taken.where('runner', '!=', runner).where('lease_until', '>', now).executeTakeFirst();
  if (held !== undefined) return undefined;
  return transaction
    .selectFrom('replays')
    .selectAll()
    .where('finished_at', 'is', null)
    .where((is) => is.or([is('retry_at', 'is', null), is('retry_at', '<=', now)]))
    .orderBy(
      sql`(select max(turn.turn_at) from replays as turn
           where coalesce(turn.departments, '') = coalesce(replays.departments, ''))`,
    )
    .orderBy('created_at')
    .orderBy('id')
    .executeTakeFirst();
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
    settleBefore: row.settle_before,
    trouble: row.trouble === null ? null : (JSON.parse(row.trouble) as ReplayTrouble),
    attempts: row.attempts,
    retryAt: row.retry_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcomes: row.outcomes === null ? null : (JSON.parse(row.outcomes) as NonNullable<ReplayJob['outcomes']>),
  };
}
