import type { DuckDBValue } from '@duckdb/node-api';
import { LamplighterError } from '#core';
import { bucketSegments, type BucketSegment } from '../buckets.js';
import { AGGREGATES, type Aggregate, type AggregateQuery, type AggregateRow } from '../telemetry-store.js';
import { deviceFilter } from './history.js';
import type { NameTable } from './names.js';
import type { QueryPool } from './query-pool.js';
import { column, metricsOf, type KindTable } from './tables.js';

/** NULL values take part in none of these; a bucket without values has count 0 and is left out. */
const SQL: Readonly<Record<Aggregate, (column: string) => string>> = {
  mean: (name) => `avg(${name})`,
  min: (name) => `min(${name})`,
  max: (name) => `max(${name})`,
  count: (name) => `count(${name})::DOUBLE`,
  sum: (name) => `sum(${name})`,
  first: (name) => `arg_min(${name}, time)`,
  last: (name) => `arg_max(${name}, time)`,
  // A double ends at 10^308; no level comes near. `least` would take NULL for 3000.
  energyMean: (name) => `10 * log10(avg(pow(10, CASE WHEN ${name} > 3000 THEN 3000 ELSE ${name} END / 10)))`,
};

/** Up to this many devices are named in the filter, so that row groups without them are skipped. */
const MAX_LITERAL_DEVICES = 200;

/** One scan for all metrics and aggregates. */
export async function queryAggregate(
  query: AggregateQuery,
  table: KindTable,
  names: NameTable,
  pool: QueryPool,
): Promise<AggregateRow[]> {
  metricsOf(table, query.metrics);
  const unknown = query.aggregates.find((aggregate) => !AGGREGATES.includes(aggregate));
  if (unknown !== undefined)
    throw new LamplighterError('bad-request', `There is no aggregate '${String(unknown).slice(0, 64)}'.`);
  const segments = query.everyMs === null ? null : bucketSegments(query.from, query.to, query.everyMs, query.timeZone);
  const groups = numberGroups(query.groups, names);
  if (groups.devices.length === 0 || query.metrics.length === 0 || query.from >= query.to) return [];

  const aggregates = AGGREGATES.filter((aggregate) => query.aggregates.includes(aggregate));
  const cells = query.metrics.flatMap((metric) => [
    SQL.count(column(metric)),
    ...aggregates.map((aggregate) => SQL[aggregate](column(metric))),
  ]);
  const literal = groups.devices.length <= MAX_LITERAL_DEVICES;
  const single = groups.labels.length === 1 && literal;
  const sql = `
    SELECT (${segments === null ? `${BigInt(Math.ceil(query.from))}` : bucketSql(segments)})::DOUBLE AS bucket, ${single ? '0' : 'groups.label'} AS label,
      ${cells.join(', ')}
    FROM ${table.table} ${single ? '' : 'JOIN (SELECT unnest(CAST($3 AS INTEGER[])) AS device, unnest(CAST($4 AS INTEGER[])) AS label) AS groups USING (device)'}
    WHERE time >= $1 AND time < $2 ${literal ? `AND ${deviceFilter(groups.devices)}` : ''}
    GROUP BY ALL`;
  const values: DuckDBValue[] = [BigInt(Math.ceil(query.from)), BigInt(Math.ceil(query.to))];
  if (!single) values.push(JSON.stringify(groups.devices), JSON.stringify(groups.labelOf));
  const rows = await pool.rows(sql, values);
  return toAggregateRows(query, aggregates, groups.labels, rows as number[][]);
}

/** Names of groups never enter SQL: they are numbered, in the order of their names. */
function numberGroups(groups: ReadonlyMap<string, string>, names: NameTable) {
  const labels = [...new Set(groups.values())].sort();
  const numberOf = new Map(labels.map((label, number) => [label, number]));
  const devices: number[] = [];
  const labelOf: number[] = [];
  for (const [device, label] of groups) {
    const number = names.find(device);
    if (number === undefined) continue;
    devices.push(number);
    labelOf.push(numberOf.get(label)!);
  }
  return { labels, devices, labelOf };
}

/** The arithmetic of `BucketSegment`, in whole milliseconds. `//` rounds towards zero, so it is only used on what is not negative. */
function bucketSql(segments: readonly BucketSegment[]): string {
  const start = ({ anchor, periodMs, everyMs }: BucketSegment): string => {
    if (everyMs === periodMs) return `${anchor} + (time - ${anchor}) // ${periodMs} * ${periodMs}`;
    const inPeriod = `(time - ${anchor}) % ${periodMs}`;
    return `time - (${inPeriod}) % ${everyMs}`;
  };
  const cases = segments.slice(0, -1).map((segment) => `WHEN time < ${segment.to} THEN ${start(segment)}`);
  const last = start(segments.at(-1)!);
  return cases.length === 0 ? last : `CASE ${cases.join(' ')} ELSE ${last} END`;
}

function toAggregateRows(
  query: AggregateQuery,
  aggregates: readonly Aggregate[],
  labels: readonly string[],
  rows: number[][],
): AggregateRow[] {
  rows.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  const width = 1 + aggregates.length;
  return rows.flatMap((row) =>
    query.metrics.flatMap((metric, m) => {
      const at = 2 + m * width;
      if (row[at] === 0) return [];
      const values = Object.fromEntries(aggregates.map((aggregate, a) => [aggregate, row[at + 1 + a]!]));
      return [{ group: labels[row[1]!]!, time: row[0]!, metric, values }];
    }),
  );
}
