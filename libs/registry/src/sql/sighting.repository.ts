import { sql, type Transaction } from 'kysely';
import type { Seen, Sighting, SightingRepository } from '../sightings.js';
import { chunksOf, type SqlContext } from './context.js';
import type { RegistrySchema, SightingRow } from './schema.js';

const KEPT_SIGHTINGS = 10_000;
/** Of log-ins alone: anybody can cause these, without a key. */
const KEPT_LOGINS = 1_000;
const ATTEMPT_WORTH_MS = 60_000;
const ATTEMPTS_OF_WORTH = 60;
/** Messages that were on their way when the device was adopted do not make it unknown again. */
const SETTLED_AFTER_MS = 60_000;

export class SqlSightingRepository implements SightingRepository {
  constructor(private readonly context: SqlContext) {}

  record(seen: readonly Seen[]): Promise<void> {
    if (seen.length === 0) return Promise.resolve();
    return this.context.db.transaction().execute(async (transaction) => {
      for (const chunk of chunksOf(seen)) await this.merge(transaction, chunk);
      await this.forgetLogins(transaction);
      await forgetOldest(transaction);
    });
  }

  async get(id: string): Promise<Sighting | null> {
    const row = await this.context.db.selectFrom('sightings').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toSighting(row);
  }

  async list({ open, limit, offset = 0 }: { open: boolean; limit: number; offset?: number }): Promise<Sighting[]> {
    let select = this.context.db.selectFrom('sightings').selectAll();
    if (open) select = select.where('adopted_at', 'is', null).where('ignored_at', 'is', null);
    const rows = await select.orderBy('last_seen', 'desc').orderBy('id').limit(limit).offset(offset).execute();
    return rows.map(toSighting);
  }

  adopt(id: string): Promise<Sighting | null> {
    return this.settle(id, { adopted_at: this.context.clock.now(), ignored_at: null });
  }

  ignore(id: string): Promise<Sighting | null> {
    return this.settle(id, { ignored_at: this.context.clock.now() });
  }

  private settle(id: string, facts: Partial<SightingRow>): Promise<Sighting | null> {
    return this.context.db.transaction().execute(async (transaction) => {
      await transaction.updateTable('sightings').set(facts).where('id', '=', id).execute();
      const row = await transaction.selectFrom('sightings').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : toSighting(row);
    });
  }

  private async merge(transaction: Transaction<RegistrySchema>, seen: readonly Seen[]): Promise<void> {
    const ids = seen.map(({ id }) => id);
    const { isOneOf, readToChange } = this.context.dialect;
    // In one order, so that broker and ingest do not wait for one another in a circle.
    const select = transaction.selectFrom('sightings').selectAll().orderBy('id');
    const rowsBefore = await readToChange(select.where((is) => isOneOf(is.ref('id'), ids))).execute();
    const known = new Map(rowsBefore.map((row) => [row.id, row]));
    for (const each of seen) known.set(each.id, mergeOne(known.get(each.id), each));
    const rows = [...known.values()];
    await transaction
      .insertInto('sightings')
      .values(rows)
      .onConflict((on) =>
        on.column('id').doUpdateSet((is) => ({
          source: is.ref('excluded.source'),
          application: is.ref('excluded.application'),
          topic: is.ref('excluded.topic'),
          name: is.ref('excluded.name'),
          profile: is.ref('excluded.profile'),
          last_seen: is.ref('excluded.last_seen'),
          messages: is.ref('excluded.messages'),
          logins: is.ref('excluded.logins'),
          adopted_at: is.ref('excluded.adopted_at'),
        })),
      )
      .execute();
  }

  /** What a person decided on is kept: an ignored name does not come back by being tried again. */
  private async forgetLogins(transaction: Transaction<RegistrySchema>): Promise<void> {
    const open = transaction.selectFrom('sightings').select('id').where('messages', '=', 0);
    const worth = sql<number>`last_seen + ${sql.lit(ATTEMPT_WORTH_MS)} * (case when logins < ${sql.lit(ATTEMPTS_OF_WORTH)} then logins else ${sql.lit(ATTEMPTS_OF_WORTH)} end)`; // prettier-ignore
    const beyond = await open
      .where('adopted_at', 'is', null)
      .where('ignored_at', 'is', null)
      .orderBy(worth, 'desc')
      .orderBy('id')
      .limit(KEPT_SIGHTINGS)
      .offset(KEPT_LOGINS)
      .execute();
    for (const chunk of chunksOf(beyond.map(({ id }) => id)))
      await transaction
        .deleteFrom('sightings')
        .where((is) => this.context.dialect.isOneOf(is.ref('id'), chunk))
        .execute();
  }
}

function mergeOne(before: SightingRow | undefined, seen: Seen): SightingRow {
  const adopted = before?.adopted_at ?? null;
  const isBack = adopted !== null && seen.firstSeen > adopted + SETTLED_AFTER_MS;
  return {
    id: seen.id,
    source: seen.topic === null ? (before?.source ?? seen.source) : seen.source,
    application: seen.application ?? before?.application ?? null,
    topic: seen.topic ?? before?.topic ?? '',
    name: seen.name ?? before?.name ?? null,
    profile: seen.profile ?? before?.profile ?? null,
    first_seen: before?.first_seen ?? seen.firstSeen,
    last_seen: Math.max(before?.last_seen ?? 0, seen.lastSeen),
    messages: (before?.messages ?? 0) + seen.messages,
    logins: (before?.logins ?? 0) + seen.logins,
    adopted_at: isBack ? null : adopted,
    ignored_at: before?.ignored_at ?? null,
  };
}

async function forgetOldest(transaction: Transaction<RegistrySchema>): Promise<void> {
  const newest = transaction.selectFrom('sightings').select('last_seen').orderBy('last_seen', 'desc');
  const first = await newest.offset(KEPT_SIGHTINGS).limit(1).executeTakeFirst();
  if (first !== undefined)
    await transaction.deleteFrom('sightings').where('last_seen', '<=', first.last_seen).execute();
}

function toSighting(row: SightingRow): Sighting {
  return {
    id: row.id,
    source: row.source,
    application: row.application,
    topic: row.topic === '' ? null : row.topic,
    name: row.name,
    profile: row.profile,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    messages: row.messages,
    logins: row.logins,
    adoptedAt: row.adopted_at,
    ignoredAt: row.ignored_at,
  };
}
