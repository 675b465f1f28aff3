import type { Rejection } from '#core';
import { rejection } from './decoded.js';
import { scanJson } from './json-scan.js';
import type { Limits } from './limits.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

export type ParsedJson =
  { readonly value: unknown; readonly fault: null } | { readonly value: null; readonly fault: Rejection };

/** Parses a payload within limits. RFC 8259 s8.1: the text is UTF-8. Of repeated keys the last one counts. */
export function parseJson(bytes: Uint8Array, limits: Limits): ParsedJson {
  const scanned = scanJson(bytes, limits);
  if (typeof scanned === 'object') return { value: null, fault: scanned };
  let text: string;
  if (scanned) {
    text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  } else {
    try {
      text = utf8.decode(bytes);
    } catch {
      return { value: null, fault: rejection('bad-json', '', 'The payload is not UTF-8 text.') };
    }
  }
  try {
    return { value: JSON.parse(text), fault: null };
  } catch (error) {
    // V8's message quotes the text around the fault; `actual` of rejections is capped, so must this be.
    return {
      value: null,
      fault: rejection('bad-json', '', 'The payload is not valid JSON.', undefined, (error as Error).message),
    };
  }
}
