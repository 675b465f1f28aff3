import type { DeadLetter, LetterKey, Outcome } from '#core';
import type { LetterResolution, ResolvedLetter, StoredDeadLetter } from '../telemetry-store.js';
import { FIELD, LETTER_FIELD, MEASUREMENT, OUTSIDE_JOURNAL } from './names.js';
import { integer, line, pointTime, text, type FieldValue } from './line-protocol.js';
import { decodeText } from './text.js';

/** InfluxDB keeps at most 64 KB in a string field; a body is cut into parts of this many ASCII characters. */
const PART_CHARACTERS = 60_000;
const PART = /^part\d{4}$/;

/**
 * One point a letter: tags for what letters are searched by, the sequence as the field that says whether it is visible, and
 * everything else as base64 parts. Its time is the time of receipt.
 */
export function deadLetterLine(letter: DeadLetter, journalled: boolean): string {
  const fields: Record<string, FieldValue> = {
    [FIELD.sequence]: integer(journalled ? letter.sequence : OUTSIDE_JOURNAL),
    [LETTER_FIELD.topic]: text(letter.topic),
    [LETTER_FIELD.partial]: integer(letter.partial ? 1 : 0),
    ...(letter.kind === null ? {} : { [LETTER_FIELD.kind]: text(letter.kind) }),
  };
  Object.assign(fields, bodyFields(letter));
  const tags = tagsOf({ ...letter, code: letter.rejections[0]?.code ?? null });
  return line(MEASUREMENT.deadLetter, tags, fields, pointTime(letter.receivedAt, letter.sequence));
}

/** The same point with an empty body: code and pointer of each rejection stay, and all that the letter is searched by. */
export function emptiedLetterLine({ resolution: _resolution, ...letter }: StoredDeadLetter): string {
  const rejections = letter.rejections.map(({ code, pointer }) => ({ code, pointer, detail: 'Expired.' }));
  const emptied = bodyFields({ ...letter, rejections, payload: new Uint8Array() });
  // Parts that the shorter body has no need of must be written over as well.
  const before = Object.keys(bodyFields(letter)).map((name) => [name, text('')] as const);
  const fields = { ...Object.fromEntries(before), ...emptied, [LETTER_FIELD.payloadExpired]: integer(1) };
  const tags = tagsOf({ ...letter, code: letter.rejections[0]?.code ?? null });
  return line(MEASUREMENT.deadLetter, tags, fields, pointTime(letter.receivedAt, letter.sequence));
}

function bodyFields({ payload, ...rest }: DeadLetter): Record<string, FieldValue> {
  const body = [Buffer.from(JSON.stringify(wellFormed(rest))), payload]
    .map((bytes) => Buffer.from(bytes).toString('base64'))
    .join('.');
  const fields: Record<string, FieldValue> = {};
  for (let at = 0, part = 0; at < body.length; at += PART_CHARACTERS, part++) {
    fields[`part${String(part).padStart(4, '0')}`] = text(body.slice(at, at + PART_CHARACTERS));
  }
  return fields;
}

/**
 * A resolution is four more fields on the point of its letter: where the letter goes, by retention or expiry, it goes too. An attempt
 * that is not committed yet hides the resolution before it for that moment.
 */
export function resolutionLine({ letter, outcome, sequence, at, job }: ResolvedLetter): string {
  const fields: Record<string, FieldValue> = {
    [LETTER_FIELD.resolvedBy]: integer(sequence),
    [LETTER_FIELD.outcome]: text(outcome),
    [LETTER_FIELD.resolvedAt]: integer(at),
    [LETTER_FIELD.job]: text(job),
  };
  return line(MEASUREMENT.deadLetter, tagsOf(letter), fields, pointTime(letter.receivedAt, letter.sequence));
}

type TagFacts = Omit<LetterKey, 'code'> & { readonly code: string | null };

function tagsOf({ id, sequence, source, device, department, code }: TagFacts): Record<string, string | null> {
  return { source, device, department, code, item: itemOf({ id, sequence }) };
}

/** The number of the item inside its message: few different ones. With the sequence in the time it makes the point unique. */
export function itemOf({ id, sequence }: Pick<DeadLetter, 'id' | 'sequence'>): string {
  const prefix = `${sequence}-`;
  return id.startsWith(prefix) ? id.slice(prefix.length) : id;
}

/** Puts the parts together again; `fields` are the fields of one point. Resolutions from `visibleBefore` on are not committed yet. */
export function readDeadLetter(fields: ReadonlyMap<string, unknown>, visibleBefore: number): StoredDeadLetter {
  const parts = [...fields.keys()].filter((name) => PART.test(name)).sort();
  const [rest = '', payload = ''] = parts
    .map((name) => String(fields.get(name)))
    .join('')
    .split('.');
  const letter = JSON.parse(Buffer.from(rest, 'base64').toString('utf8')) as Omit<DeadLetter, 'payload'>;
  return {
    ...letter,
    payload: new Uint8Array(Buffer.from(payload, 'base64')),
    resolution: readResolution(fields, visibleBefore),
  };
}

function readResolution(fields: ReadonlyMap<string, unknown>, visibleBefore: number): LetterResolution | null {
  const sequence = fields.get(LETTER_FIELD.resolvedBy);
  if (typeof sequence !== 'number' || sequence >= visibleBefore) return null;
  return {
    sequence,
    outcome: String(fields.get(LETTER_FIELD.outcome)) as Outcome,
    at: Number(fields.get(LETTER_FIELD.resolvedAt)),
    job: decodeText(String(fields.get(LETTER_FIELD.job))),
  };
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
