import type { LetterKey } from '#core';
import type {
  DeadLetterGroup,
  DeadLetterGroupQuery,
  DeadLetterPage,
  DeadLetterQuery,
  ReplayOutcomes,
  StoredDeadLetter,
} from '../telemetry-store.js';
import { type Cursor, readCursor, writeCursor } from './cursor.js';
import { itemOf, readDeadLetter } from './dead-letter-lines.js';
import { groupLetters } from './dead-letter-groups.query.js';
import { letterTags, lettersOf, pivoted, rangeOf } from './dead-letter-filter.js';
import { ALL_TIME, flux, fluxInteger, type FluxReader, oneOf, parseNs, type Range, stored } from './flux.js';
import type { LedgerReader } from './ledger.js';
import { pointTime } from './line-protocol.js';
import { FIELD, LETTER_FIELD, MEASUREMENT, OUTSIDE_JOURNAL } from './names.js';
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
    const visibleBefore = await this.ledger.visibleBefore();
    const found = await this.find(query, after, visibleBefore);
    const more = found.length > query.limit;
    const page = found.slice(0, query.limit);
    if (page.length === 0) return { deadLetters: [], next: null };
    const bodies = await this.bodies(query, page, visibleBefore);
    const deadLetters = page.flatMap((key) => bodies.get(keyText(key)) ?? []);
    return { deadLetters, next: more ? writeCursor(page.at(-1)!) : null };
  }

  /** Committed letters received before, oldest first, whose payload no expiry has emptied yet. */
  async unexpired(before: number, kind: string | null, limit: number): Promise<StoredDeadLetter[]> {
    const query = { departments: null, to: before, limit, oldestFirst: true };
    const visibleBefore = await this.ledger.visibleBefore();
    const fields = [FIELD.sequence, LETTER_FIELD.kind, LETTER_FIELD.payloadExpired];
    const points = this.flux.source(rangeOf(query), flux`${letterTags(query)} and ${oneOf('_field', fields)}`);
    const ofKind = kind === null ? flux`true` : flux`exists r.letter_kind and r.letter_kind == ${stored(kind)}`;
    const committed = flux`exists r.journal_sequence and r.journal_sequence >= ${fluxInteger(OUTSIDE_JOURNAL)} and r.journal_sequence < ${fluxInteger(visibleBefore)}`;
    // A column that no point of a table has does not exist there: comparing with it would fail.
    const rows = await this.flux.rows(
      flux`${points} ${pivoted} |> filter(fn: (r) => not exists r.payload_expired and ${ofKind} and ${committed})
  |> keep(columns: ["_time", "item"]) |> group() |> sort(columns: ["_time", "item"]) |> limit(n: ${limit})`,
    );
    const keys = rows.map((row) => ({ time: parseNs(String(row['_time'])), key: decodeText(String(row['item'])) }));
    if (keys.length === 0) return [];
    const bodies = await this.bodies(query, keys, visibleBefore);
    return keys.flatMap((key) => bodies.get(keyText(key)) ?? []);
  }

  async groups(query: DeadLetterGroupQuery): Promise<DeadLetterGroup[]> {
    return groupLetters(query, this.flux, await this.ledger.visibleBefore());
  }

  async replayOutcomes(job: string): Promise<ReplayOutcomes> {
    const resolved = await this.resolvedBy(job, ALL_TIME);
    const rows = await this.flux.rows(
      flux`${resolved} |> group(columns: [${LETTER_FIELD.outcome}]) |> count(column: ${LETTER_FIELD.resolvedBy})`,
    );
    const counts = new Map(
      rows.map((row) => [String(row[LETTER_FIELD.outcome]), Number(row[LETTER_FIELD.resolvedBy])]),
    );
    const of = (outcome: string): number => counts.get(outcome) ?? 0;
    return { stored: of('stored'), duplicates: of('duplicate'), deadLetters: of('dead-letter') };
  }

  async findReplayed(job: string, letters: readonly LetterKey[]): Promise<string[]> {
    if (letters.length === 0) return [];
    const asked = new Map(
      letters.map((letter) => [
        keyText({ time: pointTime(letter.receivedAt, letter.sequence), key: itemOf(letter) }),
        letter.id,
      ]),
    );
    const times = letters.map((letter) => pointTime(letter.receivedAt, letter.sequence));
    const range = {
      from: times.reduce((a, b) => (a < b ? a : b)),
      to: times.reduce((a, b) => (a > b ? a : b)) + 1n,
    };
    const rows = await this.flux.rows(
      flux`${await this.resolvedBy(job, range)} |> keep(columns: ["_time", "item"]) |> group()`,
    );
    return rows.flatMap((row) => {
      const key = { time: parseNs(String(row['_time'])), key: decodeText(String(row['item'])) };
      return asked.get(keyText(key)) ?? [];
    });
  }

  /** Points of letters whose committed resolution is of this job. */
  private async resolvedBy(job: string, range: { from: bigint; to: bigint }) {
    const fields = [LETTER_FIELD.job, LETTER_FIELD.outcome, LETTER_FIELD.resolvedBy];
    const visibleBefore = fluxInteger(await this.ledger.visibleBefore());
    const points = this.flux.source(
      range,
      flux`r._measurement == ${MEASUREMENT.deadLetter} and ${oneOf('_field', fields)}`,
    );
    return flux`${points} ${pivoted} |> filter(fn: (r) => r.resolved_job == ${stored(job)} and r.resolved_by < ${visibleBefore})`;
  }

  private async find(query: DeadLetterQuery, after: Cursor | null, visibleBefore: number): Promise<Cursor[]> {
    const range = rangeOf(query);
    const oldestFirst = query.oldestFirst === true;
    const left = after === null ? range : restOf(range, after, oldestFirst);
    if (left.from >= left.to) return [];
    const letters = lettersOf(query, this.flux, left, visibleBefore);
    const count = query.limit + 1;
    const newest = flux`|> sort(columns: ["_time", "item"], desc: ${!oldestFirst}) |> limit(n: ${count})`;
    const rest = after === null ? flux`` : flux`|> filter(fn: (r) => ${pastCursor(after, oldestFirst)})`;
    const rows = await this.flux.rows(
      flux`${letters} ${rest} |> keep(columns: ["_time", "item"]) |> group() ${newest}`,
    );
    return rows.map((row) => ({ time: parseNs(String(row['_time'])), key: decodeText(String(row['item'])) }));
  }

  private async bodies(
    query: DeadLetterQuery,
    page: readonly Cursor[],
    visibleBefore: number,
  ): Promise<Map<string, StoredDeadLetter>> {
    const ends = [page[0]!.time, page.at(-1)!.time] as const;
    const range =
      query.oldestFirst === true ? { from: ends[0], to: ends[1] + 1n } : { from: ends[1], to: ends[0] + 1n };
    const rows = await this.flux
      .rows(flux`${this.flux.source(range, flux`${letterTags(query)} and r._field != ${FIELD.sequence}`)}
  |> keep(columns: ["_time", "item", "_field", "_value"])`);
    const fields = new Map<string, Map<string, unknown>>();
    for (const row of rows) {
      const key = keyText({ time: parseNs(String(row['_time'])), key: decodeText(String(row['item'])) });
      const point = fields.get(key) ?? new Map<string, unknown>();
      point.set(String(row['_field']), row['_value']);
      fields.set(key, point);
    }
    const wanted = new Set(page.map(keyText));
    return new Map(
      [...fields].filter(([key]) => wanted.has(key)).map(([key, point]) => [key, readDeadLetter(point, visibleBefore)]),
    );
  }
}

const keyText = (cursor: Cursor): string => `${cursor.time} ${cursor.key}`;

/** The part of the range that a cursor has not passed. */
function restOf(range: Range, { time }: Cursor, oldestFirst: boolean): Range {
  if (oldestFirst) return { from: time > range.from ? time : range.from, to: range.to };
  return { from: range.from, to: time < range.to ? time + 1n : range.to };
}

function pastCursor(cursor: Cursor, oldestFirst: boolean) {
  const time = flux`time(v: ${fluxInteger(cursor.time)})`;
  const key = stored(cursor.key);
  return oldestFirst
    ? flux`r._time > ${time} or (r._time == ${time} and r.item > ${key})`
    : flux`r._time < ${time} or (r._time == ${time} and r.item < ${key})`;
}
