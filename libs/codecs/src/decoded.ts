import type { DecodedItem, ErrorCode, Rejection } from '#core';

/** What a codec makes of a payload. One bad item of an array is a rejection beside the items that are sound. */
export interface Decoded {
  readonly items: readonly DecodedItem[];
  readonly rejections: readonly Rejection[];
}

/** Longest `actual` that a rejection quotes: enough to recognise the value, not enough to carry a payload away. */
const MAX_QUOTED = 80;

export function rejection(
  code: ErrorCode,
  pointer: string,
  detail: string,
  expected?: string,
  actual?: unknown,
): Rejection {
  return {
    code,
    pointer,
    detail,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual: quote(actual) }),
  };
}

/** The whole payload is refused. */
export function refused(reason: Rejection): Decoded {
  return { items: [], rejections: [reason] };
}

/** One level of an RFC 6901 pointer. */
export function pointerLevel(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function quote(value: unknown): string {
  let text: string;
  if (typeof value === 'string') text = value;
  else if (value instanceof Uint8Array) text = `${value.length} bytes`;
  else if (Array.isArray(value)) text = `an array of ${value.length}`;
  else if (typeof value === 'object' && value !== null) text = 'an object';
  else text = String(value);
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}...` : text;
}
