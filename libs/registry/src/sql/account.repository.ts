import type { Selectable } from 'kysely';
import type { Account, AccountRepository, ApiKey } from '../access.js';
import { type SqlContext, writeWithChanges } from './context.js';
import type { AccountRow, ApiKeyRow } from './schema.js';

export class SqlAccountRepository implements AccountRepository {
  constructor(private readonly context: SqlContext) {}

  async get(username: string): Promise<Account | null> {
    const row = await this.context.db
      .selectFrom('accounts')
      .selectAll()
      .where('username', '=', username)
      .executeTakeFirst();
    return row === undefined ? null : toAccount(row);
  }

  put(account: Omit<Account, 'createdAt'>): Promise<void> {
    const facts = {
      password_hash: account.passwordHash,
      role: account.role,
      departments: account.departments === null ? null : JSON.stringify(account.departments),
    };
    return writeWithChanges(this.context, 'account', async (transaction) => {
      await transaction
        .insertInto('accounts')
        .values({ username: account.username, ...facts, created_at: this.context.clock.now() })
        .onConflict((on) => on.column('username').doUpdateSet(facts))
        .execute();
      return { result: undefined, changed: [account.username] };
    });
  }

  async known(names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const { db, dialect } = this.context;
    const accounts = db.selectFrom('accounts').select('username');
    const keys = db.selectFrom('api_keys').select('id');
    const [people, programs] = await Promise.all([
      accounts.where((is) => dialect.isOneOf(is.ref('username'), names)).execute(),
      keys.where((is) => dialect.isOneOf(is.ref('id'), names)).execute(),
    ]);
    return [...people.map(({ username }) => username), ...programs.map(({ id }) => id)];
  }

  async listKeys(): Promise<ApiKey[]> {
    const rows = await this.context.db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute();
    return rows.map(toApiKey);
  }

  async getKey(id: string): Promise<ApiKey | null> {
    const row = await this.context.db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toApiKey(row);
  }

  createKey(key: Omit<ApiKey, 'createdAt' | 'revokedAt'>): Promise<ApiKey> {
    const row: ApiKeyRow = {
      id: key.id,
      name: key.name,
      key_hash: key.keyHash,
      role: key.role,
      departments: key.departments === null ? null : JSON.stringify(key.departments),
      created_at: this.context.clock.now(),
      expires_at: key.expiresAt,
      revoked_at: null,
    };
    return writeWithChanges(this.context, 'account', async (transaction) => {
      await transaction.insertInto('api_keys').values(row).execute();
      return { result: toApiKey(row), changed: [row.id] };
    });
  }

  revokeKey(id: string): Promise<boolean> {
    return writeWithChanges(this.context, 'account', async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('api_keys')
        .set({ revoked_at: this.context.clock.now() })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      const revoked = numUpdatedRows > 0n;
      return { result: revoked, changed: revoked ? [id] : [] };
    });
  }

  async endSession(nonce: string, expiresAt: number): Promise<void> {
    const { db, clock } = this.context;
    await db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('ended_sessions').where('expires_at', '<=', clock.now()).execute();
      await transaction
        .insertInto('ended_sessions')
        .values({ nonce, expires_at: expiresAt })
        .onConflict((on) => on.column('nonce').doNothing())
        .execute();
    });
  }

  async hasEnded(nonce: string): Promise<boolean> {
    const found = this.context.db.selectFrom('ended_sessions').select('nonce').where('nonce', '=', nonce);
    return (await found.executeTakeFirst()) !== undefined;
  }
}

function toAccount(row: Selectable<AccountRow>): Account {
  return {
    username: row.username,
    passwordHash: row.password_hash,
    role: row.role,
    departments: toDepartments(row.departments),
    createdAt: row.created_at,
  };
}

function toApiKey(row: Selectable<ApiKeyRow>): ApiKey {
  return {
    id: row.id,
    name: row.name,
    keyHash: row.key_hash,
    role: row.role,
    departments: toDepartments(row.departments),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}

function toDepartments(text: string | null): string[] | null {
  return text === null ? null : (JSON.parse(text) as string[]);
}
