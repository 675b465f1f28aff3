import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { LamplighterError } from '#core';
import { msOf, quickest } from '#core/testing';
import { Health } from './health.js';
import { Retry, Stopped } from './retry.js';

const outage = (): LamplighterError =>
  new LamplighterError('store-unavailable', 'the store is down', { retryable: true });

function retrying(random?: () => number) {
  const stop = new AbortController();
  const health = new Health();
  const logger = pino({ level: 'silent' });
  return { stop, health, retry: new Retry({ health, logger, signal: stop.signal, ...(random ? { random } : {}) }) };
}

describe('Retry', () => {
  it('repeats what fails retryably, and is in trouble meanwhile', async () => {
    const { health, retry } = retrying();
    const states: string[] = [];
    const result = await retry.run('store', () => {
      states.push(health.state);
      return states.length < 3 ? Promise.reject(outage()) : Promise.resolve('stored');
    });
    expect(result).toBe('stored');
    expect(states).toEqual(['up', 'degraded', 'degraded']);
    expect(health.report).toEqual({ state: 'up' });
  });

  it('spreads its pauses when it is given randomness', async () => {
    const { retry } = retrying(() => 0);
    const pauseMs = (): Promise<number> => {
      let attempts = 0;
      return msOf(() => retry.run('store', () => (++attempts < 2 ? Promise.reject(outage()) : Promise.resolve())));
    };
    // Half of the first pause of 100 ms.
    expect(await quickest(95, pauseMs)).toBeLessThan(95);
  });

  it.each([
    ['is not retryable', new LamplighterError('store-unavailable', 'no such table', { retryable: false })],
    ['is no fault of the platform', new TypeError('a bug')],
  ])('throws at once what %s', async (_case, failure) => {
    const { health, retry } = retrying();
    await expect(retry.run('store', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(health.state).toBe('up');
  });

  it('ends its wait when the process stops', async () => {
    const { stop, health, retry } = retrying();
    const running = retry.run('store', () => Promise.reject(outage()));
    setTimeout(() => stop.abort(), 10);
    await expect(running).rejects.toBeInstanceOf(Stopped);
    expect(health.reason).toBe('the store is down');
  });

  it('does not begin anything once the process stops', async () => {
    const { stop, retry } = retrying();
    stop.abort();
    let begun = false;
    const running = retry.run('store', () => {
      begun = true;
      return Promise.resolve();
    });
    await expect(running).rejects.toBeInstanceOf(Stopped);
    expect(begun).toBe(false);
  });
});
