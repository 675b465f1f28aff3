/**
 * Clocks may be this wrong: a reading is never late for less. As much as the time policy lets them be ahead, and as much as data quality
 * finds bad.
 */
export const CLOCK_TOLERANCE_MS = 300_000;

/** Where no absence says how long a device may be silent. */
const INTERVALS_WITHOUT_ABSENCE = 6;

/** How many intervals old a reading of a device may be when it comes: as long as the shortest absence lets it be silent. */
export function currentIntervals(absences: readonly { readonly intervals: number }[]): number {
  return absences.length === 0 ? INTERVALS_WITHOUT_ABSENCE : Math.min(...absences.map(({ intervals }) => intervals));
}

/**
 * The one rule about readings that come late, as from a logger that sends what it stored (ADR 015): a reading that was older, when it came,
 * than the device may be silent says nothing about now. It raises and clears nothing, changes no delay and is no sign of life.
 *
 * @param ageMs receipt minus event time
 */
export function isLate(ageMs: number, intervals: number, intervalMs: number): boolean {
  return ageMs > CLOCK_TOLERANCE_MS && ageMs > intervals * intervalMs;
}
