import {
  type Dialect,
  type Driver,
  type Expression,
  type SqlBool,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import type { RegistryDialect } from '../sql/dialect.js';
import { GuardedDriver } from '../sql/guarded-driver.js';
import { LibsqlDriver } from './libsql-driver.js';

export function libsqlRegistryDialect(path: string): RegistryDialect {
  return {
    kysely: libsqlDialect(path),
    types: { key: 'text', runningNumber: 'integer primary key autoincrement', wholeNumber: 'integer', real: 'real' },
    // A list as one JSON parameter: no limit on its length, and one statement text for all lengths.
    // Whoever writes has the database to itself.
    readToChange: (select) => select,
    isOneOf: (column: Expression<string>, values: readonly string[]): Expression<SqlBool> =>
      sql<SqlBool>`${column} in (select value from json_each(${JSON.stringify(values)}))`,
    // `begin immediate` holds the only write lock that there is.
    lockForAppend: () => Promise.resolve(),
  };
}

function libsqlDialect(path: string): Dialect {
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: (): Driver => new GuardedDriver(new LibsqlDriver(path), { isPermanent, isBusy }),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/** SQLite can roll back DDL; Kysely only does not assume it. It keeps processes that start together from migrating twice. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** A wrong statement or a broken constraint stays wrong; a full or failing disk may recover. */
function isPermanent(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^SQLITE_(ERROR$|CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(code);
}
