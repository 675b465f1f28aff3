import type { DuckDBValue } from '@duckdb/node-api';
import type {
  CompletenessFacts,
  CompletenessQuery,
  HistoryPage,
  HistoryQuery,
  HistoryValue,
} from '../telemetry-store.js';
import { gapBetween } from '../completeness.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { NameTable } from './names.js';
import type { QueryPool } from './query-pool.js';
import { column, metricsOf, type KindTable } from './tables.js';

/** Stands for the missing sequence of derived rows: they come after readings of the same device and time. */
const NO_SEQUENCE = Number.MAX_SAFE_INTEGER;

/** Time, device number and sequence of the last row given, and how many rows with these three were given. */
type HistoryCursor = [time: number, device: number, sequence: number, given: number];

/** Devices as numbers in SQL text: they come from the name table, not from the caller. */
export function deviceFilter(devices: readonly number[]): string {
  return devices.length === 1 ? `device = ${devices[0]}` : `device IN (${devices.join(', ')})`;
}

/** More devices than this are bound as a list and joined. */
const MAX_LITERAL_DEVICES = 200;

export async function queryHistory(
  query: HistoryQuery,
  table: KindTable,
  names: NameTable,
  pool: QueryPool,
): Promise<HistoryPage> {
  const metrics = metricsOf(table, query.metrics);
  const devices = names.findAll(query.devices);
  const [time, device, sequence, given] =
    query.cursor === undefined
      ? [query.from, -1, -1, 0]
      : decodeCursor<HistoryCursor>(query.cursor, ['number', 'number', 'number', 'number']);
  if (devices.length === 0) return { values: [], next: null };

  const listed = devices.length > MAX_LITERAL_DEVICES;
  const rank = `coalesce(sequence, ${NO_SEQUENCE})`;
  const sql = `
    SELECT device, time::DOUBLE, received::DOUBLE, ${rank}::DOUBLE, ${metrics.map(column).join(', ')}
    FROM ${table.table}
    WHERE time >= $1 AND time < $2 AND (time > $1 OR device > $3 OR (device = $3 AND ${rank} >= $4))
      AND ${listed ? 'device IN (SELECT unnest(CAST($6 AS INTEGER[])))' : deviceFilter(devices)}
      AND (${metrics.map((metric) => `${column(metric)} IS NOT NULL`).join(' OR ')})
    ORDER BY time, device, ${rank}, rowid
    LIMIT $5`;
  // Every row has a value, so there are no more rows on the page than values; one row tells whether there is another page.
  const bound = [Math.max(time, query.from), query.to].map((at) => BigInt(Math.ceil(at)));
  const values: DuckDBValue[] = [...bound, device, BigInt(sequence), BigInt(query.limit + given + 1)];
  if (listed) values.push(JSON.stringify(devices));
  return collectPage(query.limit, metrics, names, { time, device, sequence, given }, (visitor) =>
    pool.visit(sql, values, visitor),
  );
}

async function collectPage(
  limit: number,
  metrics: readonly string[],
  names: NameTable,
  start: { time: number; device: number; sequence: number; given: number },
  visit: (visitor: (row: DuckDBValue[]) => boolean) => Promise<void>,
): Promise<HistoryPage> {
  const values: HistoryValue[] = [];
  let last = start;
  let skip = start.given;
  let next: string | null = null;
  await visit((row) => {
    const [device, time, receivedAt, sequence, ...cells] = row as [
      number,
      number,
      number,
      number,
      ...(number | null)[],
    ];
    const same = time === last.time && device === last.device && sequence === last.sequence;
    if (same && skip > 0) {
      skip--;
      return true;
    }
    skip = 0;
    const found = cells.flatMap((value, m) =>
      value === null ? [] : [{ device: names.name(device), time, receivedAt, metric: metrics[m]!, value }],
    );
    if (values.length > 0 && values.length + found.length > limit) {
      next = encodeCursor([last.time, last.device, last.sequence, last.given] satisfies HistoryCursor);
      return false;
    }
    values.push(...found);
    last = { time, device, sequence, given: same ? last.given + 1 : 1 };
    return true;
  });
  return { values, next };
}

export async function queryCompleteness(
  query: CompletenessQuery,
  table: KindTable,
  names: NameTable,
  pool: QueryPool,
): Promise<CompletenessFacts> {
  const device = names.find(query.device) ?? -1;
  const rows = await pool.rows(
    `WITH readings AS MATERIALIZED (SELECT time FROM ${table.table} WHERE device = ${device} AND time >= $1 AND time < $2 AND sequence IS NOT NULL),
     stretches AS (SELECT time, lag(time) OVER (ORDER BY time) AS before FROM readings),
     gaps AS (SELECT before::DOUBLE AS before, time::DOUBLE AS time FROM stretches WHERE time - coalesce(before, $1) > $3 ORDER BY time LIMIT $4)
     SELECT count(*)::DOUBLE, max(time)::DOUBLE FROM readings UNION ALL SELECT before, time FROM gaps`,
    [
      BigInt(Math.ceil(query.from)),
      BigInt(Math.ceil(query.to)),
      BigInt(Math.floor(2 * query.intervalMs)),
      BigInt(query.maxGaps + 1),
    ],
  );
  const [[received, newest], ...stretches] = rows as [[number, number | null], ...[number | null, number][]];
  const gaps = stretches.map(([before, time]) =>
    gapBetween(before ?? query.from, time, query.intervalMs, before !== null),
  );
  gaps.push(gapBetween(newest ?? query.from, query.to, query.intervalMs, newest !== null));
  const found = gaps.filter((gap) => gap !== null);
  return { received, gaps: found.slice(0, query.maxGaps), truncated: found.length > query.maxGaps };
}
