/** Groups: date and time of day, fraction, offset. RFC 3339 s5.6 with any number of fraction digits up to nanoseconds. */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))$/;

/** The range of an ECMAScript time value, milliseconds. */
const MAX_TIME_MS = 8.64e15;

/**
 * Milliseconds since the epoch of an ISO 8601 time with an offset, or null when it is not one. Digits beyond the
 * millisecond are cut off. A time without an offset is refused: nobody knows which zone the device meant.
 */
export function parseIsoTime(text: string): number | null {
  const match = ISO.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute] = match.slice(1, 6).map(Number) as [number, number, number, number, number];
  const second = Number(match[6] ?? 0);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59 || second > 60)
    return null;
  const ms = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const offsetMinutes = Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0);
  if (offsetMinutes > 18 * 60) return null;
  // Date.UTC reads years below 100 as 19xx; such a time is far outside any policy anyway.
  const utc = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  return utc - (match[9] === '-' ? -1 : 1) * offsetMinutes * 60_000;
}

/** Milliseconds since the epoch of a native time stamp (whole milliseconds or ISO 8601 with offset), or null. */
export function parseDeviceTime(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= MAX_TIME_MS ? value : null;
  return typeof value === 'string' ? parseIsoTime(value) : null;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
