import { LamplighterError } from '#core';

/** Cursors are opaque to callers, and checked when they come back: they are input like any other. */
export function encodeCursor(parts: readonly (number | string)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws LamplighterError `bad-request` when it is not one of ours */
export function decodeCursor<T extends readonly (number | string)[]>(
  cursor: string,
  types: readonly ('number' | 'string')[],
): T {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const fits = (part: unknown, i: number) =>
      typeof part === types[i] && (typeof part === 'string' || Number.isSafeInteger(part));
    if (Array.isArray(parts) && parts.length === types.length && parts.every(fits)) return parts as unknown as T;
  } catch {
    // Falls through to the answer for everything that is not a cursor.
  }
  throw new LamplighterError('bad-request', 'The cursor is not one that this query gave; start again without it.');
}
