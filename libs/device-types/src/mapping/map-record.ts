import { parseIsoTime, pointerLevel, rejection } from '#codecs';
import type { Rejection } from '#core';
import type { DeviceType, MappedField, MappedTime } from '../definition/device-type.js';
import { valueAt } from '../definition/source-path.js';
import type { UplinkFrame } from '../transcoder.js';
import { applyConversion } from '../units/unit-conversion.js';

/** A number as text, as `toFixed` makes it; not '', not '0x10', not 'Infinity'. */
const NUMERAL = /^[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?$/;

/** Members of an output that are looked at, when they are metrics by name: as many as the validator would list. */
const MAX_MEMBERS = 256;
const MAX_DEPTH = 16;

/** Never part of a name, whatever a script returns (THREATS 12). */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

export interface MappedRecord {
  readonly values: Record<string, unknown>;
  /** Metric -> pointer to its value in the output. */
  readonly pointers: Map<string, string>;
  /** Milliseconds since the epoch; null when the record says nothing of it. */
  readonly time: number | null;
}

/**
 * One record of an output, or the output itself -> metrics of the kind in the kind's units. What cannot be brought into the form of its
 * metric is passed on as it is: the kind's validator refuses it alone, with the place where it came from. Never throws.
 *
 * @param pointer to the record in the output
 */
export function mapRecord(
  { fields, time: timed }: DeviceType,
  record: unknown,
  pointer: string,
  frame: UplinkFrame,
): MappedRecord | Rejection {
  const mapped = fields === null ? byName(record, pointer, timed) : byField(fields, record, pointer, frame.fPort);
  if ('code' in mapped) return mapped;
  const time = timed === null ? null : timeOf(timed, record, pointer, frame);
  return typeof time === 'object' && time !== null ? time : { ...mapped, time };
}

type Mapped = Pick<MappedRecord, 'values' | 'pointers'>;

function byField(fields: readonly MappedField[], record: unknown, pointer: string, fPort: number | undefined): Mapped {
  const mapped: Mapped = { values: {}, pointers: new Map() };
  for (const field of fields) {
    if (field.ports !== null && fPort !== undefined && !field.ports.has(fPort)) continue;
    const value = valueAt(record, field.path);
    if (value === undefined || value === null) continue;
    mapped.values[field.metric] = converted(field, value);
    mapped.pointers.set(field.metric, pointer + field.pointer);
  }
  return mapped;
}

function converted({ type, conversion, values, round }: MappedField, value: unknown): unknown {
  if (values !== null) {
    const key = typeof value === 'object' ? undefined : String(value);
    return key === undefined ? value : (values.get(key) ?? value);
  }
  if (type === 'boolean') return value === 1 ? true : value === 0 ? false : value;
  if (type === 'enum') return value;
  const number = typeof value === 'string' && NUMERAL.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return value;
  const result = applyConversion(conversion, number);
  return round === null ? result : Number(result.toFixed(round));
}

/** Leaves of the record, nested ones by their path joined with dots; its time is no metric. */
function byName(record: unknown, pointer: string, time: MappedTime | null): Mapped | Rejection {
  const mapped: Mapped = { values: {}, pointers: new Map() };
  const fault = collect(record, '', pointer, 0, time === null ? null : pointer + time.pointer, mapped);
  return fault ?? mapped;
}

function collect(
  value: unknown,
  path: string,
  pointer: string,
  depth: number,
  except: string | null,
  mapped: Mapped,
): Rejection | null {
  if (depth > MAX_DEPTH)
    return rejection('codec-output', pointer, 'The output is nested too deeply.', `at most ${MAX_DEPTH} levels`);
  if (typeof value !== 'object' || value === null) return null;
  for (const key of Object.keys(value)) {
    const name = path === '' ? key : `${path}.${key}`;
    const at = `${pointer}/${pointerLevel(key)}`;
    if (FORBIDDEN.has(key))
      return rejection('forbidden-key', at, 'The codec returned a key that is not allowed.', undefined, key);
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === 'object' && member !== null) {
      const fault = collect(member, name, at, depth + 1, except, mapped);
      if (fault !== null) return fault;
    } else if (member !== null && member !== undefined && at !== except && !mapped.pointers.has(name)) {
      if (mapped.pointers.size >= MAX_MEMBERS)
        return rejection('codec-output', pointer, 'The output has too many members.', `at most ${MAX_MEMBERS}`);
      mapped.values[name] = member;
      mapped.pointers.set(name, at);
    }
  }
  return null;
}

/** The range of an ECMAScript time value, milliseconds. */
const MAX_TIME_MS = 8.64e15;

function timeOf(time: MappedTime, record: unknown, pointer: string, frame: UplinkFrame): number | null | Rejection {
  const value = valueAt(record, time.path);
  if (value === undefined || value === null) return null;
  const ms = msOf(time, value, frame.receivedAt);
  if (ms !== null && Number.isInteger(ms) && Math.abs(ms) <= MAX_TIME_MS) return ms;
  return rejection(
    'bad-time',
    pointer + time.pointer,
    'The time that the codec gives cannot be read.',
    formOf(time),
    value,
  );
}

function msOf(time: MappedTime, value: unknown, receivedAt: number): number | null {
  if (time.format === 'iso') return typeof value === 'string' ? parseIsoTime(value) : null;
  if (typeof value !== 'number') return null;
  if (time.format === 'age') return value < 0 ? null : Math.round(receivedAt - value * time.unitMs);
  return time.format === 's' ? Math.round(value * 1000) : value;
}

function formOf(time: MappedTime): string {
  if (time.format === 'iso') return 'ISO 8601 with an offset';
  return time.format === 'age' ? `an age in ${time.unit}, at least 0` : `a number of ${time.format} since 1970`;
}
