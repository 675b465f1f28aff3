import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { LamplighterError } from '#core';
import { storeFault } from './faults.js';

/** An interruption that falls between two statements is lost, so it is repeated until the query has ended. */
const INTERRUPT_AGAIN_MS = 20;

/**
 * Connections for reading. There are few on purpose: each running query holds a thread of libuv's pool of four and competes with
 * ingest for the cores, so that queries wait for each other rather than commits for queries.
 */
export class QueryPool {
  private readonly idle: DuckDBConnection[] = [];
  private readonly running = new Set<DuckDBConnection>();
  private readonly waiting: (() => void)[] = [];
  private active = 0;
  private closed = false;

  constructor(
    private readonly instance: DuckDBInstance,
    private readonly limits: { readonly connections: number; readonly timeoutMs: number },
  ) {}

  /**
   * Rows of a SELECT. Every value of a caller is bound, none is in the text.
   * @throws LamplighterError `store-unavailable`; `query-too-large` when it ran longer than the limit
   */
  async rows(sql: string, values: DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    const rows: DuckDBValue[][] = [];
    await this.visit(sql, values, (row) => {
      rows.push(row);
      return true;
    });
    return rows;
  }

  /** Hands over row after row until the visitor returns false: what is not looked at is not converted. */
  async visit(sql: string, values: DuckDBValue[], visitor: (row: DuckDBValue[]) => boolean): Promise<void> {
    await this.run((connection) =>
      inSnapshot(connection, async () => {
        const result = await connection.stream(sql, values);
        for await (const chunk of result) {
          const columns = chunk.getColumns();
          for (let row = 0; row < chunk.rowCount; row++) {
            if (!visitor(columns.map((values) => values[row]!))) return;
          }
        }
      }),
    );
  }

  close(): void {
    this.closed = true;
    for (const connection of this.running) connection.interrupt();
    for (const connection of this.idle.splice(0)) connection.disconnectSync();
    for (const wake of this.waiting.splice(0)) wake();
  }

  private async run<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.active >= this.limits.connections) await new Promise<void>((wake) => this.waiting.push(wake));
    else this.active++;
    let connection: DuckDBConnection | undefined;
    let timer: NodeJS.Timeout | undefined;
    let late = false;
    try {
      if (this.closed) throw new LamplighterError('store-unavailable', 'The store is closed.');
      connection = this.idle.pop() ?? (await this.instance.connect());
      this.running.add(connection);
      const interrupt = (): void => {
        late = true;
        connection!.interrupt();
        timer = setTimeout(interrupt, INTERRUPT_AGAIN_MS);
      };
      timer = setTimeout(interrupt, this.limits.timeoutMs);
      return await work(connection);
    } catch (error) {
      if (late)
        throw new LamplighterError('query-too-large', `The query ran longer than ${this.limits.timeoutMs} ms.`, {
          cause: error,
        });
      throw storeFault('answering a query', error);
    } finally {
      clearTimeout(timer);
      // An interruption may have hit the statement that ends the transaction: such a connection is not used again.
      if (connection !== undefined) this.release(connection, late);
      const next = this.waiting.shift();
      if (next === undefined) this.active--;
      else next();
    }
  }

  private release(connection: DuckDBConnection, isSpent: boolean): void {
    this.running.delete(connection);
    if (this.closed || isSpent) connection.disconnectSync();
    else this.idle.push(connection);
  }
}

/**
 * A statement is planned by the statistics of the moment and run later. Without a transaction around both, a commit in between brings rows that
 * the plan says cannot be there, and the engine fails ("aggregate group 65 exceeded total groups 4") or leaves them out.
 */
async function inSnapshot<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN TRANSACTION READ ONLY');
  try {
    return await work();
  } finally {
    // Fails when the engine has already ended the transaction.
    await connection.run('COMMIT').catch(() => connection.run('ROLLBACK').catch(() => undefined));
  }
}
