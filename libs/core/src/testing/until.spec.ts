import { describe, expect, it } from '@jest/globals';
import { msOf, quickest } from './quickest.js';
import { pause, until } from './until.js';

describe('until', () => {
  it('gives what was wanted as soon as it is seen', async () => {
    let looks = 0;
    expect(
      await until(
        'the third look',
        () => ++looks,
        (seen) => seen === 3,
      ),
    ).toBe(3);
    expect(await until('what is there', () => Promise.resolve('it'))).toBe('it');
  });

  it('says what it waited for, how long, and what it saw last', async () => {
    const waiting = until(
      'the lamp to be lit',
      () => ({ lamp: { lit: false } }),
      ({ lamp }) => lamp.lit,
      { withinMs: 300 },
    );
    await expect(waiting).rejects.toThrow(
      /^waited \d+\.\d s for the lamp to be lit; looked \d+ times, saw \{ lamp: \{ lit: false \} \}$/,
    );
  });

  it('is not in vain before it has looked often, however late it is', async () => {
    let looks = 0;
    const late = async (): Promise<number> => {
      looks++;
      await pause(1);
      return looks;
    };
    expect(await until('the tenth look', late, (seen) => seen === 10, { withinMs: 0, everyMs: 0 })).toBe(10);
    await expect(until('never', late, () => false, { withinMs: 0, everyMs: 0 })).rejects.toThrow('looked 20 times');
  });

  it('passes on what the look throws', async () => {
    await expect(until('anything', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});

describe('quickest', () => {
  it('is content with one try within the bound, and gives the best of all when there is none', async () => {
    const times = [300, 90, 10];
    expect(await quickest(100, (n) => Promise.resolve(times[n]!))).toBe(90);
    expect(await quickest(5, (n) => Promise.resolve(times[n]!), 3)).toBe(10);
  });

  it('measures', async () => {
    expect(await msOf(() => pause(20))).toBeGreaterThanOrEqual(19);
  });
});
