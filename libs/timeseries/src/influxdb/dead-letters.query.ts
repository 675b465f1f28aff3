import type { DeadLetter } from '#core';
import type { DeadLetterPage, DeadLetterQuery } from '../telemetry-store.js';
import { type Cursor, readCursor, writeCursor } from './cursor.js';
import { readDeadLetter } from './dead-letter-lines.js';
import {
  ALL_TIME,
  flux,
  fluxInteger,
  type FluxPart,
  type FluxReader,
  milliseconds,
  oneOf,
  parseNs,
  stored,
} from './flux.js';
import type { LedgerReader } from './ledger.js';
import { FIELD, MEASUREMENT, OUTSIDE_JOURNAL } from './names.js';
import { decodeText } from './text.js';

/** Finds letters by their tags and time first; bodies are read only for those of the page. */
export class DeadLetterReader {
  constructor(
    private readonly flux: FluxReader,
    private readonly ledger: LedgerReader,
  ) {}

  async page(query: DeadLetterQuery): Promise<DeadLetterPage> {
    const after = query.cursor === undefined ? null : readCursor(query.cursor);
    if (query.departments?.length === 0) return { deadLetters: [], next: null };
    const found = await this.find(query, after);
    const more = found.length > query.limit;
    const page = found.slice(0, query.limit);
    if (page.length === 0) return { deadLetters: [], next: null };
    const bodies = await this.bodies(query, page);
    const deadLetters = page.flatMap((key) => bodies.get(keyText(key)) ?? []);
    return { deadLetters, next: more ? writeCursor(page.at(-1)!) : null };
  }

  private async find(query: DeadLetterQuery, after: Cursor | null): Promise<Cursor[]> {
    const range = rangeOf(query);
    const end = after === null || after.time >= range.to ? range.to : after.time + 1n;
    if (range.from >= end) return [];
    const visibleBefore = await this.ledger.visibleBefore();
    const visible = flux`r._field == ${FIELD.sequence} and r._value >= ${fluxInteger(OUTSIDE_JOURNAL)} and r._value < ${fluxInteger(visibleBefore)}`;
    const source = this.flux.source({ from: range.from, to: end }, flux`${tags(query)} and ${visible}`);
    const count = query.limit + 1;
    const newest = flux`|> sort(columns: ["_time", "item"], desc: true) |> limit(n: ${count})`;
    const rest = after === null ? flux`` : flux`|> filter(fn: (r) => ${pastCursor(after)})`;
    const rows = await this.flux.rows(flux`${source} ${rest} |> keep(columns: ["_time", "item"]) |> group() ${newest}`);
    return rows.map((row) => ({ time: parseNs(String(row['_time'])), key: decodeText(String(row['item'])) }));
  }

  private async bodies(query: DeadLetterQuery, page: readonly Cursor[]): Promise<Map<string, DeadLetter>> {
    const range = { from: page.at(-1)!.time, to: page[0]!.time + 1n };
    const rows = await this.flux
      .rows(flux`${this.flux.source(range, flux`${tags(query)} and r._field != ${FIELD.sequence}`)}
  |> keep(columns: ["_time", "item", "_field", "_value"])`);
    const fields = new Map<string, Map<string, unknown>>();
    for (const row of rows) {
      const key = keyText({ time: parseNs(String(row['_time'])), key: decodeText(String(row['item'])) });
      const point = fields.get(key) ?? new Map<string, unknown>();
      point.set(String(row['_field']), row['_value']);
      fields.set(key, point);
    }
    const wanted = new Set(page.map(keyText));
    return new Map([...fields].filter(([key]) => wanted.has(key)).map(([key, point]) => [key, readDeadLetter(point)]));
  }
}

const keyText = (cursor: Cursor): string => `${cursor.time} ${cursor.key}`;

function rangeOf(query: DeadLetterQuery): { from: bigint; to: bigint } {
  const { from, to } = milliseconds(query.from ?? 0, query.to ?? 0);
  return { from: query.from === undefined ? ALL_TIME.from : from, to: query.to === undefined ? ALL_TIME.to : to };
}

function tags(query: DeadLetterQuery): FluxPart {
  const equal = (column: 'device' | 'source' | 'code'): FluxPart => {
    const text = query[column];
    return text === undefined ? flux`true` : flux`r[${column}] == ${stored(text)}`;
  };
  const departments = query.departments === null ? flux`true` : oneOf('department', query.departments);
  return flux`r._measurement == ${MEASUREMENT.deadLetter} and ${equal('device')} and ${equal('source')} and ${equal('code')} and ${departments}`;
}

function pastCursor(cursor: Cursor): FluxPart {
  const time = flux`time(v: ${fluxInteger(cursor.time)})`;
  return flux`r._time < ${time} or (r._time == ${time} and r.item < ${stored(cursor.key)})`;
}
