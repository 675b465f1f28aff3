import { describe, expect, it } from '@jest/globals';
import { AGGREGATES, type AggregateQuery, type AggregateRow } from '../telemetry-store.js';
import type { StoreContext } from './samples.contract.js';
import { batchOf, commitOf, DAY, HOUR, type Row, T0 } from './samples.contract.js';

/** Aggregation: all aggregates, groups, buckets, time zones. */
export function describeAggregates(context: StoreContext): void {
  const store = (rows: readonly Row[]) =>
    context.opened.store.commit(commitOf({ readings: [batchOf('weather', rows)], next: rows.length }));
  const query: AggregateQuery = {
    kind: 'weather',
    groups: new Map([['a', 'a']]),
    metrics: ['temperature'],
    from: T0,
    to: T0 + DAY,
    everyMs: null,
    timeZone: 'Asia/Hong_Kong',
    aggregates: AGGREGATES,
  };
  /** One reading of device a at each time; the value is its index. */
  const at = (times: readonly number[]): Row[] =>
    times.map((time, sequence) => ({ device: 'a', time, sequence, values: { temperature: sequence } }));
  const counts = (rows: readonly AggregateRow[]) =>
    rows.map((row) => [new Date(row.time).toISOString().slice(0, 16), row.values.count]);

  describe('aggregate', () => {
    it('computes all of them over the range, in order of time and not of arrival', async () => {
      await store([
        { device: 'a', time: T0 + 2000, sequence: 0, values: { temperature: 4 } },
        { device: 'a', time: T0 + 1000, sequence: 1, values: { temperature: 7 } },
        { device: 'a', time: T0 + 3000, sequence: 2, values: { temperature: 1 } },
        { device: 'a', time: T0 + 4000, sequence: 3, values: { humidity: 50 } },
        { device: 'a', time: T0 + DAY, sequence: 4, values: { temperature: 1000 } },
      ]);
      expect(await context.opened.store.aggregate(query)).toEqual([
        {
          group: 'a',
          time: T0,
          metric: 'temperature',
          values: {
            mean: 4,
            min: 1,
            max: 7,
            count: 3,
            sum: 12,
            first: 7,
            last: 1,
            energyMean: expect.closeTo(4.6651, 4),
          },
        },
      ]);
    });

    it('means levels by their energy: 60 and 70 dB are 67.4 dB together, and more than a double holds stays a number', async () => {
      await store([
        { device: 'a', time: T0, sequence: 0, values: { temperature: 60, humidity: 1e6 } },
        { device: 'b', time: T0 + 1000, sequence: 1, values: { temperature: 70, humidity: -1e6 } },
      ]);
      const rows = await context.opened.store.aggregate({
        ...query,
        groups: new Map([['a', 'both'], ['b', 'both']]), // prettier-ignore
        metrics: ['temperature', 'humidity'],
        aggregates: ['energyMean'],
      });
      expect(rows.map(({ values }) => values.energyMean)).toEqual([
        expect.closeTo(67.4036, 4),
        expect.closeTo(2996.99, 2),
      ]);
    });

    it('gives only the aggregates and metrics asked for', async () => {
      await store([{ device: 'a', time: T0, sequence: 0, values: { temperature: 4, humidity: 60 } }]);
      const rows = await context.opened.store.aggregate({
        ...query,
        metrics: ['humidity', 'temperature'],
        aggregates: ['max', 'count'],
      });
      expect(rows).toEqual([
        { group: 'a', time: T0, metric: 'humidity', values: { max: 60, count: 1 } },
        { group: 'a', time: T0, metric: 'temperature', values: { max: 4, count: 1 } },
      ]);
    });

    it('pools the values of the devices of a group, and leaves other devices out', async () => {
      await store([
        { device: 'a', time: T0, sequence: 0, values: { temperature: 1 } },
        { device: 'a', time: T0 + 1, sequence: 1, values: { temperature: 2 } },
        { device: 'b', time: T0 + 2, sequence: 2, values: { temperature: 9 } },
        { device: 'c', time: T0 + 3, sequence: 3, values: { temperature: 5 } },
        { device: 'd', time: T0 + 4, sequence: 4, values: { temperature: 77 } },
      ]);
      const groups = new Map([['a', 'north'], ['b', 'north'], ['c', "so'uth\\"], ['nobody', 'west']]); // prettier-ignore
      const rows = await context.opened.store.aggregate({
        ...query,
        groups,
        aggregates: ['mean', 'count', 'first', 'last'],
      });
      expect(rows).toEqual([
        { group: 'north', time: T0, metric: 'temperature', values: { mean: 4, count: 3, first: 1, last: 9 } },
        { group: "so'uth\\", time: T0, metric: 'temperature', values: { mean: 5, count: 1, first: 5, last: 5 } },
      ]);
    });

    it('orders rows by time, then group, then metric as asked, and leaves out empty buckets', async () => {
      await store([
        { device: 'b', time: T0 + HOUR, sequence: 0, values: { temperature: 1, humidity: 2 } },
        { device: 'a', time: T0 + HOUR, sequence: 1, values: { humidity: 3 } },
        { device: 'b', time: T0 + 5 * HOUR, sequence: 2, values: { temperature: 4 } },
      ]);
      const groups = new Map([['b', 'b'], ['a', 'a']]); // prettier-ignore
      const rows = await context.opened.store.aggregate({
        ...query,
        groups,
        metrics: ['humidity', 'temperature'],
        everyMs: HOUR,
        aggregates: ['sum'],
      });
      expect(rows.map((row) => [(row.time - T0) / HOUR, row.group, row.metric, row.values.sum])).toEqual([
        [1, 'a', 'humidity', 3],
        [1, 'b', 'humidity', 2],
        [1, 'b', 'temperature', 1],
        [5, 'b', 'temperature', 4],
      ]);
    });

    it('is empty without groups, without metrics and without aggregates', async () => {
      await store(at([T0]));
      const { store: telemetry } = context.opened;
      expect(await telemetry.aggregate({ ...query, groups: new Map() })).toEqual([]);
      expect(await telemetry.aggregate({ ...query, metrics: [] })).toEqual([]);
      expect(await telemetry.aggregate({ ...query, from: T0 + 5, to: T0 + 5 })).toEqual([]);
    });

    it('aggregates derived metrics', async () => {
      const rows = [2, 4].map((aqhi, i) => ({ device: 'a', time: T0 + i * HOUR, sequence: 0, values: { aqhi } }));
      await context.opened.store.commit(commitOf({ readings: [batchOf('weather', rows, ['aqhi'])] }));
      const answer = await context.opened.store.aggregate({ ...query, metrics: ['aqhi'], aggregates: ['mean'] });
      expect(answer).toEqual([{ group: 'a', time: T0, metric: 'aqhi', values: { mean: 3 } }]);
    });
  });

  describe('buckets', () => {
    const bucketed = (change: Partial<AggregateQuery>) =>
      context.opened.store.aggregate({ ...query, aggregates: ['count'], ...change });

    it('of a quarter of an hour', async () => {
      await store(at([T0, T0 + 14 * 60_000, T0 + 15 * 60_000, T0 + HOUR - 1, T0 + HOUR]));
      expect(counts(await bucketed({ everyMs: 900_000 }))).toEqual([
        ['2026-03-01T16:00', 2],
        ['2026-03-01T16:15', 1],
        ['2026-03-01T16:45', 1],
        ['2026-03-01T17:00', 1],
      ]);
    });

    it('of a day start at midnight in Hong Kong, also when the range does not', async () => {
      await store(at([T0, T0 + DAY - 1, T0 + DAY, T0 + 2 * DAY + HOUR]));
      const rows = await bucketed({ everyMs: DAY, from: T0 + DAY - 5, to: T0 + 3 * DAY });
      expect(counts(rows)).toEqual([
        ['2026-03-01T16:00', 1],
        ['2026-03-02T16:00', 1],
        ['2026-03-03T16:00', 1],
      ]);
    });

    it('of a week start on Monday', async () => {
      // Sunday and Monday in Hong Kong.
      await store(at([T0 - 1, T0, T0 + 7 * DAY - 1, T0 + 7 * DAY]));
      expect(counts(await bucketed({ everyMs: 7 * DAY, from: T0 - DAY, to: T0 + 9 * DAY }))).toEqual([
        ['2026-02-22T16:00', 1],
        ['2026-03-01T16:00', 2],
        ['2026-03-08T16:00', 1],
      ]);
    });

    it('of an hour lie on the half hour where the offset does', async () => {
      const midnight = Date.parse('2026-03-01T18:30:00Z');
      await store(at([midnight, midnight + HOUR - 1, midnight + HOUR]));
      expect(counts(await bucketed({ everyMs: HOUR, timeZone: 'Asia/Kolkata' }))).toEqual([
        ['2026-03-01T18:30', 2],
        ['2026-03-01T19:30', 1],
      ]);
    });

    it('of a day have 23 and 25 hours in London when the clocks change', async () => {
      const spring = Date.parse('2026-03-28T00:00:00Z');
      const autumn = Date.parse('2026-10-23T23:00:00Z');
      const hourly = (from: number, hours: number) => Array.from({ length: hours }, (_, hour) => from + hour * HOUR);
      await store(at([...hourly(spring, 72), ...hourly(autumn, 73)]));
      const days = { everyMs: DAY, timeZone: 'Europe/London' };
      expect(counts(await bucketed({ ...days, from: spring, to: spring + 71 * HOUR }))).toEqual([
        ['2026-03-28T00:00', 24],
        ['2026-03-29T00:00', 23],
        ['2026-03-29T23:00', 24],
      ]);
      expect(counts(await bucketed({ ...days, from: autumn, to: autumn + 73 * HOUR }))).toEqual([
        ['2026-10-23T23:00', 24],
        ['2026-10-24T23:00', 25],
        ['2026-10-26T00:00', 24],
      ]);
    });

    it('of an hour keep the two hours apart that bear the same name when the clocks go back', async () => {
      const midnight = Date.parse('2026-10-24T23:00:00Z');
      await store(at(Array.from({ length: 8 }, (_, half) => midnight + half * (HOUR / 2))));
      const rows = await bucketed({ everyMs: HOUR, timeZone: 'Europe/London', from: midnight, to: midnight + DAY });
      expect(counts(rows)).toEqual([
        ['2026-10-24T23:00', 2],
        ['2026-10-25T00:00', 2],
        ['2026-10-25T01:00', 2],
        ['2026-10-25T02:00', 2],
      ]);
    });
  });
}
