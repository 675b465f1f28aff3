import type { DecodedItem, Rejection } from '#core';
import { type Decoded, refused, rejection } from './decoded.js';
import { parseDeviceTime } from './device-time.js';

const MAX_BOOT_LENGTH = 64;

/**
 * The native format (DESIGN section 4): `{"ts", "seq", "boot", "values": {...}}` or an array of them.
 *
 * `ts` (whole milliseconds since 1970, or ISO 8601 with offset), `seq` and `boot` may be absent or null. Other members are
 * ignored, so that devices may add their own. One bad element of an array is refused alone.
 */
export function decodeNative(value: unknown): Decoded {
  if (!Array.isArray(value)) {
    const item = decodeItem(value, '');
    return isItem(item) ? { items: [item], rejections: [] } : refused(item);
  }
  if (value.length === 0)
    return refused(
      rejection('bad-payload', '', 'The array holds no reading.', 'at least one reading', 'an array of 0'),
    );
  const items: DecodedItem[] = [];
  const rejections: Rejection[] = [];
  for (let i = 0; i < value.length; i++) {
    const item = decodeItem(value[i], `/${i}`);
    if (isItem(item)) items.push(item);
    else rejections.push(item);
  }
  return { items, rejections };
}

interface NativeReading {
  readonly ts?: unknown;
  readonly seq?: unknown;
  readonly boot?: unknown;
  readonly values?: unknown;
}

function decodeItem(value: unknown, pointer: string): DecodedItem | Rejection {
  if (!isObject(value)) {
    return rejection('bad-payload', pointer, 'A reading is an object with a member "values".', 'an object', value);
  }
  const { ts, seq, boot, values } = value as NativeReading;
  if (!isObject(values)) {
    return rejection(
      'bad-payload',
      `${pointer}/values`,
      'A reading holds its metrics in the member "values".',
      'an object',
      values ?? 'nothing',
    );
  }
  // One literal of one shape: the stages that follow stay monomorphic.
  const item: { -readonly [K in 'pointer' | 'device' | 'time' | 'boot' | 'seq' | 'values']: DecodedItem[K] } = {
    pointer,
    device: undefined,
    time: undefined,
    boot: undefined,
    seq: undefined,
    values: values as Record<string, unknown>,
  };
  if (ts !== undefined && ts !== null) {
    const time = parseDeviceTime(ts);
    if (time === null) return badTime(`${pointer}/ts`, ts);
    item.time = time;
  }
  if (seq !== undefined && seq !== null) {
    if (!Number.isSafeInteger(seq) || (seq as number) < 0)
      return badSequence(`${pointer}/seq`, 'a whole number from 0 to 2^53 - 1', seq);
    item.seq = (seq as number) + 0; // -0 becomes 0
  }
  if (boot !== undefined && boot !== null) {
    const text = bootText(boot);
    if (text === null)
      return badSequence(`${pointer}/boot`, `text of 1 to ${MAX_BOOT_LENGTH} characters, or a whole number`, boot);
    item.boot = text;
  }
  return item;
}

/** A boot counter sent as a number means the same as its digits sent as text. */
function bootText(boot: unknown): string | null {
  if (typeof boot === 'string') return boot.length > 0 && boot.length <= MAX_BOOT_LENGTH ? boot : null;
  return Number.isSafeInteger(boot) ? String(boot) : null;
}

function badTime(pointer: string, actual: unknown): Rejection {
  return rejection(
    'bad-time',
    pointer,
    'The time stamp cannot be read.',
    'whole milliseconds since 1970, or ISO 8601 with an offset',
    actual,
  );
}

function badSequence(pointer: string, expected: string, actual: unknown): Rejection {
  return rejection('bad-sequence', pointer, 'The sequence cannot be used.', expected, actual);
}

function isItem(result: DecodedItem | Rejection): result is DecodedItem {
  return 'values' in result;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
