import { parseIsoTime, pointerLevel, rejection } from '#codecs';
import type { Rejection } from '#core';
import type { DeviceType, MappedField } from '../definition/device-type.js';
import { valueAt } from '../definition/source-path.js';
import type { Transcoded } from '../transcoder.js';
import { applyConversion } from '../units/unit-conversion.js';

/** A number as text, as `toFixed` makes it; not '', not '0x10', not 'Infinity'. */
const NUMERAL = /^[+-]?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?$/;

/** Members of an output that are looked at, when they are metrics by name: as many as the validator would list. */
const MAX_MEMBERS = 256;
const MAX_DEPTH = 16;

/** Never part of a name, whatever a script returns (THREATS 12). */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Output of a codec -> metrics of the kind in the kind's units. What cannot be brought into the form of its metric is passed on as it is: the
 * kind's validator refuses it alone, with the place where it came from. Never throws, whatever the output is.
 *
 * @param fPort undefined when it is not known: filters by port then let everything pass
 */
export function mapOutput(
  type: DeviceType,
  output: unknown,
  fPort?: number,
  warnings: readonly string[] = [],
): Transcoded {
  if (type.ports !== null && fPort !== undefined && !type.ports.has(fPort))
    return refused(
      rejection(
        'unsupported-event',
        '',
        `Device type '${type.id}' reads telemetry from other ports only.`,
        `port ${[...type.ports].join(', ')}`,
        fPort,
      ),
    );
  const mapped = type.fields === null ? byName(output) : byField(type.fields, output, fPort);
  if ('code' in mapped) return refused(mapped);
  const { values, pointers } = mapped;
  const time = timeOf(type, output);
  if (typeof time === 'object') return refused(time);
  return { values, pointers, warnings, ...(time === undefined ? {} : { time }) };
}

interface Mapped {
  readonly values: Record<string, unknown>;
  readonly pointers: Map<string, string>;
}

function byField(fields: readonly MappedField[], output: unknown, fPort: number | undefined): Mapped {
  const mapped: Mapped = { values: {}, pointers: new Map() };
  for (const field of fields) {
    if (field.ports !== null && fPort !== undefined && !field.ports.has(fPort)) continue;
    const value = valueAt(output, field.path);
    if (value === undefined || value === null) continue;
    mapped.values[field.metric] = converted(field, value);
    mapped.pointers.set(field.metric, field.pointer);
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

/** Leaves of the output, nested ones by their path joined with dots. */
function byName(output: unknown): Mapped | Rejection {
  const mapped: Mapped = { values: {}, pointers: new Map() };
  const fault = collect(output, '', '', 0, mapped);
  return fault ?? mapped;
}

function collect(value: unknown, path: string, pointer: string, depth: number, mapped: Mapped): Rejection | null {
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
      const fault = collect(member, name, at, depth + 1, mapped);
      if (fault !== null) return fault;
    } else if (member !== null && member !== undefined && !mapped.pointers.has(name)) {
      if (mapped.pointers.size >= MAX_MEMBERS)
        return rejection('codec-output', pointer, 'The output has too many members.', `at most ${MAX_MEMBERS}`);
      mapped.values[name] = member;
      mapped.pointers.set(name, at);
    }
  }
  return null;
}

function timeOf({ time }: DeviceType, output: unknown): number | undefined | Rejection {
  if (time === null) return undefined;
  const value = valueAt(output, time.path);
  if (value === undefined || value === null) return undefined;
  const form = time.format === 'iso' ? 'ISO 8601 with an offset' : `a number of ${time.format} since 1970`;
  let ms: number | null = null;
  if (time.format === 'iso') ms = typeof value === 'string' ? parseIsoTime(value) : null;
  else if (typeof value === 'number') ms = time.format === 's' ? Math.round(value * 1000) : value;
  if (ms !== null && Number.isInteger(ms) && Math.abs(ms) <= 8.64e15) return ms;
  return rejection('bad-time', time.pointer, 'The time that the codec gives cannot be read.', form, value);
}

function refused(reason: Rejection): Transcoded {
  return { rejections: [reason] };
}
