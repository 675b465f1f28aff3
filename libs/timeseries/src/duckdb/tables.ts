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
  'CREATE TABLE IF NOT EXISTS names (id INTEGER NOT NULL, name VARCHAR NOT NULL)',
  'CREATE TABLE IF NOT EXISTS clustered (kind VARCHAR NOT NULL, batch BIGINT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS snapshots (kind VARCHAR NOT NULL, batch BIGINT NOT NULL, metrics VARCHAR NOT NULL)',
  'CREATE TABLE IF NOT EXISTS boots (id INTEGER NOT NULL, boot VARCHAR NOT NULL)',
  'CREATE TABLE IF NOT EXISTS positions (consumer VARCHAR NOT NULL, frame BIGINT NOT NULL, "index" BIGINT NOT NULL, next_sequence BIGINT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS outcomes (source INTEGER NOT NULL, hour INTEGER NOT NULL, stored INTEGER NOT NULL, duplicates INTEGER NOT NULL)',
  'CREATE TABLE IF NOT EXISTS refusals (source INTEGER NOT NULL, hour INTEGER NOT NULL, code VARCHAR NOT NULL, messages INTEGER NOT NULL)',
  `CREATE TABLE IF NOT EXISTS dead_letters (
     id VARCHAR NOT NULL, sequence BIGINT NOT NULL, source VARCHAR NOT NULL, topic VARCHAR NOT NULL, payload BLOB NOT NULL,
     received BIGINT NOT NULL, device VARCHAR, department VARCHAR, kind VARCHAR, partial BOOLEAN NOT NULL,
     code VARCHAR NOT NULL, rejections VARCHAR NOT NULL)`,
  'CREATE TABLE IF NOT EXISTS resolutions (letter VARCHAR NOT NULL, outcome VARCHAR NOT NULL, sequence BIGINT NOT NULL, resolved BIGINT NOT NULL, job VARCHAR NOT NULL)',
];

/** Brings the file's tables up to the schema, and says what they are. Columns that the schema no longer names stay. */
export async function prepareTables(
  connection: DuckDBConnection,
  schema: StoreSchema,
): Promise<Map<string, KindTable>> {
  checkSchema(schema);
  await connection.run(['BEGIN', ...FIXED_TABLES, ...schema.map(creation), 'COMMIT'].join(';\n'));
  const tables = new Map<string, KindTable>();
  for (const kind of schema) tables.set(kind.kind, await growTable(connection, kind));
  // A log that holds changes of tables is the one that replays least surely.
  await connection.run('CHECKPOINT');
  return tables;
}

const tableName = (kind: string): string => `readings:${kind}`;
const metricsIn = (kind: StoreKind): string[] => [...kind.metrics, ...kind.derived];

function creation(kind: StoreKind): string {
  const fixed =
    'device INTEGER NOT NULL, time BIGINT NOT NULL, received BIGINT NOT NULL, sequence BIGINT, batch BIGINT NOT NULL, seq BIGINT, boot INTEGER';
  const columns = [fixed, ...metricsIn(kind).map((metric) => `${column(metric)} DOUBLE`)];
  return `CREATE TABLE IF NOT EXISTS ${quoted(tableName(kind.kind))} (${columns.join(', ')})`;
}

async function growTable(connection: DuckDBConnection, kind: StoreKind): Promise<KindTable> {
  const name = tableName(kind.kind);
  const table = quoted(name);
  // An empty answer names its columns; asking the catalogue's views takes a hundred times as long.
  const present = (await connection.run(`SELECT * FROM ${table} LIMIT 0`)).columnNames();
  const stored = present
    .filter((each) => each.startsWith(METRIC_PREFIX))
    .map((each) => each.slice(METRIC_PREFIX.length));
  const metrics = metricsIn(kind);
  const missing = metrics.filter((metric) => !stored.includes(metric));
  for (const metric of missing) await connection.run(`ALTER TABLE ${table} ADD COLUMN ${column(metric)} DOUBLE`);
  return {
    kind: kind.kind,
    table,
    tableName: name,
    metrics,
    sent: kind.metrics,
    derived: new Set(kind.derived),
    stored: [...stored, ...missing],
  };
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
