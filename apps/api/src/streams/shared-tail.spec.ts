import { describe, expect, it } from '@jest/globals';
import { until } from '#core/testing';
import { SharedTail } from './shared-tail.js';

describe('a shared tail', () => {
  it('keeps its pauses for a follower that comes just when the last one has gone', async () => {
    const asked: AbortSignal[] = [];
    const answers: (() => void)[] = [];
    const tail = new SharedTail<number, string>(
      {
        pauseMs: 1,
        head: () => Promise.resolve(0),
        page: (_from, signal) => {
          asked.push(signal);
          return new Promise((resolve) => answers.push(() => resolve({ items: [], next: 0 })));
        },
        compare: (a, b) => a - b,
      },
      () => undefined,
    );
    const end = await tail.follow(null, () => undefined);
    await until('the first look', () => asked.length === 1);
    end();
    // The look is still under way, as one at a database that does not answer.
    await tail.follow(null, () => undefined);
    answers[0]!();
    await until('a look for the new follower', () => asked.length === 2);
    // With the signal of the one who has gone, no pause would be kept and no wait for a record either.
    expect(asked[1]!.aborted).toBe(false);
    tail.stop();
  });
});
