import type { Rejection } from '#core';
import { rejection } from './decoded.js';
import type { Limits } from './limits.js';

const PLAIN = 0;
const QUOTE = 1;
const OPEN = 2;
const CLOSE = 3;
const COMMA = 4;
const COLON = 5;
const HIGH = 6;
const BACKSLASH = 0x5c;
const QUOTE_BYTE = 0x22;

const CLASS = new Uint8Array(256).fill(HIGH, 0x80);
CLASS[QUOTE_BYTE] = QUOTE;
CLASS[0x5b] = CLASS[0x7b] = OPEN;
CLASS[0x5d] = CLASS[0x7d] = CLOSE;
CLASS[0x2c] = COMMA;
CLASS[0x3a] = COLON;

/** Members that JavaScript gives a meaning of its own (THREATS 12). */
const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype'];
const FORBIDDEN_LENGTHS: readonly number[] = FORBIDDEN.map((key) => key.length);

/** Counters of one scan by depth; the scan is synchronous, so one set serves all calls. */
const MAX_COUNTED_DEPTH = 64;
const commas = new Uint32Array(MAX_COUNTED_DEPTH + 1);
const colons = new Uint32Array(MAX_COUNTED_DEPTH + 1);

/**
 * One pass over the bytes of a JSON text that enforces the limits and refuses forbidden keys, without building anything.
 * It does not check the grammar: `JSON.parse` does, on a text that is then known to be small and shallow.
 *
 * @returns whether all bytes are ASCII (so that decoding the text is a copy), or why the payload is refused
 */
export function scanJson(bytes: Uint8Array, limits: Limits): boolean | Rejection {
  const end = bytes.length;
  if (end > limits.maxBytes)
    return rejection(
      'too-large',
      '',
      'The payload has too many bytes.',
      `at most ${limits.maxBytes} bytes`,
      `${end} bytes`,
    );
  const maxDepth = Math.min(limits.maxDepth, MAX_COUNTED_DEPTH);
  let ascii = true;
  let depth = 0;
  commas[0] = 0;
  colons[0] = 0;
  for (let at = 0; at < end; at++) {
    switch (CLASS[bytes[at]!]) {
      case PLAIN:
        break;
      case QUOTE: {
        const start = at + 1;
        let escaped = false;
        for (at = start; at < end; at++) {
          const byte = bytes[at]!;
          if (byte === QUOTE_BYTE) break;
          if (byte === BACKSLASH) {
            escaped = true;
            at++;
          } else if (byte >= 0x80) ascii = false;
        }
        const fault = checkString(bytes, start, at, escaped, limits);
        if (fault !== null) return fault;
        break;
      }
      case OPEN:
        if (++depth > maxDepth)
          return rejection('too-deep', '', 'The payload is nested too deeply.', `at most ${maxDepth} levels`);
        commas[depth] = 0;
        colons[depth] = 0;
        break;
      case CLOSE:
        if (depth > 0) depth--;
        break;
      case COMMA:
        if (++commas[depth]! >= limits.maxItems)
          return rejection('too-large', '', 'The payload has too many items.', `at most ${limits.maxItems} items`);
        break;
      case COLON:
        if (++colons[depth]! > limits.maxKeys)
          return rejection(
            'too-large',
            '',
            'An object of the payload has too many members.',
            `at most ${limits.maxKeys} members`,
          );
        break;
      default:
        ascii = false;
    }
  }
  return ascii;
}

function checkString(
  bytes: Uint8Array,
  start: number,
  end: number,
  escaped: boolean,
  limits: Limits,
): Rejection | null {
  const length = end - start;
  if (length > limits.maxStringBytes) {
    return rejection(
      'too-large',
      '',
      'A string of the payload is too long.',
      `at most ${limits.maxStringBytes} bytes`,
      `${length} bytes`,
    );
  }
  if (!escaped && length !== FORBIDDEN_LENGTHS[0] && length !== FORBIDDEN_LENGTHS[1]) return null;
  if (!isKey(bytes, end + 1)) return null;
  const key = escaped
    ? unescape(bytes, start, end)
    : Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
  return FORBIDDEN.includes(key) ? forbiddenKey(key) : null;
}

export function forbiddenKey(key: string, pointer = ''): Rejection {
  return rejection('forbidden-key', pointer, `The key '${key}' is not allowed in a payload.`, undefined, key);
}

export function isForbiddenKey(key: string): boolean {
  return FORBIDDEN.includes(key);
}

function isKey(bytes: Uint8Array, after: number): boolean {
  let at = after;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  return bytes[at] === 0x3a;
}

function unescape(bytes: Uint8Array, start: number, end: number): string {
  try {
    return JSON.parse(
      `"${Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')}"`,
    ) as string;
  } catch {
    return ''; // JSON.parse of the whole text will say what is wrong with it.
  }
}
