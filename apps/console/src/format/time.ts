const TIME_ZONE = 'Asia/Hong_Kong';
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

const formats = new Map<string, Intl.DateTimeFormat>();

/** How dates are written here: day before month in English. */
const LOCALES: Readonly<Record<string, string>> = { en: 'en-HK' };
const ZONES: Readonly<Record<string, (time: string) => string>> = {
  'zh-Hant': (time) => `香港時間 ${time}`,
  'zh-Hans': (time) => `香港时间 ${time}`,
};

/** Date and time of day in Hong Kong, which it says, whatever the clock of the reader's machine says. */
export function absoluteTime(time: string | number, language: string): string {
  let format = formats.get(language);
  if (!format) {
    format = new Intl.DateTimeFormat(LOCALES[language] ?? language, {
      timeZone: TIME_ZONE,
      year: 'numeric',
      month: language.startsWith('zh') ? 'long' : 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(language, format);
  }
  const shown = format.format(new Date(time));
  return ZONES[language]?.(shown) ?? `${shown} HKT`;
}

const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();

/** "3 minutes ago", in the greatest unit that fits at least once. */
export function relativeTime(time: string | number, now: number, language: string): string {
  const difference = new Date(time).getTime() - now;
  let format = relativeFormats.get(language);
  if (!format) {
    format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
    relativeFormats.set(language, format);
  }
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
