import { describe, expect, it } from '@jest/globals';
import type { HistoryQuery, HistoryValue } from '../telemetry-store.js';
import type { StoreContext } from './samples.contract.js';
import { batchOf, commitOf, compact, DAY, HOUR, type Row, T0 } from './samples.contract.js';

/** History, latest and completeness. */
export function describeQueries(context: StoreContext): void {
  const store = (rows: readonly Row[], next = rows.length) =>
    context.opened.store.commit(commitOf({ readings: [batchOf('weather', rows)], next }));
  const query: HistoryQuery = {
    kind: 'weather',
    devices: ['a', 'b'],
    metrics: [],
    from: T0,
    to: T0 + DAY,
    limit: 1000,
  };

  describe('history', () => {
    const rows: Row[] = [
      { device: 'b', time: T0 + 2000, sequence: 0, values: { temperature: 2, humidity: 20 } },
      { device: 'a', time: T0 + 1000, sequence: 1, values: { temperature: 1 } },
      { device: 'c', time: T0 + 1500, sequence: 2, values: { temperature: 9 } },
      { device: 'a', time: T0 + 3000, sequence: 3, values: { humidity: 30, temperature: 3, lampFault: 0 } },
    ];

    it('gives values oldest first, only those that were sent, in the order of the kind', async () => {
      await store(rows);
      const page = await context.opened.store.history(query);
      expect(compact(page)).toEqual([
        ['a', 1, 'temperature', 1],
        ['b', 2, 'temperature', 2],
        ['b', 2, 'humidity', 20],
        ['a', 3, 'temperature', 3],
        ['a', 3, 'humidity', 30],
        ['a', 3, 'lampFault', 0],
      ]);
      expect(page.next).toBeNull();
      expect(page.values[0]!.receivedAt).toBe(T0 + 1250);
    });

    it('filters metrics and keeps to the range, whose end is exclusive', async () => {
      await store(rows);
      const { history } = context.opened.store;
      const page = await history.call(context.opened.store, { ...query, metrics: ['humidity'] });
      expect(compact(page)).toEqual([['b', 2, 'humidity', 20], ['a', 3, 'humidity', 30]]); // prettier-ignore
      const range = await history.call(context.opened.store, {
        ...query,
        metrics: ['temperature'],
        from: T0 + 1000,
        to: T0 + 3000,
      });
      expect(compact(range)).toEqual([['a', 1, 'temperature', 1], ['b', 2, 'temperature', 2]]); // prettier-ignore
    });

    it.each([
      ['no device is asked for', { devices: [] }],
      ['no device is known', { devices: ['nobody'] }],
      ['the range is empty', { from: T0, to: T0 }],
      ['the range lies elsewhere', { from: T0 + DAY, to: T0 + 2 * DAY }],
    ])('is empty when %s', async (_, change) => {
      await store(rows);
      expect(await context.opened.store.history({ ...query, ...change })).toEqual({ values: [], next: null });
    });

    it.each([1, 2, 3, 7, 50])('pages of %i values cover everything once and never split a row', async (limit) => {
      const many: Row[] = Array.from({ length: 40 }, (_, i) => ({
        device: i % 2 === 0 ? 'a' : 'b',
        time: T0 + Math.floor(i / 6) * 1000,
        sequence: i,
        values: { temperature: i, ...(i % 3 === 0 ? {} : { humidity: i }) },
      }));
      await store(many);
      const whole = await context.opened.store.history(query);
      const paged: HistoryValue[] = [];
      let cursor: string | undefined;
      do {
        const page = await context.opened.store.history({
          ...query,
          limit,
          ...(cursor === undefined ? {} : { cursor }),
        });
        // A row may be larger than the page; then the page is that row.
        expect(page.values.length).toBeLessThanOrEqual(Math.max(limit, 2));
        expect(page.values.length).toBeGreaterThan(0);
        paged.push(...page.values);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(paged).toEqual(whole.values);
      expect(whole.values).toHaveLength(14 + 26 * 2);
      expect(whole.values.map((value) => value.time)).toEqual(
        whole.values.map((value) => value.time).sort((x, y) => x - y),
      );
    });

    it('goes on after the cursor when rows came in between', async () => {
      await store(rows);
      const first = await context.opened.store.history({ ...query, limit: 3 });
      await store([{ device: 'a', time: T0 + 500, sequence: 4, values: { temperature: 0 } }, { device: 'a', time: T0 + 4000, sequence: 5, values: { temperature: 4 } }], 6); // prettier-ignore
      const second = await context.opened.store.history({ ...query, cursor: first.next! });
      expect(compact(second).map((value) => value[1])).toEqual([3, 3, 3, 4]);
    });
  });

  describe('latest', () => {
    it('gives the last value of each metric with its own time', async () => {
      await store([
        { device: 'a', time: T0, sequence: 0, values: { temperature: 1, humidity: 10 } },
        { device: 'a', time: T0 + 1000, sequence: 1, values: { temperature: 2 } },
        { device: 'b', time: T0, sequence: 2, values: { lampFault: 1 } },
      ]);
      const latest = await context.opened.store.latest({ kind: 'weather', devices: null });
      expect([...latest].sort((x, y) => x.device.localeCompare(y.device))).toEqual([
        {
          device: 'a',
          time: T0 + 1000,
          receivedAt: T0 + 1250,
          values: { temperature: { time: T0 + 1000, value: 2 }, humidity: { time: T0, value: 10 } },
        },
        { device: 'b', time: T0, receivedAt: T0 + 250, values: { lampFault: { time: T0, value: 1 } } },
      ]);
    });

    it('is not moved back by late data, and survives a restart', async () => {
      await store([{ device: 'a', time: T0 + 9000, sequence: 0, values: { temperature: 9 } }]);
      await store(
        [
          {
            device: 'a',
            time: T0 + 1000,
            receivedAt: T0 + 20_000,
            sequence: 1,
            values: { temperature: 1, humidity: 11 },
          },
        ],
        2,
      );
      const expected = {
        device: 'a',
        time: T0 + 9000,
        receivedAt: T0 + 9250,
        values: { temperature: { time: T0 + 9000, value: 9 }, humidity: { time: T0 + 1000, value: 11 } },
      };
      expect(await context.opened.store.latest({ kind: 'weather', devices: ['a'] })).toEqual([expected]);
      const reopened = await context.opened.reopen();
      expect(await reopened.latest({ kind: 'weather', devices: ['a'] })).toEqual([expected]);
    });

    it('keeps to the devices and the kind that were asked for', async () => {
      await store([{ device: 'a', time: T0, sequence: 0, values: { temperature: 1 } }, { device: 'b', time: T0, sequence: 1, values: { temperature: 2 } }]); // prettier-ignore
      const { store: telemetry } = context.opened;
      expect(
        (await telemetry.latest({ kind: 'weather', devices: ['b', 'nobody'] })).map((reading) => reading.device),
      ).toEqual(['b']);
      expect(await telemetry.latest({ kind: 'weather', devices: [] })).toEqual([]);
      expect(await telemetry.latest({ kind: 'toilet', devices: null })).toEqual([]);
    });
  });

  describe('completeness', () => {
    const ask = { kind: 'weather', device: 'a', from: T0, to: T0 + 24 * HOUR, intervalMs: HOUR, maxGaps: 10 };
    const hours = (list: readonly number[]): Row[] =>
      list.map((hour, sequence) => ({ device: 'a', time: T0 + hour * HOUR, sequence, values: { temperature: hour } }));

    it('finds no gap in a full day', async () => {
      await store(hours(Array.from({ length: 24 }, (_, hour) => hour)));
      expect(await context.opened.store.completeness(ask)).toEqual({ received: 24, gaps: [], truncated: false });
    });

    it('finds gaps between readings and at both edges of the range', async () => {
      await store(hours([5, 6, 10, 12, 13, 14, 15, 16, 17]));
      const at = (hour: number) => T0 + hour * HOUR;
      expect(await context.opened.store.completeness(ask)).toEqual({
        received: 9,
        gaps: [
          { from: at(0), to: at(5), missing: 5 },
          { from: at(6), to: at(10), missing: 3 },
          { from: at(17), to: at(24), missing: 6 },
        ],
        truncated: false,
      });
    });

    it('is one gap when nothing came', async () => {
      await store([{ device: 'b', time: T0, sequence: 0, values: { temperature: 1 } }]);
      expect(await context.opened.store.completeness(ask)).toEqual({
        received: 0,
        gaps: [{ from: T0, to: T0 + 24 * HOUR, missing: 24 }],
        truncated: false,
      });
    });

    it('says when there are more gaps than were asked for, and gives the oldest', async () => {
      await store(hours([0, 4, 8, 12, 16, 20, 21, 22, 23]));
      const facts = await context.opened.store.completeness({ ...ask, maxGaps: 2 });
      expect(facts).toMatchObject({ received: 9, truncated: true });
      expect(facts.gaps.map((gap) => (gap.from - T0) / HOUR)).toEqual([0, 4]);
    });
  });
}
