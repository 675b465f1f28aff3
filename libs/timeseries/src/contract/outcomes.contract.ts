import { describe, expect, it } from '@jest/globals';
import type { StoreContext } from './samples.contract.js';
import { commitOf, outcome } from './samples.contract.js';

/** The store's side of the ledger. */
export function describeOutcomes(context: StoreContext): void {
  const store = async () => {
    const { store: telemetry } = context.opened;
    await telemetry.commit(
      commitOf({ outcomes: [outcome('b', 10, 5, 1, { 'bad-json': 2 }), outcome('a', 10, 1)], next: 9 }),
    );
    await telemetry.commit(
      commitOf({
        outcomes: [outcome('a', 11, 2, 0, { 'too-old': 1 }), outcome('a', 10, 3, 4, { 'bad-json': 1 })],
        next: 20,
      }),
    );
  };

  describe('outcomes', () => {
    it('adds up to a total', async () => {
      await store();
      expect(await context.opened.store.outcomes({ groupBy: 'total' })).toEqual([
        outcome('', 0, 11, 5, { 'bad-json': 3, 'too-old': 1 }),
      ]);
    });

    it('adds up by source', async () => {
      await store();
      expect(await context.opened.store.outcomes({ groupBy: 'source' })).toEqual([
        outcome('a', 0, 6, 4, { 'bad-json': 1, 'too-old': 1 }),
        outcome('b', 0, 5, 1, { 'bad-json': 2 }),
      ]);
    });

    it('adds up by source and hour', async () => {
      await store();
      expect(await context.opened.store.outcomes({ groupBy: 'source-hour' })).toEqual([
        outcome('a', 10, 4, 4, { 'bad-json': 1 }),
        outcome('a', 11, 2, 0, { 'too-old': 1 }),
        outcome('b', 10, 5, 1, { 'bad-json': 2 }),
      ]);
    });

    it('filters by source and by hours, the last exclusive', async () => {
      await store();
      const { store: telemetry } = context.opened;
      expect(await telemetry.outcomes({ groupBy: 'total', source: 'a' })).toEqual([
        outcome('', 0, 6, 4, { 'bad-json': 1, 'too-old': 1 }),
      ]);
      expect(await telemetry.outcomes({ groupBy: 'total', fromHour: 10, toHour: 11 })).toEqual([
        outcome('', 0, 9, 5, { 'bad-json': 3 }),
      ]);
      expect(await telemetry.outcomes({ groupBy: 'source-hour', source: 'a', fromHour: 11 })).toEqual([
        outcome('a', 11, 2, 0, { 'too-old': 1 }),
      ]);
    });

    it('leaves out entries without refused messages when only those with some are wanted', async () => {
      await store();
      const { store: telemetry } = context.opened;
      await telemetry.commit(commitOf({ outcomes: [outcome('c', 11, 7, 1)], next: 30 }));
      expect(await telemetry.outcomes({ groupBy: 'source', refusedOnly: true })).toEqual([
        outcome('a', 0, 6, 4, { 'bad-json': 1, 'too-old': 1 }),
        outcome('b', 0, 5, 1, { 'bad-json': 2 }),
      ]);
      expect(await telemetry.outcomes({ groupBy: 'source-hour', refusedOnly: true, fromHour: 11 })).toEqual([
        outcome('a', 11, 2, 0, { 'too-old': 1 }),
      ]);
      expect(await telemetry.outcomes({ groupBy: 'total', refusedOnly: true })).toEqual([
        outcome('', 0, 18, 6, { 'bad-json': 3, 'too-old': 1 }),
      ]);
    });

    it('is zero when nothing matches', async () => {
      await store();
      expect(await context.opened.store.outcomes({ groupBy: 'total', source: 'nobody' })).toEqual([outcome('', 0, 0)]);
      expect(await context.opened.store.outcomes({ groupBy: 'source', source: 'nobody' })).toEqual([]);
    });

    it('is the same after a restart', async () => {
      await store();
      const reopened = await context.opened.reopen();
      await reopened.commit(commitOf({ outcomes: [outcome('a', 10, 1)], next: 21 }));
      expect(await reopened.outcomes({ groupBy: 'total' })).toEqual([
        outcome('', 0, 12, 5, { 'bad-json': 3, 'too-old': 1 }),
      ]);
    });
  });
}
