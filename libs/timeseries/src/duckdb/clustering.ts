import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { KindTable } from './tables.js';

/** Rows of one neighbourhood of devices in a chunk: eight vectors of the engine. */
const ROWS_PER_NEIGHBOURHOOD = 16_384;

/**
 * Moves rows that arrived together so that rows of neighbouring devices lie together. In order of arrival, every vector of the table
 * holds a row of almost every device, so that the history of one device unpacks the whole table; afterwards it unpacks one
 * neighbourhood a chunk. Inside a neighbourhood the order of arrival stays, for that is what keeps times and sequences small when packed.
 *
 * A chunk is moved in one transaction, beside commits: they append, this deletes what they do not touch. Derived rows are left where
 * they are, because commits do replace those.
 */
export class Clustering {
  private running: Promise<number> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly instance: DuckDBInstance,
    private readonly tables: Iterable<KindTable>,
    private readonly options: { readonly chunkRows: number; readonly everyMs: number },
    /** The number of the last commit: its rows and all before it are there. */
    private readonly lastBatch: () => number,
  ) {}

  /** One chunk of each kind at most, every now and then: history keeps up while commits keep the machine. */
  start(): void {
    this.timer = setInterval(() => {
      // A failure leaves the rows as they are, which is slower and not wrong; the next round tries again.
      this.run(1).catch(() => undefined);
    }, this.options.everyMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running?.catch(() => undefined);
  }

  /** Moves up to so many whole chunks of each kind. Resolves with the number of rows moved. */
  run(maxChunks: number): Promise<number> {
    this.running ??= this.moveChunks(maxChunks).finally(() => (this.running = null));
    return this.running;
  }

  /** Runs something that would meet the rows being moved. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    while (this.running !== null) await this.running.catch(() => undefined);
    const result = work();
    const done = result.then(
      () => 0,
      () => 0,
    );
    this.running = done.finally(() => (this.running = null));
    return result;
  }

  private async moveChunks(maxChunks: number): Promise<number> {
    const connection = await this.instance.connect();
    let moved = 0;
    try {
      for (const table of this.tables) {
        for (let chunk = 0; chunk < maxChunks && !this.stopped; chunk++) {
          const rows = await this.moveChunk(connection, table);
          if (rows === 0) break;
          moved += rows;
        }
      }
    } finally {
      connection.disconnectSync();
    }
    return moved;
  }

  private async moveChunk(connection: DuckDBConnection, { kind, table }: KindTable): Promise<number> {
    await connection.run('BEGIN');
    try {
      const [from, to, rows] = await this.nextChunk(connection, kind, table);
      if (rows < this.options.chunkRows) {
        await connection.run('ROLLBACK');
        return 0;
      }
      const chunk = `batch >= ${from} AND batch <= ${to} AND sequence IS NOT NULL`;
      const neighbourhoods = Math.ceil(rows / ROWS_PER_NEIGHBOURHOOD);
      await connection.run(`CREATE OR REPLACE TEMP TABLE moving AS SELECT * FROM ${table} WHERE ${chunk}
        ORDER BY device * ${neighbourhoods} // (SELECT max(device) + 1 FROM ${table} WHERE ${chunk}), sequence`);
      await connection.run(`DELETE FROM ${table} WHERE ${chunk}`);
      await connection.run(`INSERT INTO ${table} SELECT * FROM moving`);
      await connection.run('DROP TABLE moving');
      await connection.run('DELETE FROM clustered WHERE kind = $1', [kind]);
      await connection.run('INSERT INTO clustered (kind, batch) VALUES ($1, $2)', [kind, BigInt(to)]);
      await connection.run('COMMIT');
      return rows;
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** First and last batch and the rows of the next chunk: as few batches as make it whole. */
  private async nextChunk(
    connection: DuckDBConnection,
    kind: string,
    table: string,
  ): Promise<[number, number, number]> {
    const found = await connection.runAndReadAll(
      `WITH waiting AS (
         SELECT batch, count(*) AS rows FROM ${table}
         WHERE batch > coalesce((SELECT max(batch) FROM clustered WHERE kind = $1), 0) AND batch <= $2 AND sequence IS NOT NULL
         GROUP BY batch),
       added AS (SELECT batch, rows, sum(rows) OVER (ORDER BY batch) AS total FROM waiting)
       SELECT coalesce(min(batch), 0)::DOUBLE, coalesce(max(batch), 0)::DOUBLE, coalesce(sum(rows), 0)::DOUBLE
       FROM added WHERE total - rows < $3`,
      [kind, BigInt(this.lastBatch()), BigInt(this.options.chunkRows)],
    );
    return found.getRows()[0] as [number, number, number];
  }
}
