import { describe, expect, it } from '@jest/globals';
import type { StoreContext } from './samples.contract.js';
import { batchOf, commitOf, type Row, T0 } from './samples.contract.js';

/** What de-duplication asks: keys of stored readings. */
export function describeKeys(context: StoreContext): void {
  const rows: Row[] = [
    { device: 'a', time: T0, sequence: 0, boot: 'x', seq: 0, values: { temperature: 1, humidity: 2 } },
    { device: 'b', time: T0, sequence: 1, seq: 7, values: { temperature: 1 } },
    { device: 'a', time: T0 + 2000, sequence: 2, boot: 'x', seq: 2, values: { humidity: 1 } },
    { device: 'a', time: T0 + 1000, sequence: 3, boot: 'x', seq: 1, values: { temperature: 1 } },
    { device: 'a', time: T0 + 3000, sequence: 4, values: { lampFault: 0 } },
  ];
  const key = (sequence: number) => {
    const row = rows.find((each) => each.sequence === sequence)!;
    const metrics = ['temperature', 'humidity', 'lampFault'].filter((metric) => metric in row.values);
    return {
      kind: 'weather',
      device: row.device,
      time: row.time,
      boot: row.boot ?? null,
      seq: row.seq ?? null,
      metrics,
    };
  };
  const store = () => {
    const toilet = batchOf('toilet', [
      { device: 't', time: T0 - 5, receivedAt: T0 + 90_000, sequence: 5, seq: 0, values: { visitors: 3 } },
    ]);
    return context.opened.store.commit(commitOf({ readings: [batchOf('weather', rows), toilet], next: 6 }));
  };
  const toiletKey = { kind: 'toilet', device: 't', time: T0 - 5, boot: null, seq: 0, metrics: ['visitors'] };

  describe('findStored', () => {
    it('gives the keys of a device in the range, in order of sequence', async () => {
      await store();
      const found = await context.opened.store.findStored('weather', 'a', T0, T0 + 3000, 1e9);
      expect(found).toEqual([key(0), key(2), key(3)]);
    });

    it('does not look at rows from the journal sequence on', async () => {
      await store();
      expect(await context.opened.store.findStored('weather', 'a', T0, T0 + 9000, 3)).toEqual([key(0), key(2)]);
      expect(await context.opened.store.findStored('weather', 'a', T0, T0 + 9000, 0)).toEqual([]);
      expect(await context.opened.store.findStored('weather', 'nobody', T0, T0 + 9000, 9)).toEqual([]);
    });
  });

  describe('recentKeys', () => {
    it('gives the last keys of every device of every kind, oldest first', async () => {
      await store();
      expect(await context.opened.store.recentKeys(10, T0, 1e9)).toEqual([
        key(0),
        key(1),
        key(2),
        key(3),
        key(4),
        toiletKey,
      ]);
      expect(await context.opened.store.recentKeys(2, T0, 1e9)).toEqual([key(1), key(3), key(4), toiletKey]);
    });

    it('leaves out what was received too early or stands too late in the journal', async () => {
      await store();
      expect(await context.opened.store.recentKeys(10, T0 + 80_000, 1e9)).toEqual([toiletKey]);
      expect(await context.opened.store.recentKeys(2, T0, 3)).toEqual([key(0), key(1), key(2)]);
      expect(await context.opened.store.recentKeys(2, T0 + 100_000, 1e9)).toEqual([]);
    });

    it('is the same after a restart', async () => {
      await store();
      const reopened = await context.opened.reopen();
      expect(await reopened.recentKeys(1, T0, 1e9)).toEqual([key(1), key(4), toiletKey]);
    });
  });
}
