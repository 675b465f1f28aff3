import { kinds } from '#kinds';
import { applyConversion, conversionBetween } from './unit-conversion.js';

const convert = (value: number, from: string, to: string): number => {
  const result = conversionBetween(from, to);
  if ('fault' in result) throw new Error(result.fault);
  return applyConversion(result.conversion, value);
};

describe('conversions', () => {
  it.each([
    [3300, 'mV', 'V', 3.3],
    [0, 'K', 'Cel', -273.15],
    [50, '[degF]', 'Cel', 10],
    [21.5, 'Cel', 'K', 294.65],
    [0.45, '1', '%', 45],
    [101325, 'Pa', 'hPa', 1013.25],
    [36, 'km/h', 'm/s', 10],
    [12.5, 'cm', 'm', 0.125],
    [1, 'h', 's', 3600],
    [400, '[ppm]', '[ppm]', 400],
  ])('%d %s is in %s', (value, from, to, expected) => {
    expect(convert(value, from, to)).toBeCloseTo(expected, 9);
  });

  it.each([
    ['degC', 'Cel', "'degC' is not a UCUM unit; did you mean 'Cel'?"],
    ['kwh', 'kW.h', "'kwh' is not a UCUM unit; did you mean 'kW.h'?"],
    ['zorkmid', 'm', "'zorkmid' is not a UCUM unit"],
    ['toString', 'm', "'toString' is not a UCUM unit"],
    [' constructor', 'm', "' constructor' is not a UCUM unit"],
    ['__proto__', 'm', "'__proto__' is not a UCUM unit"],
    [
      'mV',
      'Cel',
      "'mV' cannot be converted to 'Cel'; name the unit of the field, or bring it there with scale and offset",
    ],
  ])('%s to %s is refused', (from, to, fault) => {
    expect(conversionBetween(from, to)).toEqual({ fault });
  });

  const units = [...new Set(kinds.flatMap((kind) => kind.metrics.map((metric) => metric.unit)))];
  it.each(units)('the unit %s of a kind converts to itself', (unit) => {
    expect(convert(12.5, unit, unit)).toBe(12.5);
  });
});
