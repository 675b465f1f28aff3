import type { Transaction } from 'kysely';
import type { StateRepository } from '../registry.js';
import type { SqlContext } from './context.js';
import type { RegistrySchema } from './schema.js';

export class SqlStateRepository implements StateRepository {
  constructor(private readonly context: SqlContext) {}

  async get(name: string): Promise<string | null> {
    const row = await this.context.db.selectFrom('state').select('value').where('name', '=', name).executeTakeFirst();
    return row?.value ?? null;
  }

  async put(name: string, value: string): Promise<void> {
    await this.context.db
      .transaction()
      .execute((transaction) => putState(transaction, name, value, this.context.clock.now()));
  }
}

export async function putState(
  transaction: Transaction<RegistrySchema>,
  name: string,
  value: string,
  now: number,
): Promise<void> {
  await transaction
    .insertInto('state')
    .values({ name, value, updated_at: now })
    .onConflict((on) => on.column('name').doUpdateSet({ value, updated_at: now }))
    .execute();
}
