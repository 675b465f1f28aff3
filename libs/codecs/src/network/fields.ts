import type { ErrorCode, Rejection } from '#core';
import { pointerLevel, rejection } from '../decoded.js';
import { parseIsoTime } from '../device-time.js';

/** Longest name, id or description that is taken over; the rest of a longer one is cut. */
const MAX_TEXT = 256;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const DECIMAL = /^-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?$/;

/**
 * Reads the members of an object of a network server's event. proto3 JSON leaves out what is zero, false or empty, writes 64-bit
 * numbers as text and may write null: all of these are fine. A member of another type than its own is a fault; faults of all readers of
 * an event gather in one list, so that its owner sees them at once.
 */
export class Fields {
  constructor(
    private readonly value: Readonly<Record<string, unknown>>,
    private readonly pointer: string,
    private readonly faults: Rejection[],
  ) {}

  static of(value: unknown, pointer: string, faults: Rejection[]): Fields | null {
    return isObject(value) ? new Fields(value, pointer, faults) : null;
  }

  at(name: string): string {
    return `${this.pointer}/${pointerLevel(name)}`;
  }

  raw(name: string): unknown {
    return Object.hasOwn(this.value, name) ? (this.value[name] ?? undefined) : undefined;
  }

  fault(name: string, detail: string, expected: string, code: ErrorCode = 'bad-payload'): null {
    this.faults.push(rejection(code, this.at(name), detail, expected, this.raw(name) ?? 'nothing'));
    return null;
  }

  text(name: string): string | null {
    const value = this.raw(name);
    if (value === undefined || value === '') return null;
    return typeof value === 'string' ? value.slice(0, MAX_TEXT) : this.fault(name, WRONG_TYPE, 'text');
  }

  number(name: string, code: ErrorCode = 'bad-payload'): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number)
      ? number
      : this.fault(name, WRONG_TYPE, 'a number', code);
  }

  /** From 0 to `max`. */
  whole(name: string, max = Number.MAX_SAFE_INTEGER, code: ErrorCode = 'bad-payload'): number | null {
    const before = this.faults.length;
    const value = this.number(name, code);
    if (value === null || this.faults.length > before) return null;
    return Number.isInteger(value) && value >= 0 && value <= max
      ? value + 0
      : this.fault(name, 'The number cannot be used.', `a whole number from 0 to ${max}`, code);
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    if (value === undefined) return false;
    return typeof value === 'boolean' ? value : this.fault(name, WRONG_TYPE, 'true or false') !== null;
  }

  object(name: string): Fields | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return Fields.of(value, this.at(name), this.faults) ?? this.fault(name, WRONG_TYPE, 'an object');
  }

  /** The object itself, for what only its owner understands. */
  record(name: string): Readonly<Record<string, unknown>> | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return isObject(value) ? value : this.fault(name, WRONG_TYPE, 'an object');
  }

  /** The object or the array itself. */
  recordOrList(name: string): Readonly<Record<string, unknown>> | readonly unknown[] | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return isObject(value) || Array.isArray(value) ? value : this.fault(name, WRONG_TYPE, 'an object or an array');
  }

  list(name: string): Fields[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.fault(name, WRONG_TYPE, 'an array');
      return [];
    }
    return value.flatMap((item: unknown, index) => {
      const fields = Fields.of(item, `${this.at(name)}/${index}`, this.faults);
      if (fields !== null) return [fields];
      this.faults.push(rejection('bad-payload', `${this.at(name)}/${index}`, WRONG_TYPE, 'an object', item));
      return [];
    });
  }

  texts(name: string): string[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
      return value.map((each) => each.slice(0, MAX_TEXT));
    this.fault(name, WRONG_TYPE, 'an array of texts');
    return [];
  }

  /** ISO 8601 with an offset; nanoseconds are cut to milliseconds. */
  time(name: string): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    const time = typeof value === 'string' ? parseIsoTime(value) : null;
    return time ?? this.fault(name, 'The time of the event cannot be read.', 'ISO 8601 with an offset', 'bad-time');
  }

  /** Base64 as protobuf's JSON has it: standard or URL-safe, with or without padding. */
  base64(name: string): Uint8Array | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value === 'string' && BASE64.test(value) && value.replace(/=+$/, '').length % 4 !== 1)
      return Buffer.from(value, 'base64');
    return this.fault(name, 'The payload cannot be read.', 'base64');
  }

  hexBytes(name: string): Uint8Array | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value === 'string' && HEX.test(value)) return Buffer.from(value, 'hex');
    return this.fault(name, 'The payload cannot be read.', 'pairs of hexadecimal digits');
  }

  /** So many hexadecimal digits, in lower case. */
  hex(name: string, digits: number, code: ErrorCode = 'bad-payload'): string | null {
    const value = this.raw(name);
    if (value === undefined || value === '') return null;
    if (typeof value === 'string' && value.length === digits && /^[0-9a-fA-F]+$/.test(value))
      return value.toLowerCase();
    return this.fault(name, 'The identifier cannot be used.', `${digits} hexadecimal digits`, code);
  }
}

const WRONG_TYPE = 'The member has the wrong type.';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
