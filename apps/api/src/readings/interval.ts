const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
/** ISO 8601-1 4.4.2.3 without years and months, which have no fixed length. */
const ISO_DURATION = /^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/;

/** Milliseconds of '10s', '1m', '1h', '1d', '1w' or of an ISO 8601 duration; null when the text is neither, or zero. */
export function parseInterval(text: string): number | null {
  const short = /^(\d{1,6})([smhdw])$/.exec(text);
  if (short) return positive(Number(short[1]) * UNITS[short[2]!]!);
  const iso = ISO_DURATION.exec(text);
  if (!iso) return null;
  const [weeks, days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return positive(weeks * 7 * DAY + days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND);
}

const positive = (ms: number): number | null => (ms > 0 ? ms : null);

/** Intervals that people read easily, to suggest one from. */
const ROUND_INTERVALS: readonly string[] = [
  '1s',
  '5s',
  '10s',
  '30s',
  '1m',
  '5m',
  '10m',
  '15m',
  '30m',
  '1h',
  '2h',
  '3h',
  '6h',
  '12h',
  '1d',
  '2d',
  '1w',
  '4w',
  '13w',
  '52w',
];

/** The shortest round interval that is at least this long. */
export function roundIntervalOf(ms: number): string {
  return ROUND_INTERVALS.find((text) => parseInterval(text)! >= ms) ?? `${Math.ceil(ms / (7 * DAY))}w`;
}
