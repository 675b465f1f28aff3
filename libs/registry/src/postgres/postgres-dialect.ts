import { type Dialect, type Driver, type Expression, PostgresDialect, type SqlBool, sql } from 'kysely';
import pg from 'pg';
import type { RegistryDialect } from '../sql/dialect.js';
import { GuardedDriver } from '../sql/guarded-driver.js';
import { AnsweringPool, type Patience } from './answering-pool.js';

/** Per process; services are few and their statements short. */
const CONNECTIONS = 5;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Longer than the server's own limit, so that a server that is there says itself what took so long. */
const PATIENCE: Patience = { answerMs: 35_000 };
/** A client that was lost in a transaction would keep its locks, and everybody's writes waiting, until the kernel gives it up: two hours. */
const IDLE_IN_TRANSACTION_MS = 30_000;

/** Any two numbers that nobody else of this database uses for advisory locks. */
const APPEND_LOCKS = { changes: 4_711_001, transitions: 4_711_002 } as const;

const INT8_OID = 20;

export function postgresRegistryDialect(url: string, patience = PATIENCE): RegistryDialect {
  return {
    kysely: postgresDialect(url, patience),
    types: {
      key: 'text collate "C"',
      runningNumber: 'bigint generated always as identity primary key',
      wholeNumber: 'bigint',
      real: 'double precision',
    },
    readToChange: (select) => select.forUpdate(),
    isOneOf: (column: Expression<string>, values: readonly string[]): Expression<SqlBool> =>
      sql<SqlBool>`${column} = any(${[...values]}::text[])`,
    lockForAppend: async (transaction, name) => {
      await sql`select pg_advisory_xact_lock(${APPEND_LOCKS[name]}::bigint)`.execute(transaction);
    },
  };
}

function postgresDialect(url: string, patience: Patience): Dialect {
  const inner = new PostgresDialect({ pool: () => Promise.resolve(new AnsweringPool(openPool(url), patience)) });
  return {
    createAdapter: () => inner.createAdapter(),
    createDriver: (): Driver => new GuardedDriver(inner.createDriver(), { isPermanent, isBusy: () => false }),
    createIntrospector: (db) => inner.createIntrospector(db),
    createQueryCompiler: () => inner.createQueryCompiler(),
  };
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: 'lamplighter',
    types: { getTypeParser: wholeNumbersAsNumbers },
  });
  // A server that restarts ends connections: an idle one is told to the pool; one that is lent out is told to whoever listens
  // to it, and ends the process if nobody does. The statement under way, or the next one, reports the failure.
  const reported = (): void => undefined;
  pool.on('error', reported);
  pool.on('connect', (connection) => connection.on('error', reported));
  return pool;
}

/** Times and running numbers stay below 2^53; pg gives 64-bit integers as text otherwise. */
const wholeNumbersAsNumbers = ((oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

/** SQLSTATE classes of statements that stay wrong: data, integrity, syntax or access rule, feature not supported. */
function isPermanent(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(22|23|42|0A)[0-9A-Z]{3}$/.test(code);
}
