import fc from 'fast-check';
import { parseInterval, roundIntervalOf } from './interval.js';

describe('intervals', () => {
  it.each([
    ['10s', 10_000],
    ['1m', 60_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
    ['PT1H', 3_600_000],
    ['PT1H30M', 5_400_000],
    ['P1DT12H', 129_600_000],
    ['P1W', 604_800_000],
  ])('%s', (text, ms) => {
    expect(parseInterval(text)).toBe(ms);
  });

  it.each(['', '0s', 'P', 'PT', '1', 'h', '1.5h', '-1h', '1y', 'P1M', 'P1Y', '1h ', 'PT0S', '9999999h'])(
    '%j is none',
    (text) => {
      expect(parseInterval(text)).toBeNull();
    },
  );

  it('a round interval is never shorter than asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000_000_000 }), (ms) => {
        expect(parseInterval(roundIntervalOf(ms))).toBeGreaterThanOrEqual(ms);
      }),
    );
  });
});
