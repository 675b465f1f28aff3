import { inspect } from 'node:util';

/** Long, since it costs nothing when all is well, and a host that is busy with other things may need it. */
export const PATIENCE_MS = 30_000;

/** On a host that stood still the time is over before anyone has looked; it is not given up before this many looks. */
const MIN_LOOKS = 20;
const BETWEEN_LOOKS_MS = 10;

export interface Patience {
  readonly withinMs?: number;
  /** Between two looks; a look that takes longer is followed by a pause as long as itself. */
  readonly everyMs?: number;
}

/**
 * Looks until what it sees is wanted (by default: until it is true), and gives that back. What `look` throws is passed on.
 * @param what completes "waited for ...", for the one who reads the failure
 * @throws Error what was waited for, how long, and what was seen last
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  wanted: (seen: T) => boolean = Boolean,
  { withinMs = PATIENCE_MS, everyMs = BETWEEN_LOOKS_MS }: Patience = {},
): Promise<T> {
  const startedAt = performance.now();
  for (let looks = 1; ; looks++) {
    const lookedAt = performance.now();
    const seen = await look();
    if (wanted(seen)) return seen;
    const now = performance.now();
    if (now - startedAt >= withinMs && looks >= MIN_LOOKS) throw inVain(what, now - startedAt, looks, seen);
    await pause(Math.max(everyMs, now - lookedAt));
  }
}

/** For what must *not* come, where nothing that comes after it can be waited for. What must come is waited for by `until`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function inVain(what: string, waitedMs: number, looks: number, seen: unknown): Error {
  const shown = inspect(seen, { depth: 6, breakLength: Infinity, maxArrayLength: 50 }).slice(0, 2_000);
  const error = new Error(`waited ${(waitedMs / 1_000).toFixed(1)} s for ${what}; looked ${looks} times, saw ${shown}`);
  // The stack shall begin at the test.
  Error.captureStackTrace(error, inVain);
  return error;
}
