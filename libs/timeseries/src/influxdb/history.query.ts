import type { HistoryPage, HistoryQuery, HistoryValue } from '../telemetry-store.js';
import { type Cursor, readCursor, writeCursor } from './cursor.js';
import {
  flux,
  fluxInteger,
  type FluxPart,
  type FluxReader,
  type FluxRow,
  milliseconds,
  oneOf,
  parseNs,
  type Range,
  stored,
} from './flux.js';
import type { LedgerReader } from './ledger.js';
import { FIELD, type KnownNames, MEASUREMENT, OUTSIDE_JOURNAL } from './names.js';
import { decodeText } from './text.js';

interface Entry {
  readonly time: bigint;
  /** As stored: it sorts as the server sorts. */
  readonly device: string;
  readonly metric: string;
  readonly value: number;
}

/** When and with which sequence a row came; derived rows have no sequence. */
interface Arrival {
  receivedAt: number;
  sequence: number;
}

/**
 * Raw rows. The first request finds the values of the page in order of time and device; the second reads when their rows were
 * received. A page ends where a row ends.
 */
export class HistoryReader {
  constructor(
    private readonly flux: FluxReader,
    private readonly names: KnownNames,
    private readonly ledger: LedgerReader,
  ) {}

  async page(query: HistoryQuery): Promise<HistoryPage> {
    const kind = this.names.kind(query.kind);
    const metrics = this.names.metrics(kind, query.metrics);
    let after = query.cursor === undefined ? null : readCursor(query.cursor);
    if (query.devices.length === 0 || query.from >= query.to) return { values: [], next: null };
    for (;;) {
      const { entries, next } = await this.entries(query, metrics, after);
      const values = await this.withArrival(query, metrics, entries);
      // Rows of a batch that is not committed yet are left out; a page of nothing else leads to the next one.
      if (values.length > 0 || next === null) return { values, next: next === null ? null : writeCursor(next) };
      after = next;
    }
  }

  private async entries(
    query: HistoryQuery,
    metrics: readonly string[],
    after: Cursor | null,
  ): Promise<{ entries: Entry[]; next: Cursor | null }> {
    const range = milliseconds(query.from, query.to);
    const from = after === null || after.time < range.from ? range.from : after.time;
    if (from >= range.to) return { entries: [], next: null };
    // With one row more than the page can hold, the row at its end is known to be whole.
    const count = query.limit + metrics.length + 1;
    const source = this.flux.source({ from, to: range.to }, predicate(query, oneOf('_field', metrics)));
    const rest = after === null ? flux`` : flux`|> filter(fn: (r) => ${pastCursor(after)})`;
    const rows = await this.flux
      .rows(flux`${source} ${rest} |> limit(n: ${count}) |> keep(columns: ["_time", "device", "_field", "_value"])
  |> group() |> sort(columns: ["_time", "device"]) |> limit(n: ${count})`);
    return cutPage(rows.map(toEntry), query.limit, rows.length === count);
  }

  private async withArrival(
    query: HistoryQuery,
    metrics: readonly string[],
    entries: readonly Entry[],
  ): Promise<HistoryValue[]> {
    if (entries.length === 0) return [];
    const range = { from: entries[0]!.time, to: entries.at(-1)!.time + 1n };
    const arrivals = await this.arrivals(query, range);
    const unseen = [...arrivals.values()].some((arrival) => arrival.sequence !== OUTSIDE_JOURNAL);
    const visibleBefore = unseen ? await this.ledger.visibleBefore() : 0;
    const order = new Map(metrics.map((metric, index) => [metric, index]));
    const rank = (entry: Entry): number => order.get(entry.metric) ?? 0;
    return [...entries]
      .sort((a, b) => compare(a.time, b.time) || compare(a.device, b.device) || rank(a) - rank(b))
      .flatMap((entry) => {
        const arrival = arrivals.get(`${entry.time} ${entry.device}`);
        if (arrival === undefined || arrival.sequence >= visibleBefore) return [];
        const { metric, value } = entry;
        return [
          {
            device: decodeText(entry.device),
            time: Number(entry.time / 1_000_000n),
            receivedAt: arrival.receivedAt,
            metric,
            value,
          },
        ];
      });
  }

  private async arrivals(query: HistoryQuery, range: Range): Promise<Map<string, Arrival>> {
    const fields = oneOf('_field', [FIELD.received, FIELD.sequence]);
    const rows = await this.flux.rows(flux`${this.flux.source(range, predicate(query, fields))}
  |> keep(columns: ["_time", "device", "_field", "_value"])`);
    const arrivals = new Map<string, Arrival>();
    for (const row of rows) {
      const key = `${parseNs(String(row['_time']))} ${String(row['device'])}`;
      const arrival = arrivals.get(key) ?? { receivedAt: 0, sequence: OUTSIDE_JOURNAL };
      if (row['_field'] === FIELD.received) arrival.receivedAt = Math.max(arrival.receivedAt, Number(row['_value']));
      else arrival.sequence = Number(row['_value']);
      arrivals.set(key, arrival);
    }
    return arrivals;
  }
}

function predicate(query: HistoryQuery, fields: FluxPart): FluxPart {
  const measurements = oneOf('_measurement', [query.kind, MEASUREMENT.derived(query.kind)]);
  return flux`${measurements} and ${fields} and ${oneOf('device', query.devices)}`;
}

function pastCursor(cursor: Cursor): FluxPart {
  const time = flux`time(v: ${fluxInteger(cursor.time)})`;
  return flux`r._time > ${time} or (r._time == ${time} and r.device > ${stored(decodeText(cursor.key))})`;
}

function toEntry(row: FluxRow): Entry {
  return {
    time: parseNs(String(row['_time'])),
    device: String(row['device']),
    metric: String(row['_field']),
    value: Number(row['_value']),
  };
}

/** Whole rows that hold at most `limit` values, or one row when that alone holds more. `entries` are in order. */
function cutPage(entries: readonly Entry[], limit: number, more: boolean): { entries: Entry[]; next: Cursor | null } {
  if (!more && entries.length <= limit) return { entries: [...entries], next: null };
  let end = 0;
  for (let at = 0; at < entries.length;) {
    const rowEnd = endOfRow(entries, at);
    if (rowEnd > limit && end > 0) break;
    end = rowEnd;
    at = rowEnd;
  }
  const last = entries[end - 1]!;
  return { entries: entries.slice(0, end), next: { time: last.time, key: last.device } };
}

function endOfRow(entries: readonly Entry[], start: number): number {
  let end = start + 1;
  while (
    end < entries.length &&
    entries[end]!.time === entries[start]!.time &&
    entries[end]!.device === entries[start]!.device
  )
    end++;
  return end;
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
