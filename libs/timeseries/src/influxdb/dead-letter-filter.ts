import { fluxExpression } from '@influxdata/influxdb-client';
import type { DeadLetterFilter } from '../telemetry-store.js';
import { ALL_TIME, flux, fluxInteger, type FluxPart, type FluxReader, join, milliseconds, oneOf, type Range, stored } from './flux.js'; // prettier-ignore
import { FIELD, LETTER_FIELD, MEASUREMENT, OUTSIDE_JOURNAL } from './names.js';

/** Fields of a point side by side; tags stay in the group key. */
export const pivoted = flux`|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")`;

const SEARCHED = [
  FIELD.sequence,
  LETTER_FIELD.kind,
  LETTER_FIELD.topic,
  LETTER_FIELD.partial,
  LETTER_FIELD.resolvedBy,
] as const;

export function rangeOf(query: DeadLetterFilter): Range {
  const { from, to } = milliseconds(query.from ?? 0, query.to ?? 0);
  return { from: query.from === undefined ? ALL_TIME.from : from, to: query.to === undefined ? ALL_TIME.to : to };
}

/** What is known from the tags alone. */
export function letterTags(query: DeadLetterFilter): FluxPart {
  const equal = (column: 'device' | 'source' | 'code'): FluxPart => {
    const text = query[column];
    return text === undefined ? flux`true` : flux`r[${column}] == ${stored(text)}`;
  };
  const departments = query.departments === null ? flux`true` : oneOf('department', query.departments);
  const noDevice = query.without?.includes('device') === true ? flux`not exists r.device` : flux`true`;
  return flux`r._measurement == ${MEASUREMENT.deadLetter} and ${noDevice} and ${equal('device')} and ${equal('source')} and ${equal('code')} and ${departments}`;
}

/** Points of the letters that match and are committed. Only a filter on more than tags and the sequence costs a pivot. */
export function lettersOf(query: DeadLetterFilter, reader: FluxReader, range: Range, visibleBefore: number): FluxPart {
  const { kind, topic, partial, open } = query;
  const isTagged = kind === undefined && query.without?.includes('kind') !== true;
  if (isTagged && topic === undefined && partial === undefined && open === undefined) {
    const sequence = sequenceIs(query, flux`r._value`, visibleBefore);
    return reader.source(range, flux`${letterTags(query)} and r._field == ${FIELD.sequence} and ${sequence}`);
  }
  return searchedLetters(query, reader, range, visibleBefore);
}

/** As {@link lettersOf}, with the fields that letters are searched by as columns. */
export function searchedLetters(
  query: DeadLetterFilter,
  reader: FluxReader,
  range: Range,
  visibleBefore: number,
): FluxPart {
  const points = reader.source(range, flux`${letterTags(query)} and ${oneOf('_field', SEARCHED)}`);
  const conditions = [flux`exists r.journal_sequence`, sequenceIs(query, flux`r.journal_sequence`, visibleBefore)];
  if (query.kind !== undefined) conditions.push(flux`exists r.letter_kind and r.letter_kind == ${stored(query.kind)}`);
  if (query.without?.includes('kind') === true) conditions.push(flux`not exists r.letter_kind`);
  if (query.topic !== undefined)
    conditions.push(flux`exists r.letter_topic and r.letter_topic == ${stored(query.topic)}`);
  if (query.partial !== undefined) {
    const isPartial = flux`exists r.letter_partial and r.letter_partial == 1`;
    conditions.push(query.partial ? isPartial : flux`not (${isPartial})`);
  }
  if (query.open !== undefined) {
    const resolved = isResolved(visibleBefore);
    conditions.push(query.open ? flux`not (${resolved})` : resolved);
  }
  return flux`${points} ${pivoted} |> filter(fn: (r) => ${join(conditions, ' and ')})`;
}

/** Of a row of {@link searchedLetters}. */
export function isResolved(visibleBefore: number): FluxPart {
  return flux`exists r.resolved_by and r.resolved_by < ${fluxInteger(visibleBefore)}`;
}

function sequenceIs(query: DeadLetterFilter, sequence: FluxPart, visibleBefore: number): FluxPart {
  const column = fluxExpression(sequence.toString());
  const before = Math.min(visibleBefore, query.beforeSequence ?? Infinity);
  const visible = flux`${column} >= ${fluxInteger(OUTSIDE_JOURNAL)} and ${column} < ${fluxInteger(before)}`;
  return query.ids === undefined ? visible : flux`${visible} and ${isOneOf(query.ids, sequence)}`;
}

/** An id is the sequence and the item. */
function isOneOf(ids: readonly string[], sequence: FluxPart): FluxPart {
  const column = fluxExpression(sequence.toString());
  const alternatives = ids.flatMap((id) => {
    const parts = /^(\d{1,15})-(.+)$/s.exec(id);
    return parts === null
      ? []
      : [flux`(${column} == ${fluxInteger(Number(parts[1]))} and r.item == ${stored(parts[2]!)})`];
  });
  return alternatives.length === 0 ? flux`false` : flux`(${join(alternatives, ' or ')})`;
}
