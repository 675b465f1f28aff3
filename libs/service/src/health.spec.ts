import { describe, expect, it } from '@jest/globals';
import { Health } from './health.js';

describe('Health', () => {
  it('is up without a reason while there is no trouble', () => {
    expect(new Health().report).toEqual({ state: 'up' });
  });

  it('shows the oldest trouble until it is over, then the next', () => {
    const health = new Health();
    health.troubled('store', 'the store is down');
    health.troubled('registry', 'the registry is down');
    expect(health.report).toEqual({ state: 'degraded', reason: 'the store is down' });
    health.recovered('store');
    expect(health.report).toEqual({ state: 'degraded', reason: 'the registry is down' });
    health.recovered('registry');
    expect(health.report).toEqual({ state: 'up' });
  });

  it('shows what was said last about one trouble', () => {
    const health = new Health();
    health.troubled('store', 'the store is down');
    health.troubled('store', 'the store is full');
    expect(health.reason).toBe('the store is full');
  });

  it('says what is news: the beginning of a trouble and its end', () => {
    const health = new Health();
    expect([health.recovered('store'), health.troubled('store', 'down'), health.troubled('store', 'full')]).toEqual([
      false,
      true,
      false,
    ]);
    expect([health.recovered('store'), health.recovered('store')]).toEqual([true, false]);
  });
});
