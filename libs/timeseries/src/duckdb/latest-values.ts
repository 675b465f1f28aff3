import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { LatestReading } from '../telemetry-store.js';
import { LatestCache } from './latest-cache.js';
import type { NameTable } from './names.js';
import { QueryPool } from './query-pool.js';
import { quoted, type KindTable } from './tables.js';
import { chunksOf, doubles, integers } from './vectors.js';
import type { WrittenBatch } from './writer.js';

/** A store that is closed after fewer rows than this part of `snapshotRows` reads them again at the next start. */
const WORTH_SAVING = 1 / 20;

/**
 * The latest values of all kinds, in memory. They are saved now and then and when the store is closed, so that a start reads the last
 * snapshot and the rows after it rather than all of history.
 */
export class LatestValues {
  private readonly caches: ReadonlyMap<string, LatestCache>;
  private readonly filled: Promise<void>;
  private saving: Promise<void> = Promise.resolve();
  private unsavedRows = 0;
  private saveAt: number;

  constructor(
    private readonly instance: DuckDBInstance,
    private readonly tables: ReadonlyMap<string, KindTable>,
    private readonly options: { readonly snapshotRows: number },
    private readonly lastBatch: () => number,
  ) {
    this.caches = new Map([...tables].map(([kind, table]) => [kind, new LatestCache(table)]));
    this.saveAt = options.snapshotRows;
    this.filled = this.fill();
    // Whoever asks for latest values gets the error; nobody may ask.
    this.filled.catch(() => undefined);
  }

  /** Takes what a commit wrote, in the same tick in which its number becomes the last. */
  apply(written: readonly WrittenBatch[]): void {
    for (const { batch, devices, derived } of written) {
      this.caches.get(batch.kind)!.apply(batch, devices, derived);
      this.unsavedRows += batch.length;
    }
    if (this.unsavedRows < this.saveAt) return;
    this.saveAt = Infinity;
    // A snapshot that fails costs time at the next start, nothing else.
    this.saving = this.save().catch(() => undefined);
  }

  /** Waits until what was there at the start has been read. */
  async read(kind: string, devices: readonly string[] | null, names: NameTable): Promise<LatestReading[]> {
    await this.filled;
    return this.caches.get(kind)!.read(devices, names);
  }

  /** After the rows are gone; the snapshot is written anew without it. */
  async expire(kind: string, metrics: readonly string[], before: number): Promise<void> {
    await this.filled;
    this.caches.get(kind)!.expire(metrics, before);
    await this.saving;
    this.saving = this.save().catch(() => undefined);
    await this.saving;
  }

  /** To be called when no commit comes any more. */
  async close(): Promise<void> {
    await this.saving;
    if (this.unsavedRows >= this.options.snapshotRows * WORTH_SAVING) await this.save().catch(() => undefined);
    await this.filled.catch(() => undefined);
  }

  /** Over a connection of its own: after months of history and a kill it may take seconds. */
  private async fill(): Promise<void> {
    const pool = new QueryPool(this.instance, { connections: 1, timeoutMs: 3_600_000 });
    for (const [kind, cache] of this.caches) await cache.fill(pool, await this.loadSnapshot(pool, kind, cache));
    pool.close();
  }

  /** Resolves with the number of the last commit that the snapshot knows, 0 when there is none that has all metrics. */
  private async loadSnapshot(pool: QueryPool, kind: string, cache: LatestCache): Promise<number> {
    const [found] = await pool.rows('SELECT batch::DOUBLE, metrics FROM snapshots WHERE kind = $1', [kind]);
    if (found === undefined) return 0;
    const saved = JSON.parse(found[1] as string) as string[];
    const { metrics } = this.tables.get(kind)!;
    if (!metrics.every((metric) => saved.includes(metric))) return 0;
    const cells = metrics.flatMap((metric) => cellNames(metric)).map(quoted);
    const sql = `SELECT ${['device', 'newest', 'received', ...cells].join(', ')} FROM ${quoted(`latest:${kind}`)}`;
    await pool.visit(sql, [], (row) => cache.merge(row as (number | null)[]));
    return found[0] as number;
  }

  private async save(): Promise<void> {
    await this.filled;
    const connection = await this.instance.connect();
    try {
      this.unsavedRows = 0;
      await connection.run('BEGIN');
      await connection.run('DELETE FROM snapshots');
      // One kind after the other, each as of the commit that is the last by then: copies of all at once would be as large as all values.
      for (const [kind, cache] of this.caches)
        await saveKind(connection, this.tables.get(kind)!, this.lastBatch(), cache.copy());
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      this.saveAt = this.options.snapshotRows;
      connection.disconnectSync();
    }
  }
}

/** Names that differ only in case do not come here, see `tables.ts`. */
const cellNames = (metric: string): string[] => [`t:${metric}`, `m:${metric}`];

async function saveKind(
  connection: DuckDBConnection,
  { kind, metrics }: KindTable,
  batch: number,
  { devices, columns }: ReturnType<LatestCache['copy']>,
): Promise<void> {
  const name = `latest:${kind}`;
  const names = ['newest', 'received', ...metrics.flatMap((metric) => cellNames(metric))];
  const definitions = names.map((each) => `${quoted(each)} DOUBLE`).join(', ');
  await connection.run(`CREATE OR REPLACE TABLE ${quoted(name)} (device INTEGER NOT NULL, ${definitions})`);
  if (devices.length > 0) {
    const appender = await connection.createAppender(name);
    for (const chunk of chunksOf([integers(devices), ...columns.map(doubles)], devices.length))
      appender.appendDataChunk(chunk);
    appender.closeSync();
  }
  await connection.run('INSERT INTO snapshots (kind, batch, metrics) VALUES ($1, $2, $3)', [
    kind,
    BigInt(batch),
    JSON.stringify(metrics),
  ]);
}
