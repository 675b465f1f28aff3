import { describe, expect, it } from '@jest/globals';
import type { StoreContext } from './samples.contract.js';
import { batchOf, commitOf, DAY, deadLetter, T0 } from './samples.contract.js';

/** What is too old goes, from every answer (THREATS 39). */
export function describeExpiry(context: StoreContext): void {
  const ALL = ['temperature', 'humidity', 'lampFault'];
  const history = async () => {
    const query = { kind: 'weather', devices: ['a', 'b'], metrics: [], from: 0, to: T0 + 99 * DAY, limit: 100 };
    const page = await context.opened.store.history(query);
    return page.values.map(({ device, time, metric, value }) => [device, (time - T0) / DAY, metric, value]);
  };
  const fill = () =>
    context.opened.store.commit(
      commitOf({
        readings: [
          batchOf('weather', [
            { device: 'a', time: T0, sequence: 0, values: { temperature: 20, humidity: 50 } },
            { device: 'a', time: T0 + 40 * DAY, sequence: 1, values: { temperature: 21, humidity: 51 } },
            { device: 'b', time: T0 + DAY, sequence: 2, values: { temperature: 22 } },
          ]),
        ],
        next: 3,
      }),
    );

  describe('expire', () => {
    it('removes rows of which nothing is kept, from history and from latest values, also after a start', async () => {
      await fill();
      const { store } = context.opened;
      const order = { kind: 'weather', metrics: ALL, before: T0 + 40 * DAY };
      expect(await store.expire(order)).toEqual({ values: 3, rows: 2 });
      const left = [
        ['a', 40, 'temperature', 21],
        ['a', 40, 'humidity', 51],
      ];
      expect(await history()).toEqual(left);
      expect((await store.statistics()).rows['weather']).toBe(1);
      expect(await store.findStored('weather', 'b', 0, T0 + 99 * DAY, 10)).toEqual([]);
      const [b] = await store.latest({ kind: 'weather', devices: ['b'] });
      expect(b?.values ?? {}).toEqual({});
      expect(await store.expire(order)).toEqual({ values: 0, rows: 0 });
      const reopened = await context.opened.reopen();
      const [again] = await reopened.latest({ kind: 'weather', devices: ['b'] });
      expect(again?.values ?? {}).toEqual({});
      await reopened.close();
    });

    it('keeps what is kept longer in the same row', async () => {
      await fill();
      const { store } = context.opened;
      const before = await history();
      const order = { kind: 'weather', metrics: ['temperature'], before: T0 + 2 * DAY };
      expect((await store.expire(order)).values).toBe(2);
      expect(await history()).toEqual(before.filter(([, day, metric]) => day === 40 || metric === 'humidity'));
      const [a] = await store.latest({ kind: 'weather', devices: ['a'] });
      expect(Object.keys(a!.values).sort()).toEqual(['humidity', 'temperature']);
      const [b] = await store.latest({ kind: 'weather', devices: ['b'] });
      expect(b?.values ?? {}).toEqual({});
      expect(await store.expire(order)).toMatchObject({ values: 0 });
    });

    it('removes what the platform computed when its own time has come', async () => {
      const { store } = context.opened;
      const computed = (time: number, values: Record<string, number>) => ({ device: 'a', time, sequence: NaN, values });
      const rows = [computed(T0, { aqhi: 3, noiseNight: 50 }), computed(T0 + 40 * DAY, { noiseNight: 51 })];
      await store.commit(commitOf({ readings: [batchOf('weather', rows, ['aqhi', 'noiseNight'])] }));
      const order = { kind: 'weather', metrics: ['noiseNight'], before: T0 + 2 * DAY };
      expect((await store.expire(order)).values).toBe(1);
      expect(await history()).toEqual([
        ['a', 0, 'aqhi', 3],
        ['a', 40, 'noiseNight', 51],
      ]);
    });

    it('refuses metrics that there are not, and does nothing for none', async () => {
      const { store } = context.opened;
      await expect(store.expire({ kind: 'weather', metrics: ['warmth'], before: T0 })).rejects.toMatchObject({ code: 'bad-request' }); // prettier-ignore
      expect(await store.expire({ kind: 'weather', metrics: [], before: T0 })).toEqual({ values: 0, rows: 0 });
    });

    it('empties the payloads of dead letters, and the words that may quote them, and keeps the letters', async () => {
      const { store } = context.opened;
      const letters = [deadLetter(0), deadLetter(1, { kind: 'toilet' }), deadLetter(100_000)];
      await store.commit(commitOf({ deadLetters: letters, next: 100_001 }));
      expect(await store.expirePayloads(T0 + DAY, 'toilet')).toBe(1);
      expect(await store.expirePayloads(T0 + DAY, null)).toBe(1);
      expect(await store.expirePayloads(T0 + DAY, null)).toBe(0);
      const { deadLetters } = await store.deadLetters({ departments: null, limit: 10 });
      expect(deadLetters.map(({ sequence, payload }) => [sequence, payload.length])).toEqual([[100_000, 5], [1, 0], [0, 0]]); // prettier-ignore
      expect(deadLetters[2]!.rejections).toEqual([{ code: 'out-of-range', pointer: '/values/temperature', detail: 'Expired.' }]); // prettier-ignore
      expect(deadLetters[0]!.rejections[0]).toMatchObject({ actual: '99' });
    });
  });
}
