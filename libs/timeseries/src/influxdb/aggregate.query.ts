import { LamplighterError } from '#core';
import { bucketSegments, type BucketSegment, bucketStart } from '../buckets.js';
import { type Aggregate, AGGREGATES, type AggregateQuery, type AggregateRow } from '../telemetry-store.js';
import { flux, fluxInteger, type FluxPart, type FluxReader, milliseconds, oneOf, parseMs, parseNs } from './flux.js';
import { type KnownNames, MEASUREMENT } from './names.js';
import { decodeText } from './text.js';

/** Devices in one request; more are asked for in several, so that no predicate grows without bound. */
const DEVICES_PER_REQUEST = 200;
const REQUESTS_AT_ONCE = 4;

/** What is asked of the server: everything else follows from these. */
type Part = 'sum' | 'count' | 'min' | 'max' | 'first' | 'last' | 'energy';
const PARTS: Readonly<Record<Aggregate, readonly Part[]>> = {
  mean: ['sum', 'count'],
  sum: ['sum'],
  count: ['count'],
  min: ['min'],
  max: ['max'],
  first: ['first'],
  last: ['last'],
  energyMean: ['energy', 'count'],
};

/** Values of one group, bucket and metric, pooled from its devices and windows. */
interface Pool {
  sum: number;
  count: number;
  min: number;
  max: number;
  /** Sum of 10^(L/10). */
  energy: number;
  first: { time: bigint; value: number } | null;
  last: { time: bigint; value: number } | null;
}

/**
 * The server aggregates per device in windows of fixed width that fit into every bucket; windows and devices are pooled here into
 * buckets and groups. So buckets are those of `buckets.ts` and not Flux's own, also over changes of the clock.
 */
export class AggregateReader {
  constructor(
    private readonly flux: FluxReader,
    private readonly names: KnownNames,
  ) {}

  async rows(query: AggregateQuery): Promise<AggregateRow[]> {
    const kind = this.names.kind(query.kind);
    if (query.metrics.length > 0) this.names.metrics(kind, query.metrics);
    const strange = query.aggregates.find((aggregate) => !AGGREGATES.includes(aggregate));
    if (strange !== undefined) throw new LamplighterError('bad-request', `There is no aggregate '${String(strange)}'.`);
    // Computed for one bucket too, because it checks the time zone.
    const segments = bucketSegments(
      query.from,
      Math.max(query.to, query.from + 1),
      query.everyMs ?? 86_400_000,
      query.timeZone,
    );
    if (
      query.groups.size === 0 ||
      query.metrics.length === 0 ||
      query.aggregates.length === 0 ||
      query.from >= query.to
    )
      return [];
    const bucket =
      query.everyMs === null ? (): number => query.from : (time: number): number => bucketStart(time, segments);
    const pools = await this.pool(query, query.everyMs === null ? flux`` : windows(segments), bucket);
    return toRows(query, pools);
  }

  private async pool(
    query: AggregateQuery,
    window: FluxPart,
    bucket: (time: number) => number,
  ): Promise<Map<string, Pool>> {
    const parts = [...new Set(query.aggregates.flatMap((aggregate) => PARTS[aggregate]))];
    const pools = new Map<string, Pool>();
    const devices = [...query.groups.keys()];
    const chunks: string[][] = [];
    for (let at = 0; at < devices.length; at += DEVICES_PER_REQUEST)
      chunks.push(devices.slice(at, at + DEVICES_PER_REQUEST));
    const requests = chunks.flatMap((chunk) => parts.map((part) => ({ chunk, part })));
    for (let at = 0; at < requests.length; at += REQUESTS_AT_ONCE) {
      await Promise.all(
        requests
          .slice(at, at + REQUESTS_AT_ONCE)
          .map(({ chunk, part }) => this.request(query, chunk, part, window, bucket, pools)),
      );
    }
    return pools;
  }

  private async request(
    query: AggregateQuery,
    devices: readonly string[],
    part: Part,
    window: FluxPart,
    bucket: (time: number) => number,
    pools: Map<string, Pool>,
  ): Promise<void> {
    const measurements = oneOf('_measurement', [query.kind, MEASUREMENT.derived(query.kind)]);
    const predicate = flux`${measurements} and ${oneOf('_field', query.metrics)} and ${oneOf('device', devices)}`;
    const source = this.flux.source(milliseconds(query.from, query.to), predicate);
    // sum and count lose the time of their values, but keep the start of the window.
    const rows = await this.flux.rows(flux`${IMPORTS[part] ?? flux``}${source} ${window} |> ${AGGREGATION[part]}`);
    for (const row of rows) {
      const group = query.groups.get(decodeText(String(row['device'])))!;
      const start = bucket(parseMs(String(row['_start'])));
      const key = JSON.stringify([start, group, row['_field']]);
      const pool = pools.get(key) ?? {
        sum: 0,
        count: 0,
        min: Infinity,
        max: -Infinity,
        energy: 0,
        first: null,
        last: null,
      };
      pools.set(key, pool);
      const time = part === 'first' || part === 'last' ? parseNs(String(row['_time'])) : 0n;
      addTo(pool, part, Number(row['_value']), time);
    }
  }
}

const AGGREGATION: Readonly<Record<Part, FluxPart>> = {
  sum: flux`sum()`,
  count: flux`count()`,
  min: flux`min()`,
  max: flux`max()`,
  first: flux`first()`,
  last: flux`last()`,
  // A double ends at 10^308; no level comes near.
  energy: flux`map(fn: (r) => ({r with _value: math.pow(x: 10.0, y: (if r._value > 3000.0 then 3000.0 else r._value) / 10.0)})) |> sum()`,
};

const IMPORTS: Readonly<Partial<Record<Part, FluxPart>>> = { energy: flux`import "math"\n` };

function addTo(pool: Pool, part: Part, value: number, time: bigint): void {
  if (part === 'sum' || part === 'count' || part === 'energy') pool[part] += value;
  else if (part === 'min') pool.min = Math.min(pool.min, value);
  else if (part === 'max') pool.max = Math.max(pool.max, value);
  else if (part === 'first') pool.first = pool.first === null || time < pool.first.time ? { time, value } : pool.first;
  else pool.last = pool.last === null || time > pool.last.time ? { time, value } : pool.last;
}

/** The widest window of which every bucket is made, lying so that no bucket begins inside one. */
function windows(segments: readonly BucketSegment[]): FluxPart {
  const first = segments[0]!;
  const width = segments.reduce(
    (gcd, each) =>
      greatestDivisor(greatestDivisor(greatestDivisor(gcd, each.periodMs), each.everyMs), each.anchor - first.anchor),
    0,
  );
  const offset = ((first.anchor % width) + width) % width;
  const duration = (ms: number): FluxPart => flux`duration(v: ${fluxInteger(BigInt(ms) * 1_000_000n)})`;
  return flux`|> window(every: ${duration(width)}, offset: ${duration(offset)})`;
}

function greatestDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function toRows(query: AggregateQuery, pools: ReadonlyMap<string, Pool>): AggregateRow[] {
  const rank = new Map(query.metrics.map((metric, index) => [metric, index]));
  const rows = [...pools].map(([key, pool]) => {
    const [time, group, metric] = JSON.parse(key) as [number, string, string];
    const values: Partial<Record<Aggregate, number>> = {};
    for (const aggregate of query.aggregates) values[aggregate] = valueOf(pool, aggregate);
    return { group, time, metric, values };
  });
  return rows.sort(
    (a, b) =>
      a.time - b.time ||
      (a.group < b.group ? -1 : a.group > b.group ? 1 : 0) ||
      rank.get(a.metric)! - rank.get(b.metric)!,
  );
}

function valueOf(pool: Pool, aggregate: Aggregate): number {
  if (aggregate === 'mean') return pool.sum / pool.count;
  if (aggregate === 'energyMean') return 10 * Math.log10(pool.energy / pool.count);
  if (aggregate === 'first' || aggregate === 'last') return pool[aggregate]!.value;
  return pool[aggregate];
}
