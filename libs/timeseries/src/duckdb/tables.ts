import type { DuckDBConnection } from '@duckdb/node-api';
import { LamplighterError } from '#core';
import type { StoreKind, StoreSchema } from '../telemetry-store.js';

/** A kind's table. Every identifier in SQL comes from here, that is from the schema and never from a caller. */
export interface KindTable {
  readonly kind: string;
  /** Quoted name. */
  readonly table: string;
  /** Unquoted name, for the appender. */
  readonly tableName: string;
  /** Sent metrics, then derived ones: the order of a row's values in answers. */
  readonly metrics: readonly string[];
  readonly sent: readonly string[];
  readonly derived: ReadonlySet<string>;
  /** Metrics of all columns in the table's own order, those that the schema no longer names included. */
  readonly stored: readonly string[];
}

const METRIC_PREFIX = 'm:';

export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Column of a metric. The prefix keeps it apart from the fixed columns. */
export function column(metric: string): string {
  return quoted(METRIC_PREFIX + metric);
}

/**
 * Numbers stand for names of devices and sources (`names`) and for boots (`boots`): columns of integers are appended by copying
 * memory, compress to a few bits and are filtered by the minimum and maximum of each row group.
 *
 * `batch` is the running number of the commit; the journal sequence of a row outside the journal is NULL when it is derived.
 * No table has an index: an ART index on a fact table would have to be kept in memory and slows every append.
 */
const FIXED_TABLES = [
  'CREATE TABLE names (id INTEGER NOT NULL, name VARCHAR NOT NULL)',
  'CREATE TABLE boots (id INTEGER NOT NULL, boot VARCHAR NOT NULL)',
  'CREATE TABLE positions (consumer VARCHAR NOT NULL, frame BIGINT NOT NULL, "index" BIGINT NOT NULL, next_sequence BIGINT NOT NULL)',
  'CREATE TABLE outcomes (source INTEGER NOT NULL, hour INTEGER NOT NULL, stored INTEGER NOT NULL, duplicates INTEGER NOT NULL)',
  'CREATE TABLE refusals (source INTEGER NOT NULL, hour INTEGER NOT NULL, code VARCHAR NOT NULL, messages INTEGER NOT NULL)',
  `CREATE TABLE dead_letters (
     id VARCHAR NOT NULL, sequence BIGINT NOT NULL, source VARCHAR NOT NULL, topic VARCHAR NOT NULL, payload BLOB NOT NULL,
     received BIGINT NOT NULL, device VARCHAR, department VARCHAR, kind VARCHAR, partial BOOLEAN NOT NULL,
     code VARCHAR NOT NULL, rejections VARCHAR NOT NULL)`,
];

/** Brings the file's tables up to the schema, and says what they are. Columns that the schema no longer names stay. */
export async function prepareTables(
  connection: DuckDBConnection,
  schema: StoreSchema,
): Promise<Map<string, KindTable>> {
  checkSchema(schema);
  const found = await storedMetrics(connection);
  const changes = found.size === 0 ? [...FIXED_TABLES] : [];
  const tables = new Map<string, KindTable>();
  for (const kind of schema) {
    const table = describeTable(kind, found.get(tableName(kind.kind)));
    tables.set(kind.kind, table);
    changes.push(...changesOf(table, found.get(table.tableName)));
  }
  if (changes.length === 0) return tables;
  await connection.run(['BEGIN', ...changes, 'COMMIT'].join(';\n'));
  // A log that holds changes of tables is the one that replays least surely.
  await connection.run('CHECKPOINT');
  return tables;
}

/** Metrics that the file has columns for, by table, in the order of the columns. Empty for a file without our tables. */
async function storedMetrics(connection: DuckDBConnection): Promise<Map<string, string[]>> {
  const columns = await connection.runAndReadAll(
    'SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index',
  );
  const metrics = new Map<string, string[]>();
  for (const [table, name] of columns.getRows() as [string, string][]) {
    const found = metrics.get(table) ?? [];
    metrics.set(table, found);
    if (name.startsWith(METRIC_PREFIX)) found.push(name.slice(METRIC_PREFIX.length));
  }
  return metrics;
}

const tableName = (kind: string): string => `readings:${kind}`;

function describeTable(kind: StoreKind, found: readonly string[] = []): KindTable {
  const metrics = [...kind.metrics, ...kind.derived];
  const stored = [...found, ...metrics.filter((metric) => !found.includes(metric))];
  const name = tableName(kind.kind);
  return {
    kind: kind.kind,
    table: quoted(name),
    tableName: name,
    metrics,
    sent: kind.metrics,
    derived: new Set(kind.derived),
    stored,
  };
}

function changesOf({ table, stored }: KindTable, found: readonly string[] | undefined): string[] {
  if (found !== undefined)
    return stored.slice(found.length).map((metric) => `ALTER TABLE ${table} ADD COLUMN ${column(metric)} DOUBLE`);
  const fixed =
    'device INTEGER NOT NULL, time BIGINT NOT NULL, received BIGINT NOT NULL, sequence BIGINT, batch BIGINT NOT NULL, seq BIGINT, boot INTEGER';
  return [`CREATE TABLE ${table} (${[fixed, ...stored.map((metric) => `${column(metric)} DOUBLE`)].join(', ')})`];
}

/** DuckDB compares identifiers without regard to case: names that differ only in it would share a column. */
function checkSchema(schema: StoreSchema): void {
  const faults: string[] = [];
  const findRepeated = (what: string, names: readonly string[]) => {
    const seen = new Set<string>();
    for (const name of names) {
      if (name === '' || seen.has(name.toLowerCase()))
        faults.push(`${what} '${name}' is empty or there twice but for case`);
      seen.add(name.toLowerCase());
    }
  };
  findRepeated('kind', schema.map((entry) => entry.kind)); // prettier-ignore
  for (const entry of schema) findRepeated(`metric of '${entry.kind}'`, [...entry.metrics, ...entry.derived]);
  if (faults.length > 0)
    throw new LamplighterError('bad-configuration', `The kinds cannot be stored.\n  ${faults.join('\n  ')}`);
}

/** The table of a kind, or `bad-request`. */
export function tableOf(tables: ReadonlyMap<string, KindTable>, kind: string): KindTable {
  const table = tables.get(kind);
  if (table === undefined) throw new LamplighterError('bad-request', `There is no kind '${kind.slice(0, 64)}'.`);
  return table;
}

/** The metrics asked for in the kind's order, all of them when none is named, or `bad-request`. */
export function metricsOf(table: KindTable, asked: readonly string[]): readonly string[] {
  const unknown = asked.find((metric) => !table.metrics.includes(metric));
  if (unknown !== undefined) {
    throw new LamplighterError('bad-request', `The kind '${table.kind}' has no metric '${unknown.slice(0, 64)}'.`);
  }
  return asked.length === 0 ? table.metrics : table.metrics.filter((metric) => asked.includes(metric));
}
