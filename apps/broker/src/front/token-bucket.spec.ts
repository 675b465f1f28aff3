import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('never lets more through than burst plus rate, when the taker waits as told', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ count: fc.integer({ min: 1, max: 50 }), idleMs: fc.integer({ min: 0, max: 500 }) }), {
          maxLength: 100,
        }),
        (steps) => {
          const bucket = new TokenBucket(100, 20, 0);
          let now = 0;
          let taken = 0;
          for (const { count, idleMs } of steps) {
            now += idleMs;
            taken += count;
            now += bucket.take(count, now);
            // What was taken in one go is let through, then paid for.
            expect(taken).toBeLessThanOrEqual(20 + (now / 1_000) * 100 + 1e-6);
          }
        },
      ),
    );
  });

  it('says how long to wait', () => {
    const bucket = new TokenBucket(10, 5, 0);
    expect(bucket.take(5, 0)).toBe(0);
    expect(bucket.take(1, 0)).toBeCloseTo(100);
    expect(bucket.has(1, 100)).toBe(false);
    expect(bucket.has(1, 200)).toBe(true);
  });

  it('without a limit never waits', () => {
    expect(new TokenBucket(Infinity, Infinity, 0).take(1e9, 0)).toBe(0);
  });
});
