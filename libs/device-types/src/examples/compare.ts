import { pointerLevel } from '#codecs';

/** One place where an output is not as expected. */
export interface Difference {
  /** RFC 6901 pointer. */
  readonly path: string;
  /** As JSON text; absent when nothing was expected there. */
  readonly expected?: string;
  /** As JSON text; absent when there is nothing. */
  readonly actual?: string;
}

/** Mathematical functions of two engines may differ in the last bits; nothing that was measured does. */
const RELATIVE_TOLERANCE = 1e-9;
const MAX_DIFFERENCES = 20;
const MAX_SHOWN = 120;

/** Compares as JSON: members that are undefined are not there. */
export function compare(expected: unknown, actual: unknown, path = ''): Difference[] {
  const found: Difference[] = [];
  walk(asJson(expected), asJson(actual), path, found);
  return found;
}

function walk(expected: unknown, actual: unknown, path: string, found: Difference[]): void {
  if (found.length >= MAX_DIFFERENCES || same(expected, actual)) return;
  if (isTree(expected) && isTree(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)]))
      walk(member(expected, key), member(actual, key), `${path}/${pointerLevel(key)}`, found);
    return;
  }
  found.push({
    path,
    ...(expected === undefined ? {} : { expected: shown(expected) }),
    ...(actual === undefined ? {} : { actual: shown(actual) }),
  });
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  return Math.abs(a - b) <= RELATIVE_TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function member(owner: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(owner, key) ? owner[key] : undefined;
}

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
