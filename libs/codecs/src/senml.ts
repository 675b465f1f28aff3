import type { Rejection } from '#core';
import { pointerLevel, rejection } from './decoded.js';

/** SenML record as sent, with JSON labels (RFC 8428 s4.3). Nothing of it has been checked. */
export type SenmlRecord = Readonly<Record<string, unknown>>;

/** A resolved record (RFC 8428 s4.6): base fields applied, time absolute. */
export interface ResolvedRecord {
  /** Index of the record in the pack. */
  readonly index: number;
  /** Base name and name, concatenated. */
  readonly name: string;
  readonly unit: string | null;
  /** v, vs, vb or vd; null when the record only carries a sum. */
  readonly value: number | string | boolean | Uint8Array | null;
  readonly sum: number | null;
  /** Seconds since the epoch; null when the sensor knows no time and measured roughly now (time 0, s4.5.3). */
  readonly time: number | null;
  /** Seconds until the next reading at the latest. */
  readonly updateTime: number | null;
}

export interface ResolvedPack {
  /** In order of time; records of the same time keep the order of the pack. */
  readonly records: readonly ResolvedRecord[];
  /** Records whose own value cannot be used. A fault of a base field, a name or a label refuses the pack: then `records` is empty. */
  readonly rejections: readonly Rejection[];
}

/** Labels by type. Any other label is ignored unless it ends in '_' (s4.4). */
const TEXT_LABELS: readonly string[] = ['bn', 'bu', 'n', 'u'];
const NUMBER_LABELS: readonly string[] = ['bt', 'bv', 'bs', 't', 'ut'];
const REGULAR_LABELS: readonly string[] = ['n', 'u', 'v', 'vs', 'vb', 'vd', 's', 't', 'ut'];
const VALUE_LABELS = ['v', 'vs', 'vb', 'vd'] as const;
const SENML_LABELS: ReadonlySet<string> = new Set([...TEXT_LABELS, ...NUMBER_LABELS, ...VALUE_LABELS, 's', 'bver']);

/** Version that this implementation understands (s4.4). */
const VERSION = 10;
/** Times below are relative to now (s4.5.3). */
const ABSOLUTE_TIME_FROM = 2 ** 28;
/** s4.5.1 */
const NAME = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

export function isSenmlLabel(label: string): boolean {
  return SENML_LABELS.has(label);
}

interface Base {
  name: string;
  time: number;
  unit: string | null;
  value: number | null;
  sum: number | null;
  version: number | null;
}

/**
 * Resolves a SenML pack (RFC 8428 s4.6).
 *
 * @param now seconds since the epoch, what relative times are relative to: the time of receipt
 */
export function resolveSenml(pack: readonly unknown[], now: number): ResolvedPack {
  const base: Base = { name: '', time: 0, unit: null, value: null, sum: null, version: null };
  const records: ResolvedRecord[] = [];
  const rejections: Rejection[] = [];
  for (let index = 0; index < pack.length; index++) {
    const record = pack[index];
    const fault = checkRecord(record, index) ?? applyBase(base, record as SenmlRecord, index);
    if (fault !== null) return { records: [], rejections: [fault] };
    if (!REGULAR_LABELS.some((label) => label in (record as SenmlRecord))) continue; // Only sets base fields.
    const resolved = resolveRecord(base, record as SenmlRecord, index, now);
    if (typeof resolved === 'string') return { records: [], rejections: [badName(resolved, index)] };
    if ('code' in resolved) rejections.push(resolved);
    else records.push(resolved);
  }
  // s4.6: resolved records are in chronological order. Array.prototype.sort is stable.
  records.sort((a, b) => (a.time ?? now) - (b.time ?? now));
  return { records, rejections };
}

/** Turns resolved records back into a pack that resolves to the same records. */
export function encodeResolved(records: readonly ResolvedRecord[]): SenmlRecord[] {
  return records.map(({ name, unit, value, sum, time, updateTime }) => ({
    n: name,
    ...(unit === null ? {} : { u: unit }),
    ...(time === null ? {} : { t: time }),
    ...(sum === null ? {} : { s: sum }),
    ...(updateTime === null ? {} : { ut: updateTime }),
    ...(value === null ? {} : encodeValue(value)),
  }));
}

function encodeValue(value: number | string | boolean | Uint8Array): SenmlRecord {
  if (typeof value === 'number') return { v: value };
  if (typeof value === 'string') return { vs: value };
  if (typeof value === 'boolean') return { vb: value };
  return { vd: Buffer.from(value).toString('base64url') };
}

/** Faults that make the whole pack unusable, because later records depend on this one or must be understood. */
function checkRecord(record: unknown, index: number): Rejection | null {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return rejection('bad-senml', `/${index}`, 'A SenML record is an object (RFC 8428 s4).', 'an object', record);
  }
  for (const [label, value] of Object.entries(record)) {
    const pointer = `/${index}/${pointerLevel(label)}`;
    if (label.endsWith('_')) {
      return rejection(
        'bad-senml',
        pointer,
        'A label that ends in "_" must be understood, and this one is not (RFC 8428 s4.4).',
        undefined,
        label,
      );
    }
    if (TEXT_LABELS.includes(label) && typeof value !== 'string') {
      return rejection('bad-senml', pointer, `The field "${label}" has the wrong type (RFC 8428 s4.3).`, 'text', value);
    }
    if (NUMBER_LABELS.includes(label) && !Number.isFinite(value)) {
      return rejection(
        'bad-senml',
        pointer,
        `The field "${label}" has the wrong type (RFC 8428 s4.3).`,
        'a finite number',
        value,
      );
    }
  }
  return null;
}

/** Base fields hold for their own record and all that follow, until they are overridden (s4.1). */
function applyBase(base: Base, record: SenmlRecord, index: number): Rejection | null {
  const { bn, bt, bu, bv, bs, bver } = record;
  if (bn !== undefined) base.name = bn as string;
  if (bt !== undefined) base.time = bt as number;
  if (bu !== undefined) base.unit = bu as string;
  if (bv !== undefined) base.value = bv as number;
  if (bs !== undefined) base.sum = bs as number;
  if (bver === undefined) return null;
  const pointer = `/${index}/bver`;
  if (!Number.isInteger(bver) || (bver as number) < 1)
    return rejection(
      'bad-senml',
      pointer,
      'The version is a positive whole number (RFC 8428 s4.1).',
      'a positive integer',
      bver,
    );
  if ((bver as number) > VERSION)
    return rejection('bad-senml', pointer, 'This version of SenML is not understood.', `at most ${VERSION}`, bver);
  // s4.4: all records of a pack have the same version; one that comes later than the first record contradicts the default.
  const version = base.version ?? (index === 0 ? (bver as number) : VERSION);
  if (version !== bver)
    return rejection(
      'bad-senml',
      pointer,
      'All records of a pack have the same version (RFC 8428 s4.4).',
      String(version),
      bver,
    );
  base.version = version;
  return null;
}

/** @returns the record, why its value is refused, or the name when the name is at fault */
function resolveRecord(
  base: Base,
  record: SenmlRecord,
  index: number,
  now: number,
): ResolvedRecord | Rejection | string {
  const name = base.name + ((record.n as string | undefined) ?? '');
  if (!NAME.test(name)) return name;
  const value = resolveValue(base, record, index);
  if (typeof value === 'object' && value !== null && 'code' in value) return value;
  const { s, t, ut } = record;
  if (s !== undefined && !Number.isFinite(s))
    return rejection('bad-senml', `/${index}/s`, 'A sum is a number.', 'a finite number', s);
  // s4.1: a sum or base sum that is missing counts as zero when the other is there.
  const sum = s === undefined && base.sum === null ? null : ((s as number | undefined) ?? 0) + (base.sum ?? 0);
  if (value === null && sum === null) {
    return rejection(
      'bad-senml',
      `/${index}`,
      'A record has exactly one value unless it has a sum (RFC 8428 s4.2).',
      'one of v, vs, vb, vd',
      'none',
    );
  }
  const time = base.time + ((t as number | undefined) ?? 0);
  return {
    index,
    name,
    unit: (record.u as string | undefined) ?? base.unit,
    value,
    sum,
    time: time === 0 ? null : time < ABSOLUTE_TIME_FROM ? now + time : time,
    updateTime: (ut as number | undefined) ?? null,
  };
}

function resolveValue(base: Base, record: SenmlRecord, index: number): ResolvedRecord['value'] | Rejection {
  const present = VALUE_LABELS.filter((label) => record[label] !== undefined);
  if (present.length > 1)
    return rejection(
      'bad-senml',
      `/${index}`,
      'A record has exactly one value (RFC 8428 s4.2).',
      'one of v, vs, vb, vd',
      present.join(', '),
    );
  const [label] = present;
  if (label === undefined) return record.s === undefined && base.value !== null ? base.value : null;
  const value = record[label];
  const typed = VALUE_TYPES[label](value);
  if (typed === undefined)
    return rejection(
      'bad-senml',
      `/${index}/${label}`,
      `The field "${label}" has the wrong type (RFC 8428 s4.3).`,
      VALUE_NAMES[label],
      value,
    );
  if (typeof typed !== 'number' || base.value === null) return typed;
  const total = typed + base.value;
  return Number.isFinite(total)
    ? total
    : rejection(
        'bad-senml',
        `/${index}/v`,
        'Base value and value add up to more than a number can hold.',
        'a finite number',
        total,
      );
}

const VALUE_NAMES = { v: 'a finite number', vs: 'text', vb: 'true or false', vd: 'base64url without padding' } as const;

const VALUE_TYPES: Record<
  (typeof VALUE_LABELS)[number],
  (value: unknown) => Exclude<ResolvedRecord['value'], null> | undefined
> = {
  v: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined),
  vs: (value) => (typeof value === 'string' ? value : undefined),
  vb: (value) => (typeof value === 'boolean' ? value : undefined),
  vd: dataValue,
};

/** s4.2: base64url without padding in JSON. s6: a byte string in CBOR. */
function dataValue(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' && BASE64URL.test(value) && value.length % 4 !== 1
    ? Buffer.from(value, 'base64url')
    : undefined;
}

function badName(name: string, index: number): Rejection {
  const detail = 'A name begins with a letter or digit and has letters, digits and - : . / _ only (RFC 8428 s4.5.1).';
  return rejection('bad-senml', `/${index}/n`, detail, 'a name', name);
}
