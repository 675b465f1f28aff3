import type { CompletenessFacts } from './telemetry-store.js';

type Gap = CompletenessFacts['gaps'][number];

/**
 * A stretch without readings, or null when it is short enough to be ordinary jitter (at most twice the interval).
 * `afterReading` says whether the stretch starts at a reading or at the edge of the range: a range of 24 hours without any of its hourly
 * readings misses 24, the four hours between two readings miss 3.
 */
export function gapBetween(from: number, to: number, intervalMs: number, afterReading: boolean): Gap | null {
  if (to - from <= 2 * intervalMs) return null;
  return { from, to, missing: Math.round((to - from) / intervalMs) - (afterReading ? 1 : 0) };
}
