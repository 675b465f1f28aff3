import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** How long PostgreSQL may take, milliseconds. */
export interface Patience {
  /** To answer a statement, as seen from here. */
  answerMs: number;
}

/**
 * Breaks the connection of a statement that is not answered. The server's own limit does not help against one that was lost without
 * a word (a host that died, a firewall that forgot): the kernel would send again for a quarter of an hour, and the pool would lend
 * the connection to the next who asks.
 */
export class AnsweringPool implements PostgresPool {
  constructor(
    private readonly pool: pg.Pool,
    private readonly patience: Patience,
  ) {}

  async connect(): Promise<PostgresPoolClient> {
    const connection = await this.pool.connect();
    const query = (sql: string, parameters: readonly unknown[]): Promise<unknown> =>
      this.answered(connection, connection.query(sql, [...parameters]));
    return { query: query as PostgresPoolClient['query'], release: () => connection.release() };
  }

  end(): Promise<void> {
    return this.pool.end();
  }

  private async answered(connection: pg.PoolClient, answer: Promise<unknown>): Promise<unknown> {
    const { answerMs } = this.patience;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      // With a statement under way it destroys the socket; the pool takes none back that was ended.
      void (connection as pg.PoolClient & pg.Client).end();
    }, answerMs);
    try {
      return await answer;
    } catch (cause) {
      throw isLate ? new Error(`PostgreSQL did not answer within ${answerMs / 1000} s`, { cause }) : cause;
    } finally {
      clearTimeout(timer);
    }
  }
}
