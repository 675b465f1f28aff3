import { describe, expect, it } from '@jest/globals';
import type { StoreSchema } from '../telemetry-store.js';
import type { StoreContext } from './samples.contract.js';
import {
  batchOf,
  commitOf,
  compact,
  cut,
  DAY,
  deadLetter,
  expectedLedger,
  HOUR,
  outcome,
  readLedger,
  SCHEMA,
  T0,
} from './samples.contract.js';

/** Exactly-once, positions, and what a store refuses to write. */
export function describeCommitting(context: StoreContext): void {
  describe('commit', () => {
    it('is empty and without a position at first', async () => {
      const { store } = context.opened;
      expect(await store.position('ingest')).toBeNull();
      expect(await readLedger(store)).toEqual(expectedLedger(0));
      await expect(store.ping()).resolves.toBeUndefined();
    });

    it('makes rows, dead letters, outcomes and position readable', async () => {
      const { store } = context.opened;
      await store.commit(cut(0, 40));
      expect(await readLedger(store)).toEqual(expectedLedger(40));
      expect(await store.position('ingest')).toEqual({ next: { frame: 11, index: 0 }, nextSequence: 40 });
      expect(await store.position('other')).toBeNull();
    });

    it('changes nothing when the reply was lost and the same batch comes again', async () => {
      const { store } = context.opened;
      await store.commit(cut(0, 25));
      await store.commit(cut(0, 25));
      expect(await readLedger(store)).toEqual(expectedLedger(25));
      await store.commit(cut(25, 40));
      await store.commit(cut(25, 40));
      expect(await readLedger(store)).toEqual(expectedLedger(40));
    });

    it('keeps everything over a restart', async () => {
      await context.opened.store.commit(cut(0, 30));
      const store = await context.opened.reopen();
      expect(await store.position('ingest')).toEqual({ next: { frame: 8, index: 2 }, nextSequence: 30 });
      expect(await readLedger(store)).toEqual(expectedLedger(30));
    });

    it('keeps the positions of consumers apart', async () => {
      const { store } = context.opened;
      await store.commit(commitOf({ consumer: 'a', next: 5 }));
      await store.commit(commitOf({ consumer: 'b', next: 9 }));
      expect((await store.position('a'))?.nextSequence).toBe(5);
      expect((await store.position('b'))?.nextSequence).toBe(9);
    });

    it.each([
      ['the same batch', [20]],
      ['smaller batches', [13, 17, 20]],
      ['a larger batch', [31]],
    ])('comes out once when it was cut off and then %s is committed', async (_, ends) => {
      await context.opened.interrupt(cut(0, 20)).catch(() => undefined);
      let store = await context.opened.reopen();
      expect(await store.position('ingest')).toBeNull();
      let from = 0;
      for (const to of ends) {
        await store.commit(cut(from, to));
        from = to;
      }
      expect(await readLedger(store)).toEqual(expectedLedger(from));
      store = await context.opened.reopen();
      expect(await readLedger(store)).toEqual(expectedLedger(from));
    });

    it('comes out once after many interruptions with batches cut anew each time', async () => {
      let { store } = context.opened;
      let from = 0;
      for (const [attempt, reach] of [7, 4, 11, 3, 9].entries()) {
        await context.opened.interrupt(cut(from, from + reach)).catch(() => undefined);
        store = await context.opened.reopen();
        expect((await store.position('ingest'))?.nextSequence ?? 0).toBe(from);
        const to = from + ((attempt * 5) % 7) + 2;
        await store.commit(cut(from, to));
        from = to;
      }
      expect(await readLedger(store)).toEqual(expectedLedger(from));
    });

    it('stores two readings of a device that bear the same time', async () => {
      const { store } = context.opened;
      const rows = [0, 1].map((sequence) => ({
        device: 'a',
        time: T0,
        sequence,
        boot: 'b',
        seq: sequence,
        values: { temperature: sequence },
      }));
      await store.commit(commitOf({ readings: [batchOf('weather', rows)], next: 2 }));
      const page = await store.history({
        kind: 'weather',
        devices: ['a'],
        metrics: [],
        from: T0,
        to: T0 + 1,
        limit: 10,
      });
      expect(page.values.map((value) => value.value).sort()).toEqual([0, 1]);
      expect((await store.statistics()).rows).toEqual({ weather: 2, toilet: 0 });
    });

    it('keeps doubles exactly', async () => {
      const { store } = context.opened;
      const numbers = [0.1, -0, 1e-9, 123456789.125, Number.MAX_SAFE_INTEGER, -273.15, 1.7976931348623157e308, 5e-324];
      const rows = numbers.map((temperature, sequence) => ({
        device: 'a',
        time: T0 + sequence,
        sequence,
        values: { temperature },
      }));
      await store.commit(commitOf({ readings: [batchOf('weather', rows)], next: rows.length }));
      const page = await store.history({
        kind: 'weather',
        devices: ['a'],
        metrics: [],
        from: T0,
        to: T0 + DAY,
        limit: 100,
      });
      expect(page.values.map((value) => value.value + 0)).toEqual(numbers.map((value) => value + 0));
    });

    it.each([
      ['kind', batchOf('weather', [{ device: 'a', time: T0, sequence: 0, values: {} }]), 'nonsense'],
      [
        'metric',
        batchOf('weather', [{ device: 'a', time: T0, sequence: 0, values: { nonsense: 1 } }], ['nonsense']),
        'weather',
      ],
    ])('refuses a %s it was not opened with, and writes nothing of the batch', async (_, batch, kind) => {
      const { store } = context.opened;
      const refused = commitOf({
        readings: [{ ...batch, kind }],
        deadLetters: [deadLetter(0)],
        outcomes: [outcome('a', 1, 1)],
        next: 1,
      });
      await expect(store.commit(refused)).rejects.toMatchObject({ code: 'store-rejected', retryable: false });
      expect(await store.position('ingest')).toBeNull();
      expect(await readLedger(store)).toEqual(expectedLedger(0));
    });
  });

  describe('derived metrics', () => {
    const derive = (aqhi: number, time: number) =>
      commitOf({ readings: [batchOf('weather', [{ device: 'a', time, sequence: 0, values: { aqhi } }], ['aqhi'])] });

    it('are stored like any other and replaced when they are computed again', async () => {
      const { store } = context.opened;
      await store.commit(
        commitOf({
          readings: [batchOf('weather', [{ device: 'a', time: T0, sequence: 0, values: { temperature: 20 } }])],
          next: 1,
        }),
      );
      await store.commit(derive(3, T0));
      await store.commit(derive(4, T0));
      await store.commit(derive(5, T0 + HOUR));
      const page = await store.history({
        kind: 'weather',
        devices: ['a'],
        metrics: ['aqhi', 'temperature'],
        from: T0,
        to: T0 + DAY,
        limit: 10,
      });
      expect(compact(page).sort((x, y) => x[1] - y[1] || x[2].localeCompare(y[2]))).toEqual([
        ['a', 0, 'aqhi', 4],
        ['a', 0, 'temperature', 20],
        ['a', 3600, 'aqhi', 5],
      ]);
    });

    it('leave others of the same device and time as they are, also when they are computed again', async () => {
      const { store } = context.opened;
      const row = { device: 'a', time: T0, sequence: 0, values: { noiseNight: 55 } };
      const noise = commitOf({ readings: [batchOf('weather', [row], ['noiseNight'])] });
      for (const commit of [derive(3, T0), noise, derive(4, T0), noise]) await store.commit(commit);
      const query = { kind: 'weather', devices: ['a'], metrics: [], from: T0, to: T0 + DAY, limit: 10 };
      expect(compact(await store.history(query)).sort((x, y) => x[2].localeCompare(y[2]))).toEqual([
        ['a', 0, 'aqhi', 4],
        ['a', 0, 'noiseNight', 55],
      ]);
    });

    it('are no readings of the device', async () => {
      const { store } = context.opened;
      await store.commit(derive(3, T0));
      expect((await store.statistics()).rows).toEqual({ weather: 0, toilet: 0 });
      expect(await store.findStored('weather', 'a', T0, T0 + 1, 1e9)).toEqual([]);
      expect(await store.recentKeys(5, 0, 1e9)).toEqual([]);
      expect(
        await store.completeness({
          kind: 'weather',
          device: 'a',
          from: T0,
          to: T0 + HOUR,
          intervalMs: HOUR,
          maxGaps: 5,
        }),
      ).toMatchObject({ received: 0 });
      const latest = await store.latest({ kind: 'weather', devices: ['a'] });
      expect(latest[0]?.values).toEqual({ aqhi: { time: T0, value: 3 } });
    });

    it('may come in the same rows as what was sent', async () => {
      const { store } = context.opened;
      const row = { device: 'a', time: T0, sequence: 0, values: { humidity: 40, aqhi: 2 } };
      await store.commit(commitOf({ readings: [batchOf('weather', [row], ['aqhi', 'humidity'])], next: 1 }));
      const keys = await store.findStored('weather', 'a', T0, T0 + 1, 1);
      expect(keys).toEqual([{ kind: 'weather', device: 'a', time: T0, boot: null, seq: null, metrics: ['humidity'] }]);
    });
  });

  describe('schema growth', () => {
    const grown: StoreSchema = [
      {
        kind: 'weather',
        metrics: ['temperature', 'pressure', 'humidity', 'lampFault'],
        derived: ['aqhi', 'heatIndex'],
        // What was kept for 30 days in SCHEMA is kept longer now.
        retentionDays: {
          temperature: 731,
          pressure: 3653,
          humidity: 3653,
          lampFault: 3653,
          aqhi: 3653,
          heatIndex: 731,
        },
      },
      { kind: 'toilet', metrics: ['visitors'], derived: [], retentionDays: { visitors: 731 } },
      { kind: 'rodent-camera', metrics: ['images'], derived: [], retentionDays: { images: 731 } },
    ];

    it('takes a kind that gained a metric, and a new kind', async () => {
      await context.opened.store.commit(cut(0, 10));
      const store = await context.opened.reopen(grown);
      const row = { device: 'dev-0', time: T0 + 60_000, sequence: 10, values: { temperature: 1, pressure: 1013.2 } };
      const image = { device: 'cam-1', time: T0, sequence: 11, values: { images: 7 } };
      const readings = [batchOf('weather', [row], grown[0]!.metrics), batchOf('rodent-camera', [image], ['images'])];
      await store.commit(commitOf({ readings, next: 12 }));
      const page = await store.history({
        kind: 'weather',
        devices: ['dev-0'],
        metrics: ['pressure', 'temperature'],
        from: T0,
        to: T0 + DAY,
        limit: 100,
      });
      expect(compact(page)).toEqual([
        ['dev-0', 0, 'temperature', 20],
        ['dev-0', 4, 'temperature', 20.4],
        ['dev-0', 8, 'temperature', 20.8],
        ['dev-0', 60, 'temperature', 1],
        ['dev-0', 60, 'pressure', 1013.2],
      ]);
      const [lamp] = await store.latest({ kind: 'weather', devices: ['dev-0'] });
      expect(lamp!.values['temperature']).toEqual({ time: T0 + 60_000, value: 1 });
      const latest = await store.latest({ kind: 'rodent-camera', devices: null });
      expect(latest).toEqual([
        { device: 'cam-1', time: T0, receivedAt: T0 + 250, values: { images: { time: T0, value: 7 } } },
      ]);
    });

    it('hides a metric that is gone, and shows it again when it is back', async () => {
      await context.opened.store.commit(cut(0, 10));
      const shrunk = [{ kind: 'weather', metrics: ['humidity'], derived: [], retentionDays: { humidity: 3653 } }];
      let store = await context.opened.reopen(shrunk);
      const page = await store.history({
        kind: 'weather',
        devices: ['dev-0'],
        metrics: [],
        from: T0,
        to: T0 + DAY,
        limit: 100,
      });
      expect(new Set(page.values.map((value) => value.metric))).toEqual(new Set(['humidity']));
      const latest = await store.latest({ kind: 'weather', devices: ['dev-0'] });
      expect(Object.keys(latest[0]!.values)).toEqual(['humidity']);
      store = await context.opened.reopen(SCHEMA);
      expect(await readLedger(store)).toEqual(expectedLedger(10));
    });
  });
}
