import { fluxExpression } from '@influxdata/influxdb-client';
import type { DeadLetterGroup, DeadLetterGroupQuery, DeadLetterGrouping } from '../telemetry-store.js';
import { isResolved, rangeOf, searchedLetters } from './dead-letter-filter.js';
import { flux, type FluxReader, type FluxRow, join } from './flux.js';
import { LETTER_FIELD } from './names.js';
import { decodeText } from './text.js';

/** Column of a pivoted letter that holds it. */
const COLUMN: Readonly<Record<DeadLetterGrouping, string>> = {
  code: 'code',
  device: 'device',
  source: 'source',
  kind: LETTER_FIELD.kind,
  topic: LETTER_FIELD.topic,
};

const NS_PER_MS = 1_000_000;
const EMPTY: DeadLetterGroup = { key: {}, letters: 0, open: 0, first: 0, last: 0, example: '' };

/** Counted on the server, one row a group; sorted and cut here. */
export async function groupLetters(
  query: DeadLetterGroupQuery,
  reader: FluxReader,
  visibleBefore: number,
): Promise<DeadLetterGroup[]> {
  const nothing = query.by.length === 0 ? [EMPTY] : [];
  const range = rangeOf(query);
  if (query.departments?.length === 0 || query.ids?.length === 0 || range.from >= range.to) return nothing;
  const letters = searchedLetters(query, reader, range, visibleBefore);
  const keys = query.by.map((by) => fluxExpression(`${by}: if exists r.${COLUMN[by]} then r.${COLUMN[by]} else ""`));
  const columns = join(
    query.by.map((by) => flux`${by}`),
    ', ',
  );
  const rows = await reader.rows(flux`${letters}
  |> map(fn: (r) => ({ ${join([...keys, flux`time: int(v: r._time), item: r.item, sequence: r.journal_sequence, open: if ${isResolved(visibleBefore)} then 0 else 1`], ', ')} }))
  |> group(columns: [${columns}])
  |> reduce(
    identity: {letters: 0, open_letters: 0, first: 9223372036854775807, last: -9223372036854775807, last_item: "", last_sequence: 0},
    fn: (r, accumulator) => ({
      letters: accumulator.letters + 1,
      open_letters: accumulator.open_letters + r.open,
      first: if r.time < accumulator.first then r.time else accumulator.first,
      last: if r.time >= accumulator.last then r.time else accumulator.last,
      last_item: if r.time >= accumulator.last then r.item else accumulator.last_item,
      last_sequence: if r.time >= accumulator.last then r.sequence else accumulator.last_sequence,
    }))`);
  const groups = rows.map((row) => toGroup(row, query.by)).sort(inOrder(query.by));
  return groups.length === 0 ? nothing : groups.slice(0, query.limit);
}

function toGroup(row: FluxRow, by: readonly DeadLetterGrouping[]): DeadLetterGroup {
  const text = (column: string): string | null => {
    const value = row[column];
    return typeof value === 'string' && value !== '' ? decodeText(value) : null;
  };
  return {
    key: Object.fromEntries(by.map((each) => [each, text(each)])),
    letters: Number(row['letters']),
    open: Number(row['open_letters']),
    first: Math.floor(Number(row['first']) / NS_PER_MS),
    last: Math.floor(Number(row['last']) / NS_PER_MS),
    example: `${String(row['last_sequence'])}-${text('last_item') ?? ''}`,
  };
}

function inOrder(by: readonly DeadLetterGrouping[]) {
  const keyOf = (group: DeadLetterGroup): string => by.map((each) => group.key[each] ?? '').join('\0');
  return (a: DeadLetterGroup, b: DeadLetterGroup): number =>
    b.letters - a.letters || (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0);
}
