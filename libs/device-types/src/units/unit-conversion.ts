import { UcumLhcUtils } from '@lhncbc/ucum-lhc';
import { nearestName } from '#kinds';

/** `value * factor + offset` takes a value of one unit to another. */
export interface Conversion {
  readonly factor: number;
  readonly offset: number;
}

export type ConversionResult = { readonly conversion: Conversion } | { readonly fault: string };

export const IDENTITY: Conversion = { factor: 1, offset: 0 };

/** How people write units that UCUM writes otherwise. */
const MEANT: Readonly<Record<string, string>> = {
  degC: 'Cel',
  '°C': 'Cel',
  C: 'Cel',
  celsius: 'Cel',
  Celsius: 'Cel',
  degF: '[degF]',
  '°F': '[degF]',
  F: '[degF]',
  fahrenheit: '[degF]',
  kelvin: 'K',
  percent: '%',
  '%RH': '%',
  ppm: '[ppm]',
  ppb: '[ppb]',
  lux: 'lx',
  mbar: 'mbar',
  hpa: 'hPa',
  kmh: 'km/h',
  'km/hr': 'km/h',
  mph: '[mi_i]/h',
  inch: '[in_i]',
  in: '[in_i]',
  feet: '[ft_i]',
  ft: '[ft_i]',
  psi: '[psi]',
  litre: 'L',
  liter: 'L',
  'm³': 'm3',
  'm²': 'm2',
  'm/s²': 'm/s2',
  'µg/m3': 'ug/m3',
  'μg/m3': 'ug/m3',
  'ug/m³': 'ug/m3',
  'µg/m³': 'ug/m3',
  kWh: 'kW.h',
  Wh: 'W.h',
  dBm: 'dB{mW}',
  deg: 'deg',
  '°': 'deg',
  degrees: 'deg',
  sec: 's',
  seconds: 's',
  minutes: 'min',
  hours: 'h',
};

const KNOWN = [
  ...new Set(Object.values(MEANT)),
  'mV',
  'V',
  'mA',
  'A',
  'mm',
  'cm',
  'm',
  'Pa',
  'kPa',
  'hPa',
  'W',
  'kW',
  'Hz',
  'g',
  'kg',
];

/** Significant digits that survive a conversion: what is beyond is the noise of binary fractions. */
const DIGITS = 12;

/**
 * How to take a value from one UCUM unit to another. Factor and offset are found once, so that nothing of the library is on the path of a
 * reading; a scale that is not straight (decibels to watts, pH) has no such pair and is refused.
 */
export function conversionBetween(from: string, to: string): ConversionResult {
  if (from === to) return { conversion: IDENTITY };
  const fault = unitFault(from);
  if (fault !== null) return { fault };
  const [zero, one, many] = [0, 1, 1000].map((value) => convert(from, value, to)) as [number, number, number];
  if (Number.isNaN(zero) || Number.isNaN(one))
    return {
      fault: `'${from}' cannot be converted to '${to}'; name the unit of the field, or bring it there with scale and offset`,
    };
  const offset = cut(zero);
  const factor = cut(one - zero);
  const expected = 1000 * factor + offset;
  if (!(Math.abs(many - expected) <= 1e-6 * Math.max(1, Math.abs(many))))
    return { fault: `'${from}' to '${to}' is not a straight scale; let the script convert it` };
  return { conversion: { factor, offset } };
}

/** Why a text is not a UCUM unit, or null when it is. */
export function unitFault(unit: string): string | null {
  // The library looks units up in an object, and takes what every object has (`toString`) for one.
  const isInherited = unit.trim() in Object.prototype;
  if (unit.length <= 32 && !isInherited && library().validateUnitString(unit, false).status === 'valid') return null;
  const meant = Object.hasOwn(MEANT, unit) ? MEANT[unit]! : nearestName(unit, KNOWN);
  return `'${unit.slice(0, 32)}' is not a UCUM unit${meant === null ? '' : `; did you mean '${meant}'?`}`;
}

export function applyConversion({ factor, offset }: Conversion, value: number): number {
  return factor === 1 && offset === 0 ? value : cut(value * factor + offset);
}

function convert(from: string, value: number, to: string): number {
  const { status, toVal } = library().convertUnitTo(from, value, to);
  return status === 'succeeded' && typeof toVal === 'number' ? toVal : NaN;
}

function cut(value: number): number {
  const cut = Number(value.toPrecision(DIGITS));
  // What is left of a difference of two numbers that should be equal.
  return Math.abs(cut) < 1e-12 ? 0 : cut;
}

let loaded: UcumLhcUtils | undefined;

/** Its tables take a moment to unpack: only once a unit has to be converted. */
function library(): UcumLhcUtils {
  return (loaded ??= UcumLhcUtils.getInstance());
}
