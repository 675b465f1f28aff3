import { stat } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { LamplighterError, type LetterKey } from '#core';
import type {
  AggregateQuery,
  AggregateRow,
  CompletenessFacts,
  CompletenessQuery,
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterPage,
  DeadLetterQuery,
  Expired,
  Expiry,
  HistoryPage,
  HistoryQuery,
  LatestQuery,
  LatestReading,
  OutcomeCount,
  OutcomeQuery,
  ReplayOutcomes,
  StoreCommit,
  StoredKey,
  StorePosition,
  StoreSchema,
  StoreStatistics,
  TelemetryStore,
} from '../telemetry-store.js';
import { queryAggregate } from './aggregate.js';
import { Clustering } from './clustering.js';
import { findReplayed, queryDeadLetterGroups, queryDeadLetters, queryReplayOutcomes } from './dead-letters.js';
import { expirePayloads, expireSlice, oldestExpired, SLICE_MS } from './expiry.js';
import { storeFault } from './faults.js';
import { queryCompleteness, queryHistory } from './history.js';
import { findStoredKeys, recentStoredKeys } from './keys.js';
import { LatestValues } from './latest-values.js';
import { BootTable, NameTable } from './names.js';
import { openDatabase, type Recovery } from './open-database.js';
import { queryOutcomes } from './outcomes.js';
import { QueryPool } from './query-pool.js';
import { type KindTable, metricsOf, prepareTables, tableOf } from './tables.js';
import { Writer, type WriterState } from './writer.js';

export interface DuckDbOptions {
  /** The file. Its folder is made when it is missing. */
  readonly path: string;
  readonly schema: StoreSchema;
  /** What the engine may use for buffers, sorts and hash tables, in its own syntax. Default '512MB'. */
  readonly memoryLimit?: string;
  /** Threads of the engine, shared by all queries. Default 2. */
  readonly threads?: number;
  /** Queries that run at once; others wait. Default 2. */
  readonly concurrentQueries?: number;
  /** A query that runs longer is ended with `query-too-large`. Default 30,000. */
  readonly queryTimeoutMs?: number;
  /** Size of the write-ahead log at which a commit folds it into the file; what is in it is in memory too. Default '64MB'. */
  readonly checkpointAt?: string;
  /** Rows of a kind that are moved at a time to lie by device; see {@link Clustering}. Default 500,000. */
  readonly clusterRows?: number;
  /** How often that is done at most, milliseconds. Default 60,000. */
  readonly clusterEveryMs?: number;
  /** Rows after which the latest values are saved, for a quick start. Default 2,000,000. */
  readonly snapshotRows?: number;
  /** Told about data that could not be opened and was put aside. Default: one line to standard error. */
  readonly onRecovery?: (recovery: Recovery) => void;
}

/**
 * The embedded adapter: one file, one process. A commit is one transaction, so rows, dead letters, counters and position cannot
 * disagree, and a commit that resolved is synced to disk.
 *
 * Outgrow it when one machine is not enough, when another process must read the file while it is open (only this one can), or
 * when the months kept outgrow the disk: then use `influxdb/`.
 */
export class DuckDbTelemetryStore implements TelemetryStore {
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly options: DuckDbOptions,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly state: WriterState,
    private readonly pool: QueryPool,
    private readonly writer: Writer,
    private readonly latestValues: LatestValues,
    private readonly clustering: Clustering,
  ) {}

  /** @throws LamplighterError `bad-configuration`, `data-directory-in-use`, `store-unavailable` (retryable) */
  static async open(options: DuckDbOptions): Promise<DuckDbTelemetryStore> {
    const instance = await openDatabase({
      path: options.path,
      memoryLimit: options.memoryLimit ?? '512MB',
      threads: options.threads ?? 2,
      checkpointAt: options.checkpointAt ?? '64MB',
      onRecovery: options.onRecovery ?? reportRecovery,
    });
    try {
      const connection = await instance.connect();
      const tables = await prepareTables(connection, options.schema);
      const state = await loadState(connection, tables);
      const pool = new QueryPool(instance, {
        connections: options.concurrentQueries ?? 2,
        timeoutMs: options.queryTimeoutMs ?? 30_000,
      });
      const lastBatch = () => state.lastBatch;
      const latest = new LatestValues(instance, tables, { snapshotRows: options.snapshotRows ?? 2_000_000 }, lastBatch);
      const writer = new Writer(connection, state, (written) => latest.apply(written));
      const clustering = new Clustering(
        instance,
        [...tables.values()],
        { chunkRows: options.clusterRows ?? 500_000, everyMs: options.clusterEveryMs ?? 60_000 },
        lastBatch,
      );
      clustering.start();
      return new DuckDbTelemetryStore(options, instance, connection, state, pool, writer, latest, clustering);
    } catch (error) {
      instance.closeSync();
      throw storeFault('opening', error);
    }
  }

  commit(batch: StoreCommit): Promise<void> {
    return this.closing === null ? this.writer.commit(batch) : Promise.reject(closed());
  }

  async expire(order: Expiry): Promise<Expired> {
    if (this.closing !== null) throw closed();
    const table = this.table(order.kind);
    metricsOf(table, order.metrics);
    const total = { values: 0, rows: 0 };
    if (order.metrics.length === 0) return total;
    const oldest = await this.writer.maintain('looking for old values', (to) => oldestExpired(to, table, order));
    if (oldest === null) return total;
    for (let from = oldest; from < order.before; from += SLICE_MS) {
      const to = Math.min(order.before, from + SLICE_MS);
      const slice = await this.clustering.without(() =>
        this.writer.maintain('expiring values', (connection) => expireSlice(connection, table, order, from, to)),
      );
      total.values += slice.values;
      total.rows += slice.rows;
    }
    await this.latestValues.expire(order.kind, order.metrics, order.before);
    return total;
  }

  async expirePayloads(before: number, kind: string | null): Promise<number> {
    if (this.closing !== null) throw closed();
    return this.writer.maintain('expiring payloads', (connection) => expirePayloads(connection, before, kind));
  }

  async position(consumer: string): Promise<StorePosition | null> {
    return this.state.positions.get(consumer) ?? null;
  }

  async findStored(
    kind: string,
    device: string,
    from: number,
    to: number,
    beforeSequence: number,
  ): Promise<StoredKey[]> {
    return findStoredKeys(this.table(kind), this.state.names, this.pool, { device, from, to, beforeSequence });
  }

  async recentKeys(perDevice: number, receivedSince: number, beforeSequence: number): Promise<StoredKey[]> {
    return recentStoredKeys(this.state.tables.values(), this.state.names, this.pool, {
      perDevice,
      receivedSince,
      beforeSequence,
    });
  }

  async history(query: HistoryQuery): Promise<HistoryPage> {
    return queryHistory(query, this.table(query.kind), this.state.names, this.pool);
  }

  async aggregate(query: AggregateQuery): Promise<AggregateRow[]> {
    return queryAggregate(query, this.table(query.kind), this.state.names, this.pool);
  }

  async latest(query: LatestQuery): Promise<LatestReading[]> {
    const { kind } = this.table(query.kind);
    return this.latestValues.read(kind, query.devices, this.state.names);
  }

  async completeness(query: CompletenessQuery): Promise<CompletenessFacts> {
    return queryCompleteness(query, this.table(query.kind), this.state.names, this.pool);
  }

  async deadLetters(query: DeadLetterQuery): Promise<DeadLetterPage> {
    return queryDeadLetters(query, this.pool);
  }

  async deadLetterGroups(query: DeadLetterGroupQuery): Promise<DeadLetterGroup[]> {
    return queryDeadLetterGroups(query, this.pool);
  }

  async replayOutcomes(job: string): Promise<ReplayOutcomes> {
    return queryReplayOutcomes(job, this.pool);
  }

  async findReplayed(job: string, letters: readonly LetterKey[]): Promise<string[]> {
    return findReplayed(job, letters, this.pool);
  }

  async outcomes(query: OutcomeQuery): Promise<OutcomeCount[]> {
    return queryOutcomes(query, this.state.names, this.pool);
  }

  async statistics(): Promise<StoreStatistics> {
    const rows: Record<string, number> = {};
    for (const { kind, table } of this.state.tables.values()) {
      const [counted] = await this.pool.rows(`SELECT count(sequence)::DOUBLE FROM ${table}`);
      rows[kind] = counted![0] as number;
    }
    const sizes = await Promise.all([this.options.path, `${this.options.path}.wal`].map(sizeOf));
    return { rows, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  }

  /** Does at once what otherwise is done bit by bit: moves all whole chunks. For benchmarks and after bulk loads. */
  async cluster(): Promise<number> {
    return this.clustering.run(Infinity).catch((error: unknown) => {
      throw storeFault('moving rows', error);
    });
  }

  async ping(): Promise<void> {
    if (this.closing !== null) throw closed();
    await this.pool.rows('SELECT 1');
  }

  /** Waits for commits under way, then folds the log into the file. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await this.writer.drained();
    this.pool.close();
    await this.clustering.stop();
    await this.latestValues.close();
    await this.connection.run('CHECKPOINT').catch(() => undefined);
    this.connection.disconnectSync();
    this.instance.closeSync();
  }

  private table(kind: string): KindTable {
    return tableOf(this.state.tables, kind);
  }
}

async function loadState(connection: DuckDBConnection, tables: ReadonlyMap<string, KindTable>): Promise<WriterState> {
  const stored = await connection.runAndReadAll(
    'SELECT consumer, frame::DOUBLE, "index"::DOUBLE, next_sequence::DOUBLE FROM positions',
  );
  const positions = new Map<string, StorePosition>();
  for (const [consumer, frame, index, nextSequence] of stored.getRows() as [string, number, number, number][]) {
    positions.set(consumer, { next: { frame, index }, nextSequence });
  }
  const newest = [...tables.values()].map(({ table }) => `SELECT max(batch) AS batch FROM ${table}`);
  const last = await connection.runAndReadAll(
    `SELECT coalesce(max(batch), 0)::DOUBLE FROM (${['SELECT 0 AS batch', ...newest].join(' UNION ALL ')})`,
  );
  const lastBatch = last.getRows()[0]![0] as number;
  return {
    tables,
    names: await NameTable.load(connection),
    boots: await BootTable.load(connection),
    positions,
    lastBatch,
  };
}

function closed(): LamplighterError {
  return new LamplighterError('store-unavailable', 'The store is closed.');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

function reportRecovery({ damaged, quarantined, reason }: Recovery): void {
  const lost =
    damaged === 'wal'
      ? 'Commits since the last checkpoint are lost unless the journal still keeps their messages.'
      : 'THE STORE STARTS EMPTY: all history that the journal does not keep exists only in the files put aside.';
  process.stderr.write(`telemetry store damaged (${reason}). Put aside: ${quarantined.join(', ')}. ${lost}\n`);
}
