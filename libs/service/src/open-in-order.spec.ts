import { describe, expect, it } from '@jest/globals';
import { type Closable, openInOrder } from './open-in-order.js';

function openings() {
  const closed: string[] = [];
  const open = (name: string): Promise<Closable & { readonly name: string }> =>
    Promise.resolve({
      name,
      close: async () => {
        closed.push(name);
      },
    });
  return { closed, open };
}

describe('openInOrder', () => {
  it('gives what was opened, and closes it in the reverse order', async () => {
    const { closed, open } = openings();
    const adapters = await openInOrder(async (opened) => {
      const registry = await opened(open('registry'));
      const store = await opened(open('store'));
      return { registry, store };
    });
    expect([adapters.registry.name, adapters.store.name]).toEqual(['registry', 'store']);
    expect(closed).toEqual([]);
    await adapters.close();
    expect(closed).toEqual(['store', 'registry']);
  });

  it('closes what was opened before an opening that fails', async () => {
    const { closed, open } = openings();
    const opening = openInOrder(async (opened) => {
      await opened(open('registry'));
      await opened(open('store'));
      await opened(Promise.reject(new Error('no journal')));
      return {};
    });
    await expect(opening).rejects.toThrow('no journal');
    expect(closed).toEqual(['store', 'registry']);
  });
});
