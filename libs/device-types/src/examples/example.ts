import { parseIsoTime } from '#codecs';
import { isObject } from '../definition/shape.js';
import type { ScriptFunction } from '../sandbox/protocol.js';

/** An example of a codec: what goes in and what must come out (TS013; also as in public device repositories). */
export interface CodecExample {
  readonly description: string;
  readonly fn: ScriptFunction;
  readonly input: {
    readonly bytes?: readonly number[];
    readonly data?: unknown;
    readonly fPort: number;
    /** Milliseconds since the epoch. */
    readonly recvTime: number;
  };
  readonly output: ExpectedOutput;
  /** What `normalizeUplink` must return. */
  readonly normalizedOutput?: ExpectedOutput;
  /** What a device type must make of it, in order of time. */
  readonly readings?: readonly ExpectedReading[];
}

export interface ExpectedReading {
  /** Milliseconds since the epoch; null when the codec tells none; undefined when the example does not say. */
  readonly time: number | null | undefined;
  /** In the kind's units. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface ExpectedOutput {
  readonly data?: unknown;
  readonly bytes?: readonly number[];
  readonly fPort?: number;
  readonly warnings?: readonly string[];
  readonly errors?: readonly string[];
}

export interface ExampleFault {
  /** RFC 6901 pointer into the list. */
  readonly pointer: string;
  readonly detail: string;
}

const TYPES: Readonly<Record<string, ScriptFunction>> = {
  uplink: 'decodeUplink',
  'uplink-decode': 'decodeUplink',
  'downlink-encode': 'encodeDownlink',
  'downlink-decode': 'decodeDownlink',
};

/** Any time will do where an example does not say when it was received, as long as it is always the same. */
const SOME_TIME = Date.UTC(2024, 0, 1);

/** @param fn what the examples are of, where the file says so; else each example does, by `type` or by its input */
export function readExamples(
  list: unknown,
  fn?: ScriptFunction,
): { readonly examples: readonly CodecExample[]; readonly faults: readonly ExampleFault[] } {
  const examples: CodecExample[] = [];
  const faults: ExampleFault[] = [];
  if (!Array.isArray(list)) return { examples, faults: [{ pointer: '', detail: 'The examples must be a list.' }] };
  for (const [index, item] of (list as unknown[]).entries()) {
    const read = readExample(item, fn);
    if (typeof read === 'string') faults.push({ pointer: `/${index}`, detail: read });
    else examples.push(read);
  }
  return { examples, faults };
}

function readExample(item: unknown, ofFile: ScriptFunction | undefined): CodecExample | string {
  if (!isObject(item)) return 'An example must be an object.';
  const { description, type, input, output, normalizedOutput } = item;
  if (!isObject(input)) return 'An example needs an input, an object.';
  if (!isObject(output)) return 'An example needs an output, an object.';
  const named = typeof type === 'string' ? TYPES[type] : undefined;
  if (type !== undefined && named === undefined) return `The type must be one of ${Object.keys(TYPES).join(', ')}.`;
  const fn = ofFile ?? named ?? (input.bytes === undefined ? 'encodeDownlink' : 'decodeUplink');
  const bytes = input.bytes === undefined ? undefined : bytesOf(input.bytes);
  if (bytes === null || (bytes === undefined && fn !== 'encodeDownlink'))
    return 'The bytes of the input must be a list of numbers from 0 to 255, or hexadecimal text.';
  const { fPort = 1, recvTime } = input;
  if (typeof fPort !== 'number' || !Number.isInteger(fPort)) return 'The fPort of the input must be a whole number.';
  const time = timeOf(recvTime);
  if (time === null) return 'The recvTime of the input must be an ISO 8601 time or milliseconds.';
  const readings = readingsOf(item);
  if (typeof readings === 'string') return readings;
  return {
    description: typeof description === 'string' ? description : '',
    fn,
    // Whatever else a vendor's script wants in its input stays there.
    input: { ...input, ...(bytes === undefined ? {} : { bytes }), fPort, recvTime: time },
    output: expected(output),
    ...(isObject(normalizedOutput) ? { normalizedOutput: expected(normalizedOutput) } : {}),
    ...(readings === null ? {} : { readings }),
  };
}

/** `reading`, the metrics of the only one, or `readings`, each with its time. */
function readingsOf({ reading, readings }: Record<string, unknown>): readonly ExpectedReading[] | string | null {
  if (readings === undefined) return isObject(reading) ? [{ time: undefined, values: reading }] : null;
  if (reading !== undefined) return 'An example has a reading or readings, not both.';
  if (!Array.isArray(readings)) return 'The readings must be a list.';
  const expected: ExpectedReading[] = [];
  for (const [index, each] of (readings as unknown[]).entries()) {
    if (!isObject(each) || !isObject(each.values)) return `Reading ${index} needs values, an object.`;
    const time = each.time === undefined ? null : typeof each.time === 'string' ? parseIsoTime(each.time) : undefined;
    if (time === undefined || (time === null && each.time !== undefined))
      return `The time of reading ${index} must be ISO 8601 with an offset.`;
    expected.push({ time, values: each.values });
  }
  return expected;
}

function expected(output: Record<string, unknown>): ExpectedOutput {
  const bytes = output.bytes === undefined ? undefined : bytesOf(output.bytes);
  return { ...output, ...(bytes === undefined || bytes === null ? {} : { bytes }) };
}

/** A list of bytes, or hexadecimal digits with or without spaces. */
function bytesOf(value: unknown): readonly number[] | null {
  if (typeof value === 'string') return hexBytes(value);
  if (!Array.isArray(value)) return null;
  const numbers = (value as unknown[]).map((byte) => (typeof byte === 'string' ? Number(byte) : byte));
  return numbers.every((byte) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) <= 255)
    ? (numbers as number[])
    : null;
}

/** '01 A2 ff', '01:a2:ff', '0x01a2ff' -> bytes; null when it is no such text. */
export function hexBytes(text: string): number[] | null {
  const digits = text.replace(/^0x/i, '').replace(/[\s:-]/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return null;
  return [...Buffer.from(digits, 'hex')];
}

function timeOf(value: unknown): number | null {
  if (value === undefined || value === null) return SOME_TIME;
  const time = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : value;
  return typeof time === 'number' && Number.isFinite(time) ? time : null;
}
