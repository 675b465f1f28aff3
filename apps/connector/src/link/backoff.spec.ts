import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Backoff } from './backoff.js';

describe('backoff', () => {
  it('doubles up to the longest pause, and starts over after a reset', () => {
    const backoff = new Backoff(1_000, 60_000, () => 0.999_999);
    const pauses = Array.from({ length: 8 }, () => Math.round(backoff.next() / 1_000));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    backoff.reset();
    expect(Math.round(backoff.next())).toBe(1_000);
  });

  it('spreads each pause over its upper half', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(2_000), (random, attempts) => {
        const backoff = new Backoff(1_000, 60_000, () => random);
        let pause = 0;
        for (let i = 0; i <= attempts; i++) pause = backoff.next();
        const whole = Math.min(60_000, 1_000 * 2 ** attempts);
        expect(pause).toBeGreaterThanOrEqual(whole / 2);
        expect(pause).toBeLessThan(whole + 1e-6);
      }),
    );
  });
});
