import type { DuckDBConnection } from '@duckdb/node-api';
import type { OutcomeCount, OutcomeQuery } from '../telemetry-store.js';
import type { NameTable } from './names.js';
import type { QueryPool } from './query-pool.js';
import { integers, texts, type ColumnSource } from './vectors.js';

type Append = (table: string, columns: readonly ColumnSource[], rows: number) => Promise<void>;

/** Adds the counts as rows; sums are made when they are read. Resolves with the number of rows. */
export async function appendOutcomes(
  outcomes: readonly OutcomeCount[],
  names: NameTable,
  append: Append,
): Promise<number> {
  const counted = outcomes.filter((count) => count.stored > 0 || count.duplicates > 0);
  const counts = integerColumns(4, counted, (count) => [
    names.number(count.source),
    count.hour,
    count.stored,
    count.duplicates,
  ]);
  await append('outcomes', counts, counted.length);

  const refusals = outcomes.flatMap((count) =>
    Object.entries(count.deadLetters).map(([code, messages]) => ({
      source: count.source,
      hour: count.hour,
      code,
      messages,
    })),
  );
  const [source, hour, messages] = integerColumns(3, refusals, (refusal) => [
    names.number(refusal.source),
    refusal.hour,
    refusal.messages,
  ]);
  await append(
    'refusals',
    [source!, hour!, texts(refusals.map((refusal) => refusal.code)), messages!],
    refusals.length,
  );
  return counted.length + refusals.length;
}

function integerColumns<T>(width: number, rows: readonly T[], cellsOf: (row: T) => number[]): ColumnSource[] {
  const columns = Array.from({ length: width }, () => new Int32Array(rows.length));
  for (let row = 0; row < rows.length; row++) {
    const cells = cellsOf(rows[row]!);
    for (let c = 0; c < width; c++) columns[c]![row] = cells[c]!;
  }
  return columns.map(integers);
}

/** Folding is due when this many rows were added, or as many as there were after the last time: its cost stays in proportion. */
const FOLD_AFTER_ROWS = 200_000;

/** Folds the appended counts into one row per source and hour, now and then. */
export class OutcomeCompaction {
  private addedRows = 0;
  private foldAfter = FOLD_AFTER_ROWS;

  constructor(private readonly connection: DuckDBConnection) {}

  get due(): boolean {
    return this.addedRows >= this.foldAfter;
  }

  added(rows: number): void {
    this.addedRows += rows;
  }

  /** To be run in a transaction, which it commits. */
  async run(): Promise<void> {
    await this.fold('outcomes', 'source, hour', 'sum(stored)::INTEGER, sum(duplicates)::INTEGER');
    await this.fold('refusals', 'source, hour, code', 'sum(messages)::INTEGER');
    await this.connection.run('COMMIT');
    const left = await this.connection.runAndReadAll(
      'SELECT (SELECT count(*) FROM outcomes) + (SELECT count(*) FROM refusals)',
    );
    this.foldAfter = Math.max(FOLD_AFTER_ROWS, Number(left.getRows()[0]![0]));
    this.addedRows = 0;
  }

  private async fold(table: string, key: string, sums: string): Promise<void> {
    await this.connection.run(
      `CREATE OR REPLACE TEMP TABLE folded AS SELECT ${key}, ${sums} FROM ${table} GROUP BY ${key} ORDER BY ${key}`,
    );
    await this.connection.run(`DELETE FROM ${table}`);
    await this.connection.run(`INSERT INTO ${table} SELECT * FROM folded`);
    await this.connection.run('DROP TABLE folded');
  }
}

export async function queryOutcomes(query: OutcomeQuery, names: NameTable, pool: QueryPool): Promise<OutcomeCount[]> {
  const source = query.source === undefined ? null : (names.find(query.source) ?? -1);
  const where = 'WHERE ($1::INTEGER IS NULL OR source = $1) AND hour >= $2 AND hour < $3';
  const values = [source, query.fromHour ?? -2147483648, query.toHour ?? 2147483647];
  const key = { total: '-1 AS source, 0 AS hour', source: 'source, 0 AS hour', 'source-hour': 'source, hour' }[
    query.groupBy
  ];
  const sums = 'sum(stored)::DOUBLE, sum(duplicates)::DOUBLE';
  const among =
    query.refusedOnly === true && query.groupBy !== 'total'
      ? `AND source IN (SELECT source FROM refusals ${where})`
      : '';
  const counts = await pool.rows(`SELECT ${key}, ${sums} FROM outcomes ${where} ${among} GROUP BY 1, 2`, values);
  const refusals = await pool.rows(
    `SELECT ${key}, code, sum(messages)::DOUBLE FROM refusals ${where} GROUP BY 1, 2, 3 ORDER BY code`,
    values,
  );

  const entries = new Map<
    string,
    { source: string; hour: number; stored: number; duplicates: number; deadLetters: Record<string, number> }
  >();
  const entry = (id: number, hour: number) => {
    const found = entries.get(`${id} ${hour}`);
    if (found !== undefined) return found;
    // Codes may be any text: as keys they must not meet an object's prototype.
    const fresh = {
      source: id < 0 ? '' : names.name(id),
      hour,
      stored: 0,
      duplicates: 0,
      deadLetters: Object.create(null) as Record<string, number>,
    };
    entries.set(`${id} ${hour}`, fresh);
    return fresh;
  };
  if (query.groupBy === 'total') entry(-1, 0);
  for (const [id, hour, stored, duplicates] of counts as [number, number, number, number][]) {
    Object.assign(entry(id, hour), { stored, duplicates });
  }
  for (const [id, hour, code, messages] of refusals as [number, number, string, number][])
    entry(id, hour).deadLetters[code] = messages;
  const isWanted = ({ deadLetters }: OutcomeCount): boolean =>
    query.refusedOnly !== true || query.groupBy === 'total' || Object.keys(deadLetters).length > 0;
  return [...entries.values()]
    .filter(isWanted)
    .sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.hour - b.hour));
}
