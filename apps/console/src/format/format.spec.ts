import { absoluteTime, relativeTime, shownDuration } from './time';
import { shownUnit, shownValue } from './value';

describe('times', () => {
  it('are those of Hong Kong', () => {
    expect(absoluteTime('2026-11-20T23:30:05.000Z', 'en-GB')).toContain('07:30:05');
  });

  it.each([
    ['en', '21 Nov 2026, 07:30:05 HKT'],
    ['zh-Hant', '香港時間 2026年11月21日 07:30:05'],
    ['zh-Hans', '香港时间 2026年11月21日 07:30:05'],
  ])('say so in %s, as dates are written there', (language, text) => {
    expect(absoluteTime('2026-11-20T23:30:05.000Z', language)).toBe(text);
  });

  it.each([
    [-2_000, '2 sec. ago'],
    [-59_000, '59 sec. ago'],
    [-61_000, '1 min. ago'],
    [-7_200_000, '2 hr. ago'],
    [-90_000_000, 'yesterday'],
  ])('%d ms ago reads "%s"', (difference, text) => {
    expect(relativeTime(1_000_000_000_000 + difference, 1_000_000_000_000, 'en')).toBe(text);
  });
});

describe('durations', () => {
  it.each([
    [400, '0.4 sec'],
    [90_000, '1.5 min'],
    [7_200_000, '2 hr'],
    [216_000_000, '2.5 days'],
  ])('%d ms reads "%s"', (ms, text) => {
    expect(shownDuration(ms, 'en')).toBe(text);
  });
});

describe('values', () => {
  const words = { yes: 'Yes', no: 'No' };
  const number = { type: 'number', precision: 1 } as const;

  it.each([
    [{ ...number, unit: 'Cel' }, 23.456, '23.5 °C'],
    [{ ...number, unit: 'ug/m3' }, 75, '75 µg/m³'],
    [{ ...number, unit: '%' }, 50.04, '50 %'],
    [{ ...number, unit: '{people}' }, 12, '12'],
    [{ ...number, unit: 'dB{mW}' }, -97, '-97 dBm'],
    [{ ...number, unit: '{HKD}' }, 1234.5, 'HK$1,234.5'],
    [{ ...number, unit: 'V.A{reactive}' }, 12, '12 var'],
    [{ ...number, unit: '[pH]' }, 8.1, '8.1'],
    [{ ...number, unit: '[ppth]' }, 33.2, '33.2 ‰'],
    [{ ...number, unit: 'm3/h' }, 4, '4 m³/h'],
    [{ type: 'boolean', precision: 0, unit: '1' } as const, true, 'Yes'],
    [{ type: 'boolean', precision: 0, unit: '1' } as const, 0, 'No'],
    [{ type: 'enum', precision: 0, unit: '1' } as const, 'open', 'open'],
    [{ ...number, unit: 'Cel' }, null, '–'],
  ])('%j of %p is shown as %s', (metric, value, text) => {
    expect(shownValue(metric, value, 'en', words)).toBe(text);
  });

  it('shows a unit that it does not know as it is', () => {
    expect(shownUnit('mol')).toBe('mol');
  });
});
