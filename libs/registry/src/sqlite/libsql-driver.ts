import Database from 'libsql';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';

/** Longer texts are bulk inserts, whose number of rows varies: keeping them would fill the cache and hit nothing. */
const MAX_CACHED_SQL = 2_000;
const MAX_CACHED_STATEMENTS = 500;

/**
 * One connection to a SQLite file by libsql, used by one transaction or statement at a time.
 *
 * Kysely's own SQLite driver does not do over libsql: a statement that met SQLITE_BUSY stays "in progress" until it is
 * collected, and as long every COMMIT of the connection fails. So transactions begin by `exec`, which leaves nothing behind,
 * and begin IMMEDIATE, after which no statement can meet SQLITE_BUSY (a deferred transaction that reads first would fail,
 * without waiting, when another process has written since).
 */
export class LibsqlDriver implements Driver {
  private database: Database.Database | undefined;
  private readonly connection: LibsqlConnection;
  private tail: Promise<void> = Promise.resolve();
  private release: () => void = () => undefined;

  constructor(private readonly path: string) {
    this.connection = new LibsqlConnection(() => this.open());
  }

  async init(): Promise<void> {
    const database = new Database(this.path);
    try {
      // Waiting is left to the guarded driver: SQLite's own would stop the event loop.
      database.exec('pragma busy_timeout = 0');
      database.exec('pragma journal_mode = wal');
      database.exec('pragma synchronous = full');
    } catch (error) {
      database.close();
      throw error;
    }
    this.database = database;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.tail;
    let release = (): void => undefined;
    this.tail = new Promise((resolve) => (release = resolve));
    await before;
    this.release = release;
    return this.connection;
  }

  releaseConnection(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  beginTransaction(): Promise<void> {
    return this.exec('begin immediate');
  }

  commitTransaction(): Promise<void> {
    return this.exec('commit');
  }

  rollbackTransaction(): Promise<void> {
    return this.exec('rollback');
  }

  destroy(): Promise<void> {
    this.database?.close();
    this.database = undefined;
    return Promise.resolve();
  }

  private open(): Database.Database {
    if (this.database === undefined) throw new Error('the database is closed');
    return this.database;
  }

  private async exec(sql: string): Promise<void> {
    this.open().exec(sql);
  }
}

class LibsqlConnection implements DatabaseConnection {
  private readonly statements = new Map<string, Database.Statement>();

  constructor(private readonly database: () => Database.Database) {}

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as R[] };
    const { changes } = statement.run(parameters);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the registry reads by pages, not by streams');
  }

  private prepare(sql: string): Database.Statement {
    const database = this.database();
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    if (sql.length <= MAX_CACHED_SQL && this.statements.size < MAX_CACHED_STATEMENTS)
      this.statements.set(sql, statement);
    return statement;
  }
}
