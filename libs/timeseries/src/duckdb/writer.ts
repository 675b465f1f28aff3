import { type DuckDBConnection, listValue } from '@duckdb/node-api';
import { LamplighterError, type DeadLetter, type ReadingBatch } from '#core';
import type { ResolvedLetter, StoreCommit, StorePosition } from '../telemetry-store.js';
import { storeFault } from './faults.js';
import type { BootTable, NameTable } from './names.js';
import { appendOutcomes, OutcomeCompaction } from './outcomes.js';
import { column, type KindTable } from './tables.js';
import {
  blobs,
  chunksOf,
  constantWholeNumber,
  doubles,
  flags,
  integers,
  optionalIntegers,
  texts,
  wholeNumbers,
  type ColumnSource,
} from './vectors.js';

/** A batch with what the writer found out about it. */
interface PreparedBatch {
  readonly batch: ReadingBatch;
  readonly table: KindTable;
  /** Number of the device of each row. */
  readonly devices: Int32Array;
  /** True when no sent metric is among its columns. */
  readonly derived: boolean;
}

export type WrittenBatch = PreparedBatch;

/** What the writer shares with the rest of the store, and what it remembers. */
export interface WriterState {
  readonly tables: ReadonlyMap<string, KindTable>;
  readonly names: NameTable;
  readonly boots: BootTable;
  readonly positions: Map<string, StorePosition>;
  /** Number of the last commit. */
  lastBatch: number;
}

/** The one connection that writes. Commits are done one after the other, each in one transaction. */
export class Writer {
  private tail: Promise<unknown> = Promise.resolve();
  private readonly compaction: OutcomeCompaction;

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly state: WriterState,
    private readonly onWritten: (batches: readonly WrittenBatch[]) => void,
  ) {
    this.compaction = new OutcomeCompaction(connection);
  }

  commit(commit: StoreCommit): Promise<void> {
    return this.inOrder(async () => {
      const stored = this.state.positions.get(commit.consumer);
      if (commit.position !== null && stored !== undefined && commit.position.nextSequence <= stored.nextSequence)
        return;
      this.check(commit);
      await this.inTransaction('writing a batch', () => this.write(commit));
      if (this.compaction.due) await this.inTransaction('folding outcome counts', () => this.compaction.run());
    });
  }

  /** Work of the store's own between commits, in one transaction. */
  async maintain<T>(doing: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    let result: T | undefined;
    await this.inOrder(() =>
      this.inTransaction(doing, async () => {
        result = await work(this.connection);
        await this.connection.run('COMMIT');
      }),
    );
    return result as T;
  }

  /** Resolves when all commits that were asked for are done, whatever became of them. */
  async drained(): Promise<void> {
    await this.tail;
  }

  private inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.tail.then(work);
    this.tail = done.catch(() => undefined);
    return done;
  }

  private check(commit: StoreCommit): void {
    for (const { kind, metrics } of commit.readings) {
      const table = this.state.tables.get(kind);
      const unknown = metrics.find((metric) => table !== undefined && !table.metrics.includes(metric));
      if (table !== undefined && unknown === undefined) continue;
      const what = table === undefined ? `kind '${kind}'` : `metric '${unknown}' of the kind '${kind}'`;
      throw new LamplighterError('store-rejected', `The store was not opened with the ${what}.`);
    }
  }

  private async inTransaction(doing: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.connection.run('BEGIN');
      await work();
    } catch (error) {
      this.state.names.rollback();
      this.state.boots.rollback();
      // The engine may have rolled back by itself; then there is nothing to do.
      await this.connection.run('ROLLBACK').catch(() => undefined);
      throw storeFault(doing, error);
    }
  }

  private async write(commit: StoreCommit): Promise<void> {
    const { state } = this;
    const prepared = commit.readings.map((batch) => this.prepare(batch));
    for (const each of prepared) await this.appendReadings(each, state.lastBatch + 1);
    await this.append('dead_letters', deadLetterColumns(commit.deadLetters), commit.deadLetters.length);
    await this.writeResolutions(commit.resolutions ?? []);
    const outcomeRows = await appendOutcomes(commit.outcomes, state.names, (table, columns, rows) =>
      this.append(table, columns, rows),
    );
    const names = state.names.fresh();
    await this.append('names', names.columns, names.rows);
    const boots = state.boots.fresh();
    await this.append('boots', boots.columns, boots.rows);
    if (commit.position !== null) await this.writePosition(commit.consumer, commit.position);
    await this.connection.run('COMMIT');

    state.names.commit();
    state.boots.commit();
    state.lastBatch++;
    if (commit.position !== null) state.positions.set(commit.consumer, commit.position);
    this.compaction.added(outcomeRows);
    this.onWritten(prepared);
  }

  private prepare(batch: ReadingBatch): PreparedBatch {
    const table = this.state.tables.get(batch.kind)!;
    const numbers = batch.devices.map((device) => this.state.names.number(device.id));
    const devices = new Int32Array(batch.length);
    for (let row = 0; row < batch.length; row++) devices[row] = numbers[batch.device[row]!]!;
    return { batch, table, devices, derived: batch.metrics.every((metric) => table.derived.has(metric)) };
  }

  private async appendReadings(prepared: PreparedBatch, batchNumber: number): Promise<void> {
    const { batch, table, devices, derived } = prepared;
    if (batch.length === 0) return;
    if (derived) await this.removeReplaced(prepared);
    const absent = doubles(new Float64Array(batch.length).fill(NaN));
    const boots = new Int32Array(batch.length).fill(-1);
    batch.boot.forEach((boot, row) => {
      if (boot !== null) boots[row] = this.state.boots.number(boot);
    });
    const columns = [
      integers(devices),
      wholeNumbers(batch.time),
      wholeNumbers(batch.receivedAt),
      derived ? constantWholeNumber(NaN, batch.length) : wholeNumbers(batch.sequence),
      constantWholeNumber(batchNumber, batch.length),
      wholeNumbers(batch.seq),
      optionalIntegers(boots),
      ...table.stored.map((metric) => {
        const index = batch.metrics.indexOf(metric);
        return index < 0 ? absent : doubles(batch.columns[index]!);
      }),
    ];
    await this.append(table.tableName, columns, batch.length);
  }

  /**
   * A derived value that is computed again replaces what was there: derived rows have no sequence. Rows of the same device and time that carry
   * other derived metrics stay.
   */
  private async removeReplaced({ batch, table, devices }: PreparedBatch): Promise<void> {
    await this.connection.run(
      // The range lets the engine skip the row groups of other times.
      `DELETE FROM ${table.table} WHERE sequence IS NULL AND time >= $3 AND time <= $4
         AND (${batch.metrics.map((metric) => `${column(metric)} IS NOT NULL`).join(' OR ')}) AND (device, time) IN
         (SELECT unnest(CAST($1 AS INTEGER[])), unnest(CAST($2 AS BIGINT[])))`,
      [
        JSON.stringify([...devices]),
        JSON.stringify([...batch.time]),
        BigInt(batch.time.reduce((a, b) => Math.min(a, b))),
        BigInt(batch.time.reduce((a, b) => Math.max(a, b))),
      ],
    );
  }

  /** One row a letter: the newest resolution replaces what was there. */
  private async writeResolutions(resolutions: readonly ResolvedLetter[]): Promise<void> {
    if (resolutions.length === 0) return;
    const newest = [...new Map(resolutions.map((each) => [each.letter.id, each])).values()];
    await this.connection.run('DELETE FROM resolutions WHERE letter IN (SELECT unnest(CAST($1 AS VARCHAR[])))', [
      listValue(newest.map(({ letter }) => letter.id)),
    ]);
    await this.append('resolutions', resolutionColumns(newest), newest.length);
  }

  private async append(table: string, columns: readonly ColumnSource[], rows: number): Promise<void> {
    if (rows === 0) return;
    const appender = await this.connection.createAppender(table);
    for (const chunk of chunksOf(columns, rows)) appender.appendDataChunk(chunk);
    appender.closeSync();
  }

  private async writePosition(consumer: string, position: StorePosition): Promise<void> {
    const sql = this.state.positions.has(consumer)
      ? 'UPDATE positions SET frame = $2, "index" = $3, next_sequence = $4 WHERE consumer = $1'
      : 'INSERT INTO positions (consumer, frame, "index", next_sequence) VALUES ($1, $2, $3, $4)';
    const { next, nextSequence } = position;
    await this.connection.run(sql, [consumer, BigInt(next.frame), BigInt(next.index), BigInt(nextSequence)]);
  }
}

function resolutionColumns(resolutions: readonly ResolvedLetter[]): ColumnSource[] {
  return [
    texts(resolutions.map(({ letter }) => letter.id)),
    texts(resolutions.map(({ outcome }) => outcome)),
    wholeNumbers(Float64Array.from(resolutions, ({ sequence }) => sequence)),
    wholeNumbers(Float64Array.from(resolutions, ({ at }) => at)),
    texts(resolutions.map(({ job }) => job)),
  ];
}

function deadLetterColumns(letters: readonly DeadLetter[]): ColumnSource[] {
  return [
    texts(letters.map((letter) => letter.id)),
    wholeNumbers(Float64Array.from(letters, (letter) => letter.sequence)),
    texts(letters.map((letter) => letter.source)),
    texts(letters.map((letter) => letter.topic)),
    blobs(letters.map((letter) => letter.payload)),
    wholeNumbers(Float64Array.from(letters, (letter) => letter.receivedAt)),
    texts(letters.map((letter) => letter.device)),
    texts(letters.map((letter) => letter.department)),
    texts(letters.map((letter) => letter.kind)),
    flags(letters.map((letter) => letter.partial)),
    texts(letters.map((letter) => letter.rejections[0]!.code)),
    texts(letters.map((letter) => JSON.stringify(letter.rejections))),
  ];
}
