import type { Metric, MetricValue } from '../api/types';

/** UCUM codes are for machines; these are what people write. */
const SHOWN_UNITS: Readonly<Record<string, string>> = {
  Cel: '°C',
  'ug/m3': 'µg/m³',
  'mg/m3': 'mg/m³',
  deg: '°',
  '%': '%',
  'dB[SPL]': 'dB',
  'dB(A)': 'dB(A)',
  'dB{mW}': 'dBm',
  'km/h': 'km/h',
  '[ppm]': 'ppm',
  '[ppb]': 'ppb',
  lx: 'lx',
  'kW.h': 'kWh',
  hPa: 'hPa',
  m2: 'm²',
  m3: 'm³',
  '/m2': '/m²',
  'm/s2': 'm/s²',
  'm3/h': 'm³/h',
  'ug/L': 'µg/L',
  'deg/d': '°/d',
  'V.A{reactive}': 'var',
  '{HKD}': 'HK$',
  '{NTU}': 'NTU',
  '[pH]': '',
  '[ppth]': '‰',
  '1': '',
};

export function shownUnit(unit: string): string {
  // UCUM annotations such as {people} say what is counted; the title of the metric already does.
  const plain = unit.replace(/\{[^}]*\}/g, '');
  return SHOWN_UNITS[unit] ?? SHOWN_UNITS[plain] ?? plain;
}

export function shownNumber(value: number, precision: number, language: string): string {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 0, maximumFractionDigits: precision }).format(value);
}

export function shownValue(
  metric: Pick<Metric, 'precision' | 'unit' | 'type'>,
  value: MetricValue,
  language: string,
  words: { yes: string; no: string },
): string {
  if (value === null) return '–';
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (typeof value === 'string') return value;
  if (metric.type === 'boolean') return value !== 0 ? words.yes : words.no;
  const unit = shownUnit(metric.unit);
  const number = shownNumber(value, metric.precision, language);
  if (unit === '') return number;
  if (unit === 'HK$') return `${unit}${number}`;
  return unit === '%' || unit === '°' ? `${number}${unit === '%' ? ' ' : ''}${unit}` : `${number} ${unit}`;
}
