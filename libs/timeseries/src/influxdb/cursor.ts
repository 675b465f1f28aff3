import { LamplighterError } from '#core';

/** The place in a sorted result after which the next page begins: time of the point in nanoseconds, and what tells equal times apart. */
export interface Cursor {
  readonly time: bigint;
  readonly key: string;
}

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify([String(cursor.time), cursor.key])).toString('base64url');
}

/** @throws LamplighterError `bad-request` for anything that `writeCursor` did not write */
export function readCursor(text: string): Cursor {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (
      Array.isArray(parts) &&
      parts.length === 2 &&
      typeof parts[1] === 'string' &&
      /^-?\d{1,19}$/.test(String(parts[0]))
    ) {
      return { time: BigInt.asIntN(64, BigInt(String(parts[0]))), key: parts[1] };
    }
  } catch {
    // Falls through to the one answer for every cursor that is not ours.
  }
  throw new LamplighterError('bad-request', 'The cursor is not one that a page of this query gave.');
}
