import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PendingSightings } from './pending-sightings.js';

const EVERY_MS = 3_000;

describe('pending sightings', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('do not queue up before a registry that does not answer', async () => {
    let fail: () => void = () => undefined;
    const record = jest.fn(() => new Promise<void>((_resolve, reject) => (fail = () => reject(new Error('gone')))));
    const failures: string[] = [];
    const pending = new PendingSightings({ sightings: { record } } as never, {
      max: 10,
      failed: (reason) => failures.push(reason),
    });
    pending.start();
    const sighted = { source: 's', topic: null, application: null, name: null, profile: null };
    pending.note('LP-1', 1, 'messages', () => sighted);
    await jest.advanceTimersByTimeAsync(EVERY_MS * 20);
    fail();
    await jest.advanceTimersByTimeAsync(EVERY_MS - 1);
    expect([record.mock.calls.length, failures]).toEqual([1, ['gone']]);
    await jest.advanceTimersByTimeAsync(1);
    expect(record).toHaveBeenCalledTimes(2);
    const stopped = pending.stop();
    fail();
    await jest.advanceTimersByTimeAsync(0);
    fail();
    await stopped;
    expect(record).toHaveBeenCalledTimes(3);
  });
});
