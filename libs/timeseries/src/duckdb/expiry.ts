import type { DuckDBConnection } from '@duckdb/node-api';
import type { Expired, Expiry } from '../telemetry-store.js';
import { column, type KindTable, metricsOf } from './tables.js';

/** Time that one transaction looks at: commits wait for it, so it is short, and a store that was never expired takes many. */
export const SLICE_MS = 7 * 86_400_000;

/** Oldest value there is to expire, or null. */
export async function oldestExpired(
  connection: DuckDBConnection,
  table: KindTable,
  { metrics, before }: Expiry,
): Promise<number | null> {
  const found = await connection.runAndReadAll(
    `SELECT min(time)::DOUBLE FROM ${table.table} WHERE time < $1 AND (${anyOf(table, metrics)})`,
    [BigInt(Math.ceil(before))],
  );
  return found.getRows()[0]![0] as number | null;
}

/** Empties the metrics of one slice, and removes the rows that have nothing left. Inside the caller's transaction. */
export async function expireSlice(
  connection: DuckDBConnection,
  table: KindTable,
  { metrics }: Expiry,
  from: number,
  to: number,
): Promise<Expired> {
  const expired = metricsOf(table, metrics);
  const range = [BigInt(Math.floor(from)), BigInt(Math.ceil(to))];
  const within = 'time >= $1 AND time < $2';
  const counted = await connection.runAndReadAll(
    `SELECT (${expired.map((metric) => `count(${column(metric)})`).join(' + ')})::DOUBLE FROM ${table.table} WHERE ${within}`,
    range,
  );
  const values = counted.getRows()[0]![0] as number;
  // Rows that keep nothing are removed at once; the others, of kinds with several retentions, are written anew.
  const kept = table.stored.filter((metric) => !expired.includes(metric));
  const nothingKept = kept.length === 0 ? 'true' : kept.map((metric) => `${column(metric)} IS NULL`).join(' AND ');
  const removed = await connection.run(`DELETE FROM ${table.table} WHERE ${within} AND ${nothingKept}`, range);
  if (kept.length > 0) {
    await connection.run(
      `UPDATE ${table.table} SET ${expired.map((metric) => `${column(metric)} = NULL`).join(', ')}
       WHERE ${within} AND (${anyOf(table, expired)})`,
      range,
    );
  }
  return { values, rows: removed.rowsChanged };
}

function anyOf(table: KindTable, metrics: readonly string[]): string {
  return metricsOf(table, metrics)
    .map((metric) => `${column(metric)} IS NOT NULL`)
    .join(' OR ');
}

/** The words of a rejection may quote what was sent. */
const DETAIL = String.raw`,"detail":"(?:[^"\\]|\\.)*"`;
const QUOTES = String.raw`,"(?:expected|actual)":"(?:[^"\\]|\\.)*"`;

/** Payloads, and the words of rejections that may quote them; code, pointer and all that is counted stay. */
export async function expirePayloads(
  connection: DuckDBConnection,
  before: number,
  kind: string | null,
): Promise<number> {
  const emptied = await connection.run(
    `UPDATE dead_letters SET payload = ''::BLOB,
       rejections = regexp_replace(regexp_replace(rejections, '${DETAIL}', ',"detail":"Expired."', 'g'), '${QUOTES}', '', 'g')
     WHERE received < $1 AND octet_length(payload) > 0 ${kind === null ? '' : 'AND kind = $2'}`,
    [BigInt(Math.ceil(before)), ...(kind === null ? [] : [kind])],
  );
  return emptied.rowsChanged;
}
