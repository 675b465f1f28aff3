import { describe, expect, it } from '@jest/globals';
import { kinds } from '#kinds';
import { absence, kindWith, threshold } from './testing/probe-kind.js';
import { readDefinition } from './read-definition.js';

const kind = kindWith();
const pointers = (input: unknown): string[] => {
  const result = readDefinition(input, kind);
  return 'faults' in result ? result.faults.map((fault) => fault.pointer) : [];
};

describe('readDefinition', () => {
  it.each(kinds.flatMap((each) => each.alarms.map((alarm) => [each, alarm] as const)))(
    'takes every default alarm (%#)',
    (each, alarm) => {
      expect(readDefinition(JSON.parse(JSON.stringify(alarm)), each)).toEqual({ definition: alarm });
    },
  );

  // The API takes them: such a rule was kept, and never raised an alarm.
  it.each(['PM25-high', 'pm2.5', 'pm25_high'])('takes the id %s', (id) => {
    expect(pointers({ ...threshold(), id })).toEqual([]);
  });

  it('takes absences', () => {
    expect(pointers(absence)).toEqual([]);
  });

  it.each([
    [
      'nothing',
      null,
      [
        '/id',
        '/severity',
        '/titles/en',
        '/titles/zh-Hant',
        '/titles/zh-Hans',
        '/advice/en',
        '/advice/zh-Hant',
        '/advice/zh-Hans',
        '/type',
      ],
    ],
    ['an id with a colon', { ...threshold(), id: 'a:b' }, ['/id']],
    ['an unknown metric', { ...threshold(), metric: 'temprature' }, ['/metric']],
    [
      'NaN and negative numbers',
      { ...threshold(), limit: NaN, hysteresis: -1, onDelayMs: 0.5, offDelayMs: Infinity },
      ['/limit', '/hysteresis', '/onDelayMs', '/offDelayMs'],
    ],
    ['no intervals', { ...absence, intervals: 0 }, ['/intervals']],
    ['an unknown type', { ...threshold(), type: 'magic' }, ['/type']],
  ])('lists all that is wrong with %s', (_case, input, expected) => {
    expect(pointers(input)).toEqual(expected);
  });

  it('says what was meant', () => {
    expect(readDefinition({ ...threshold(), metric: 'temprature' }, kind)).toEqual({
      faults: [{ pointer: '/metric', detail: "the kind probe has no such metric; did you mean 'temperature'?" }],
    });
  });
});
