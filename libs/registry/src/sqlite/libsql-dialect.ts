import Database from 'libsql';
import { CompiledQuery, type Dialect, type Driver, type Expression, type SqlBool, SqliteAdapter, SqliteDialect, type SqliteDatabase, sql } from 'kysely';
import type { RegistryDialect } from '../sql/dialect.js';
import { GuardedDriver } from '../sql/guarded-driver.js';

/** libsql through Kysely's SQLite dialect. Every commit is fsynced: what the registry has acknowledged outlives a power cut. */
export function libsqlRegistryDialect(path: string): RegistryDialect {
  return {
    kysely: libsqlDialect(path),
    types: { key: 'text', runningNumber: 'integer primary key autoincrement', wholeNumber: 'integer', real: 'real' },
    // A list as one JSON parameter: no limit on its length, and one statement text for all lengths.
    isOneOf: (column: Expression<string>, values: readonly string[]): Expression<SqlBool> =>
      sql<SqlBool>`${column} in (select value from json_each(${JSON.stringify(values)}))`,
    // `begin immediate` has the only write lock that there is.
    lockForAppend: () => Promise.resolve(),
  };
}

function libsqlDialect(path: string): Dialect {
  const inner = new SqliteDialect({ database: () => open(path) });
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: (): Driver => new GuardedDriver(inner.createDriver(), { isPermanent, isBusy, begin: BEGIN }),
    createIntrospector: (db) => inner.createIntrospector(db),
    createQueryCompiler: () => inner.createQueryCompiler(),
  };
}

/** A deferred transaction that reads first fails with SQLITE_BUSY, without waiting, when another process has written since. */
const BEGIN = CompiledQuery.raw('begin immediate');

/** SQLite can roll back DDL; Kysely only does not assume it. It keeps processes that start together from migrating twice. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** SQLite's own waiting (`busy_timeout`) would stop the event loop; the guarded driver waits instead. */
// eslint-disable-next-line @typescript-eslint/require-await -- Kysely wants a promise
async function open(path: string): Promise<SqliteDatabase> {
  const database = new Database(path);
  try {
    database.exec('pragma busy_timeout = 0');
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
  } catch (error) {
    database.close();
    throw error;
  }
  return database as unknown as SqliteDatabase;
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** A wrong statement or a broken constraint stays wrong; a busy, full or failing disk may recover. */
function isPermanent(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^SQLITE_(ERROR$|CONSTRAINT|MISMATCH|RANGE|TOOBIG)/.test(code);
}
