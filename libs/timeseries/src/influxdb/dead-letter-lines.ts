import type { DeadLetter } from '#core';
import { FIELD, MEASUREMENT, OUTSIDE_JOURNAL } from './names.js';
import { integer, line, pointTime, text, type FieldValue } from './line-protocol.js';

/** InfluxDB keeps at most 64 KB in a string field; a body is cut into parts of this many ASCII characters. */
const PART_CHARACTERS = 60_000;
const PART = /^part\d{4}$/;

/**
 * One point a letter: tags for what letters are searched by, the sequence as the field that says whether it is visible, and
 * everything else as base64 parts. Its time is the time of receipt.
 */
export function deadLetterLine(letter: DeadLetter, journalled: boolean): string {
  const { payload, ...rest } = letter;
  const body = [Buffer.from(JSON.stringify(wellFormed(rest))), payload]
    .map((bytes) => Buffer.from(bytes).toString('base64'))
    .join('.');
  const fields: Record<string, FieldValue> = {
    [FIELD.sequence]: integer(journalled ? letter.sequence : OUTSIDE_JOURNAL),
  };
  for (let at = 0, part = 0; at < body.length; at += PART_CHARACTERS, part++) {
    fields[`part${String(part).padStart(4, '0')}`] = text(body.slice(at, at + PART_CHARACTERS));
  }
  return line(MEASUREMENT.deadLetter, tagsOf(letter), fields, pointTime(letter.receivedAt, letter.sequence));
}

function tagsOf(letter: DeadLetter): Record<string, string | null> {
  const prefix = `${letter.sequence}-`;
  return {
    source: letter.source,
    device: letter.device,
    department: letter.department,
    code: letter.rejections[0]?.code ?? null,
    // Few different ones: the number of the item inside its message. With the sequence in the time it makes the point unique.
    item: letter.id.startsWith(prefix) ? letter.id.slice(prefix.length) : letter.id,
  };
}

/** Puts the parts together again; `fields` are the fields of one point. */
export function readDeadLetter(fields: ReadonlyMap<string, unknown>): DeadLetter {
  const parts = [...fields.keys()].filter((name) => PART.test(name)).sort();
  const [rest = '', payload = ''] = parts
    .map((name) => String(fields.get(name)))
    .join('')
    .split('.');
  const letter = JSON.parse(Buffer.from(rest, 'base64').toString('utf8')) as Omit<DeadLetter, 'payload'>;
  return { ...letter, payload: new Uint8Array(Buffer.from(payload, 'base64')) };
}

/** JSON can spell half a surrogate pair; what is read back must be the same as what other fields show. */
function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('utf8') as T;
  if (Array.isArray(value)) return value.map((each: unknown) => wellFormed(each)) as T;
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, wellFormed(each as unknown)])) as T;
  }
  return value;
}
