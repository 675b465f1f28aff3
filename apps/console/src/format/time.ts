const TIME_ZONE = 'Asia/Hong_Kong';
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

const formats = new Map<string, Intl.DateTimeFormat>();

/** Date and time of day in Hong Kong, whatever the clock of the reader's machine says. */
export function absoluteTime(time: string | number, language: string): string {
  let format = formats.get(language);
  if (!format) {
    format = new Intl.DateTimeFormat(language, {
      timeZone: TIME_ZONE,
      dateStyle: 'medium',
      timeStyle: 'medium',
      hourCycle: 'h23',
    });
    formats.set(language, format);
  }
  return format.format(new Date(time));
}

/** "3 minutes ago", in the greatest unit that fits at least once. */
export function relativeTime(time: string | number, now: number, language: string): string {
  const difference = new Date(time).getTime() - now;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  for (const [unit, ms] of UNITS) {
    if (Math.abs(difference) >= ms || unit === 'second') return format.format(Math.trunc(difference / ms), unit);
  }
  return '';
}

/** "5 min", "2.5 hr", in the greatest unit that fits at least once. */
export function shownDuration(ms: number, language: string): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms >= each) ?? UNITS[UNITS.length - 1]!;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(ms / unitMs);
}
