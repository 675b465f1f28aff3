import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '#core';
import type { RegistryChange } from '../registry.js';
import type { RegistryDialect } from './dialect.js';
import type { RegistrySchema } from './schema.js';

/** What every repository of one registry shares. Every write is a transaction: the SQLite driver counts on it. */
export interface SqlContext {
  readonly db: Kysely<RegistrySchema>;
  readonly dialect: RegistryDialect;
  readonly clock: Clock;
  /** Code of the district of a position in degrees (WGS 84). */
  readonly districtOf: (latitude: number, longitude: number) => string;
}

/** Rows of one statement: many enough to be fast, few enough for the bind variables that an engine allows (32,766 in SQLite). */
const ROWS_PER_STATEMENT = 500;

export function chunksOf<T>(items: readonly T[], size = ROWS_PER_STATEMENT): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size));
  return chunks;
}

/** Runs `write` and notes the ids that it returns in the log of changes, in the same transaction. */
export function writeWithChanges<T>(
  context: SqlContext,
  entity: RegistryChange['entity'],
  write: (
    transaction: Transaction<RegistrySchema>,
  ) => Promise<{ readonly result: T; readonly changed: readonly string[] }>,
): Promise<T> {
  return context.db.transaction().execute(async (transaction) => {
    const { result, changed } = await write(transaction);
    await appendChanges(context, transaction, entity, changed);
    return result;
  });
}

/** Call it last: the lock is then held only for the appending itself and the commit. */
export async function appendChanges(
  context: SqlContext,
  transaction: Transaction<RegistrySchema>,
  entity: RegistryChange['entity'],
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await context.dialect.lockForAppend(transaction, 'changes');
  for (const chunk of chunksOf(ids)) {
    await transaction
      .insertInto('changes')
      .values(chunk.map((id) => ({ entity, id })))
      .execute();
  }
}
