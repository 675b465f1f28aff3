import { describe, expect, it } from '@jest/globals';
import type { Retry } from '#service';
import { GatewayNumbers } from './gateway-numbers.js';

describe('numbers of gateways', () => {
  let asked = 0;
  const registry = {
    note: (heard: readonly { readonly eui: string }[]) => {
      asked += heard.length;
      return Promise.resolve(new Map(heard.map(({ eui }) => [eui, Number(eui.slice(1))])));
    },
  };
  const retry = { run: <T>(_what: string, action: () => Promise<T>) => action() } as unknown as Retry;

  it('are not given to every name that a network server may make up', async () => {
    const numbers = new GatewayNumbers(registry, retry);
    for (let from = 0; from < 30_000; from += 1_000)
      await numbers.note(Array.from({ length: 1_000 }, (_, i) => ({ gateway: `g${from + i}`, at: 0 })));
    expect(asked).toBe(20_000);
    expect([numbers.numberOf('g19999'), numbers.numberOf('g20000'), numbers.numberOf(null)]).toEqual([
      19_999,
      null,
      null,
    ]);
    // Those that have one go on.
    await numbers.note([{ gateway: 'g7', at: 60_000 }]);
    expect(asked).toBe(20_001);
  });
});
