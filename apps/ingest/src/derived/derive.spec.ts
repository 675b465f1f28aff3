import { afterEach, describe, expect, it } from '@jest/globals';
import { decodeReadingBatch } from '#core';
import { until } from '#core/testing';
import { type Derivation, findKind, HOUR_MS, hoursBack, QUARTER_MS } from '#kinds';
import { IngestRig } from '../testing/ingest-rig.js';
import { computeWindows, queriesOf, type Task } from './compute-windows.js';

const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
/** Midnight in Hong Kong, three days ago. */
const MIDNIGHT = Math.floor((Date.now() + 8 * HOUR_MS) / DAY_MS) * DAY_MS - 8 * HOUR_MS - 3 * DAY_MS;
const CLEAN = { no2: 20, so2: 5, o3: 40, pm10: 20, pm25: 12 };

interface Sent {
  readonly time: number;
  readonly values: Readonly<Record<string, unknown>>;
}

describe('derived metrics', () => {
  let rig: IngestRig;
  afterEach(() => rig.close());

  async function register(kind: string, department: string, ids: Readonly<Record<string, Record<string, string>>>) {
    await rig.registry.devices.create(
      Object.entries(ids).map(([id, tags], i) => ({ id, kind, department, tags, latitude: 22.3 + i / 1000, longitude: 114.17 })), // prettier-ignore
    );
  }

  async function send(kind: string, department: string, id: string, ...readings: readonly Sent[]) {
    const payload = readings.map(({ time, values }) => ({ ts: time, values }));
    await rig.append(id, `city/${department}/${kind}/${id}/telemetry`, payload);
  }

  /** `[time, value]` of what was derived, once everything accepted has been looked at. */
  async function derived(kind: string, subject: string, metric: string): Promise<[number, number][]> {
    await rig.derived();
    const query = { kind, devices: [subject], metrics: [metric], from: 0, to: 8e15, limit: 10_000 };
    return (await rig.store.history(query)).values.map(({ time, value }) => [time, value]);
  }

  it('gives a street one value from all its spaces, in their middle, and again when a late reading arrives', async () => {
    rig = await IngestRig.open();
    await register('parking-space', 'td', { P1: { street: 'Nathan Road' }, P2: { street: 'nathan road' }, P3: {} });
    await rig.start();
    const ten = MIDNIGHT + 10 * HOUR_MS;
    const street = 'street:parking-space:td:nathan-road';
    const quarters = (taken: boolean): Sent[] => [0, 15, 30, 45].map((minute) => ({ time: ten + minute * MINUTE_MS, values: { occupied: taken } })); // prettier-ignore
    await send('parking-space', 'td', 'P1', ...quarters(false));
    await send('parking-space', 'td', 'P3', ...quarters(true));
    expect(await derived('parking-space', street, 'vacancy')).toEqual([[ten + HOUR_MS, 100]]);
    await send('parking-space', 'td', 'P2', ...quarters(true));
    expect(await derived('parking-space', street, 'vacancy')).toEqual([[ten + HOUR_MS, 50]]);
    expect(await derived('parking-space', street, 'spacesHeard')).toEqual([[ten + HOUR_MS, 2]]);
    // A space without a street counts for its district.
    const { district } = (await rig.registry.devices.get('P3'))!;
    expect(await derived('parking-space', `district:parking-space:td:${district}`, 'vacancy')).toEqual([
      [ten + HOUR_MS, 0],
    ]);

    const { records } = await (await rig.feed.tail('oldest')).read({ maxMessages: 100, waitMs: 1_000 });
    const fed = records.flatMap(({ payload }) => decodeReadingBatch(payload).devices).filter(({ id }) => id === street);
    expect(fed.at(-1)).toEqual({ id: street, kind: 'parking-space', department: 'td', district, latitude: expect.closeTo(22.3005, 6), longitude: 114.17 }); // prettier-ignore
  });

  it('keeps what other derivations made of the same device and time', async () => {
    rig = await IngestRig.open();
    await rig.register('GF3637');
    await rig.start();
    const night = MIDNIGHT + 23 * HOUR_MS;
    const readings = Array.from({ length: 32 }, (_, i) => ({ time: night + i * QUARTER_MS + MINUTE_MS, values: { ...CLEAN, noise: 60, windSpeed: 1 } })); // prettier-ignore
    await send('smart-lamppost', 'hyd', 'GF3637', ...readings);
    expect(await derived('smart-lamppost', 'GF3637', 'noiseNight')).toEqual([[night + 8 * HOUR_MS, 60]]);
    expect((await derived('smart-lamppost', 'GF3637', 'aqhi')).at(-1)).toEqual([night + 8 * HOUR_MS, 2]);
    // Late and loud, in the last quarter of an hour: 31 quarters of 60 dB, one of 60 and 90 dB.
    await send('smart-lamppost', 'hyd', 'GF3637', { time: night + 8 * HOUR_MS - 2 * MINUTE_MS, values: { noise: 90 } });
    const louder = 10 * Math.log10((32 * 1e6 + 1e9) / 33);
    expect(await derived('smart-lamppost', 'GF3637', 'noiseNight')).toEqual([[night + 8 * HOUR_MS, Math.round(louder * 10) / 10]]); // prettier-ignore
    expect((await derived('smart-lamppost', 'GF3637', 'aqhi')).at(-1)).toEqual([night + 8 * HOUR_MS, 2]);
  });

  it('makes a survey of three nights, whatever restarts lie between them', async () => {
    rig = await IngestRig.open();
    await register('rodent-camera', 'fehd', { R1: { place: 'Wan Chai Market' } });
    const place = 'place:rodent-camera:fehd:wan-chai-market';
    for (const [night, withRodents] of [
      [-1, 36],
      [0, 0],
      [1, 18],
    ] as const) {
      await rig.start();
      const evening = MIDNIGHT + night * DAY_MS + 19 * HOUR_MS;
      await send('rodent-camera', 'fehd', 'R1',
        { time: evening + 6 * HOUR_MS, values: { images: 180, imagesWithRodents: withRodents / 2 } },
        { time: evening + 12 * HOUR_MS - MINUTE_MS, values: { images: 360, imagesWithRodents: withRodents } },
        // By day the camera repeats its result.
        { time: evening + 14 * HOUR_MS, values: { images: 360, imagesWithRodents: withRodents } }); // prettier-ignore
      await rig.drained();
      await rig.stop();
    }
    await rig.start();
    const morning = MIDNIGHT + DAY_MS + 31 * HOUR_MS;
    // (1080 - 54) / 1080
    expect(await derived('rodent-camera', place, 'surveyAbsenceRate')).toEqual([[morning, 95]]);
    expect(await derived('rodent-camera', 'R1', 'nightAbsenceRate')).toEqual([
      [morning - 2 * DAY_MS, 90],
      [morning - DAY_MS, 100],
      [morning, 95],
    ]);
  });

  it('computes a window that ended while the process was down', async () => {
    let now = MIDNIGHT + 3 * HOUR_MS;
    rig = await IngestRig.open({ clock: { now: () => now, monotonic: () => performance.now() } });
    await register('water-meter', 'wsd', { W1: {} });
    await rig.start();
    await send('water-meter', 'wsd', 'W1', { time: MIDNIGHT + 2.5 * HOUR_MS, values: { flow: 0.4 } });
    expect(await derived('water-meter', 'W1', 'nightFlow')).toEqual([]);
    await rig.stop();
    now = MIDNIGHT + 9 * HOUR_MS;
    await rig.start();
    const flows = await until(
      'the flow of the night',
      () => derived('water-meter', 'W1', 'nightFlow'),
      ({ length }) => length > 0,
    );
    expect(flows).toEqual([[MIDNIGHT + 4 * HOUR_MS, 0.4]]);
  });
});

describe('computing windows', () => {
  const kind = findKind('water-meter')!;
  const task = (id: string, ends: readonly number[] = [HOUR_MS]): Task => {
    const identity = { id, kind: kind.name, department: 'wsd', district: 'A', latitude: 22.3, longitude: 114.17 };
    return { subject: { identity, members: [identity] }, ends };
  };
  const mean = (derivation: Partial<Derivation> = {}): Derivation => ({
    name: 'mean',
    metrics: ['nightFlow'],
    inputs: ['flow'],
    groupBy: null,
    window: hoursBack(1),
    bucketMs: HOUR_MS,
    aggregates: ['mean'],
    compute: ({ members }) => ({ nightFlow: members[0]!.buckets[0]!.values['flow']!.mean! }),
    ...derivation,
  });
  const rows = (...ids: readonly string[]) => ids.map((group, i) => ({ group, time: 0, metric: 'flow', values: { mean: i + 0.00049 } })); // prettier-ignore

  it('goes on with the others when one device makes it fail', async () => {
    const failed: string[] = [];
    const store = { aggregate: () => Promise.resolve(rows('a', 'b')) };
    const strange = mean({
      compute: ({ members }) => {
        if (members[0]!.id === 'a') throw new Error('strange');
        return { nightFlow: 1e9 };
      },
    });
    const values = await computeWindows(kind, strange, [task('a'), task('b')], HOUR_MS, store, (id) => failed.push(id));
    expect(failed).toEqual(['a']);
    // Never outside the range of the metric.
    expect(values.map(({ identity, time, values: made }) => [identity.id, time, made])).toEqual([['b', HOUR_MS, { nightFlow: 20_000 }]]); // prettier-ignore
  });

  it('rounds to the digits of the metric, and says nothing of windows that are not over or brought nothing', async () => {
    const store = { aggregate: () => Promise.resolve(rows('a')) };
    const values = await computeWindows(kind, mean(), [task('a', [HOUR_MS, 2 * HOUR_MS])], 1.5 * HOUR_MS, store, () => undefined); // prettier-ignore
    expect(values.map(({ time, values: made }) => [time, made])).toEqual([[HOUR_MS, { nightFlow: 0 }]]);
    const later = await computeWindows(kind, mean(), [task('a', [2 * HOUR_MS])], 5 * HOUR_MS, store, () => undefined);
    expect(later).toEqual([]);
  });

  it('asks for some thousand values at a time, and never cuts a group', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => task(`w-${String(i).padStart(5, '0')}`));
    const wide = mean({ window: hoursBack(24), bucketMs: QUARTER_MS });
    const chunks = queriesOf(wide, many);
    expect(chunks.flat()).toHaveLength(10_000);
    expect(Math.max(...chunks.map((chunk) => chunk.length * 96 * 2))).toBeLessThanOrEqual(40_000);
    const group = { subject: { identity: many[0]!.subject.identity, members: many.map((each) => each.subject.members[0]!) }, ends: [HOUR_MS] }; // prettier-ignore
    expect(queriesOf(wide, [group, many[1]!])).toHaveLength(2);
    expect(queriesOf(mean(), [task('a'), task('b', [2 * HOUR_MS]), task('c')]).map((chunk) => chunk.length)).toEqual([
      2, 1,
    ]);
  });
});
