import type { Rejection } from '#core';
import { forbiddenKey, isForbiddenKey } from './json-scan.js';
import { rejection } from './decoded.js';
import type { Limits } from './limits.js';

/** Values of the part of CBOR (RFC 8949) that SenML uses (RFC 8428 s6). */
export type CborValue = number | string | boolean | null | Uint8Array | CborValue[] | Map<CborValue, CborValue>;

export type ParsedCbor =
  { readonly value: CborValue; readonly fault: null } | { readonly value: null; readonly fault: Rejection };

/**
 * Parses one CBOR data item within limits.
 *
 * Our own reader rather than a library's, because every limit has to hold before anything is built: a head may declare
 * 2^64 elements in nine bytes. It takes what RFC 8428 s6 allows: integers, floats, decimal fractions (tag 4), text and byte
 * strings of definite length, arrays and maps of either length, true, false, null. Other tags and simple values, numbers
 * that no double holds exactly, and bytes after the item are refused.
 */
export function parseCbor(bytes: Uint8Array, limits: Limits): ParsedCbor {
  if (bytes.length > limits.maxBytes) {
    return {
      value: null,
      fault: rejection(
        'too-large',
        '',
        'The payload has too many bytes.',
        `at most ${limits.maxBytes} bytes`,
        `${bytes.length} bytes`,
      ),
    };
  }
  const reader = new CborReader(bytes, limits);
  try {
    return { value: reader.readAll(), fault: null };
  } catch (error) {
    if (error instanceof CborFault) return { value: null, fault: error.rejection };
    throw error;
  }
}

/** Carries a rejection out of the recursion; never leaves this file. */
class CborFault extends Error {
  constructor(readonly rejection: Rejection) {
    super(rejection.detail);
  }
}

const BREAK = Symbol('break');
const INDEFINITE = 31;
const utf8 = new TextDecoder('utf-8', { fatal: true });

class CborReader {
  private at = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: Limits,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  readAll(): CborValue {
    const value = this.readValue(0);
    if (this.at !== this.bytes.length) this.fail('There are bytes after the end of the CBOR item.');
    return value;
  }

  private readValue(depth: number): CborValue {
    const value = this.readItem(depth);
    if (value === BREAK) this.fail('A "break" stands where a value should.');
    return value;
  }

  private readItem(depth: number): CborValue | typeof BREAK {
    const head = this.byte();
    const major = head >> 5;
    const info = head & 0x1f;
    if (major === 7) return this.readSimple(info);
    const length = this.argument(major, info);
    switch (major) {
      case 0:
        return this.exact(length);
      case 1:
        return -1 - this.exact(length);
      case 2:
        return this.string(length).slice();
      case 3:
        return this.text(length);
      case 4:
        return this.readArray(length, depth + 1);
      case 5:
        return this.readMap(length, depth + 1);
      default:
        return this.readTag(length, depth + 1);
    }
  }

  /** The argument of a head (RFC 8949 s3); Infinity for an indefinite length. */
  private argument(major: number, info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.byte();
    if (info === 25) return this.view.getUint16(this.take(2));
    if (info === 26) return this.view.getUint32(this.take(4));
    if (info === 27) {
      const at = this.take(8);
      return this.view.getUint32(at) * 2 ** 32 + this.view.getUint32(at + 4);
    }
    if (info === INDEFINITE && (major === 4 || major === 5)) return Infinity;
    // RFC 8428 s6: strings are of definite length.
    return this.fail('The CBOR uses a length that SenML does not allow.');
  }

  private readArray(length: number, depth: number): CborValue[] {
    this.checkDepth(depth);
    this.checkCount(length, this.limits.maxItems, 'items');
    const items: CborValue[] = [];
    while (items.length < length) {
      const item = this.readItem(depth);
      if (item === BREAK) {
        if (length === Infinity) return items;
        this.fail('A "break" stands where a value should.');
      }
      if (items.length >= this.limits.maxItems) this.tooMany(this.limits.maxItems, 'items');
      items.push(item);
    }
    return items;
  }

  private readMap(length: number, depth: number): Map<CborValue, CborValue> {
    this.checkDepth(depth);
    this.checkCount(length, this.limits.maxKeys, 'members');
    const map = new Map<CborValue, CborValue>();
    for (let read = 0; read < length; read++) {
      const key = this.readItem(depth);
      if (key === BREAK) {
        if (length === Infinity) return map;
        this.fail('A "break" stands where a value should.');
      }
      if (read >= this.limits.maxKeys) this.tooMany(this.limits.maxKeys, 'members');
      if (typeof key !== 'string' && typeof key !== 'number') this.fail('A key of a SenML record is a number or text.');
      if (typeof key === 'string' && isForbiddenKey(key)) throw new CborFault(forbiddenKey(key));
      // RFC 8949 s5.6: a map with a key twice is not valid.
      if (map.has(key)) this.fail(`The key ${key} appears twice in one map.`);
      map.set(key, this.readValue(depth));
    }
    return map;
  }

  /** Tag 4, a decimal fraction [exponent, mantissa] (RFC 8949 s3.4.4), is the only tag of SenML. */
  private readTag(tag: number, depth: number): number {
    this.checkDepth(depth);
    if (tag !== 4) this.fail(`The tag ${tag} has no place in SenML.`);
    const value = this.readValue(depth);
    if (!Array.isArray(value) || value.length !== 2)
      this.fail('A decimal fraction is an array of exponent and mantissa.');
    const [exponent, mantissa] = value;
    if (!Number.isSafeInteger(exponent) || !Number.isSafeInteger(mantissa))
      this.fail('Exponent and mantissa are whole numbers.');
    // Read as text, so that 235e-1 is the double nearest to 23.5, not a product of two roundings.
    return Number(`${mantissa as number}e${exponent as number}`);
  }

  private readSimple(info: number): CborValue | typeof BREAK {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 25) return halfFloat(this.view.getUint16(this.take(2)));
    if (info === 26) return this.view.getFloat32(this.take(4));
    if (info === 27) return this.view.getFloat64(this.take(8));
    if (info === INDEFINITE) return BREAK;
    return this.fail('The CBOR holds a simple value that SenML does not use.');
  }

  private text(length: number): string {
    const bytes = this.string(length);
    try {
      return utf8.decode(bytes);
    } catch {
      return this.fail('A text string of the CBOR is not UTF-8.');
    }
  }

  private string(length: number): Uint8Array {
    if (length > this.limits.maxStringBytes) {
      throw new CborFault(
        rejection(
          'too-large',
          '',
          'A string of the payload is too long.',
          `at most ${this.limits.maxStringBytes} bytes`,
          `${length} bytes`,
        ),
      );
    }
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  private exact(value: number): number {
    // THREATS 13: never rounded silently. -1 - value is exact for these values too.
    return value <= Number.MAX_SAFE_INTEGER
      ? value
      : this.fail('An integer of the CBOR is too large to be held exactly.');
  }

  private checkDepth(depth: number): void {
    if (depth > this.limits.maxDepth)
      throw new CborFault(
        rejection('too-deep', '', 'The payload is nested too deeply.', `at most ${this.limits.maxDepth} levels`),
      );
  }

  private checkCount(declared: number, allowed: number, what: string): void {
    if (declared !== Infinity && declared > allowed) this.tooMany(allowed, what);
  }

  private tooMany(allowed: number, what: string): never {
    throw new CborFault(rejection('too-large', '', `The payload has too many ${what}.`, `at most ${allowed} ${what}`));
  }

  private byte(): number {
    return this.bytes[this.take(1)]!;
  }

  /** Moves past `count` bytes and returns where they begin. */
  private take(count: number): number {
    const at = this.at;
    if (count > this.bytes.length - at) this.fail('The CBOR ends in the middle of an item.');
    this.at = at + count;
    return at;
  }

  private fail(detail: string): never {
    throw new CborFault(rejection('bad-cbor', '', detail, undefined, `byte ${this.at}`));
  }
}

/** IEEE 754 binary16 (RFC 8949 appendix D). */
function halfFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
