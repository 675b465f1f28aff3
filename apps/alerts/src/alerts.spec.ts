import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeReadingBatch, ReadingBatchBuilder, type ServiceStatus } from '#core';
import { until } from '#core/testing';
import { type AlarmDefault, findKind } from '#kinds';
import { AlertsBench } from './testing/alerts-bench.js';

const PM25 = 'smart-lamppost-pm25-high';

let bench: AlertsBench;
beforeEach(async () => {
  bench = await AlertsBench.open();
});
afterEach(async () => {
  await bench.close();
  expect(bench.failures).toEqual([]);
});

const pm25 = (
  device: string,
  time: number,
  sequence: number,
  value: number,
): { device: string; time: number; sequence: number; values: { pm25: number } } => ({
  device,
  time,
  sequence,
  values: { pm25: value },
});
const settled = async (expected: readonly string[]): Promise<void> => {
  const transitions = await until(
    `${expected.length} transitions`,
    () => bench.transitions(),
    ({ length }) => length >= expected.length,
  );
  expect(transitions).toEqual(expected);
};
const published = (count: number): Promise<unknown> =>
  until(
    `${count} published transitions`,
    () => bench.bus.published,
    ({ length }) => length >= count,
  );
/** So many seconds of its work later. */
const statuses = (count: number): Promise<unknown> =>
  until(`${count} statuses`, () => bench.bus.statuses.length >= count);

describe('alerts', () => {
  it('raises and clears, and publishes each transition on its topic', async () => {
    await bench.addDevices('GF1');
    await bench.start();
    const now = bench.clock.now();
    await bench.appendFeed([pm25('GF1', now, 0, 30), pm25('GF1', now + 1, 1, 90)]);
    await settled([`raised ${PM25} GF1`]);
    await bench.appendFeed([pm25('GF1', now + 2, 2, 30)]);
    await settled([`raised ${PM25} GF1`, `cleared ${PM25} GF1`]);
    await published(2);
    expect(
      bench.bus.published.map(({ topic, transition }) => [topic, transition.type, transition.snapshot.active]),
    ).toEqual([
      ['alarms/hyd/high/GF1', 'raised', true],
      ['alarms/hyd/high/GF1', 'cleared', false],
    ]);
    expect(bench.bus.published[0]?.transition).toMatchObject({ actor: 'system', reason: 'pm25 90 is above 75' });
  });

  it('raises alarms of a place, which go on over a restart as long as the place has a device', async () => {
    const kind = 'rodent-camera';
    const place = 'place:rodent-camera:fehd:wan-chai-market';
    const tags = { place: 'Wan Chai Market' };
    await bench.registry.devices.create([
      { id: 'R1', kind, department: 'fehd', latitude: 22.3, longitude: 114.17, tags },
    ]);
    await bench.start();
    const now = bench.clock.now();
    const rate = (time: number, value: number): Promise<void> => {
      const builder = new ReadingBatchBuilder(kind, ['surveyAbsenceRate']);
      const device = { id: place, kind, department: 'fehd', district: 'B', latitude: 22.3, longitude: 114.17 };
      builder.add({
        device,
        time,
        receivedAt: time,
        boot: null,
        seq: null,
        sequence: NaN,
        values: Float64Array.of(value),
      });
      return bench.append(encodeReadingBatch(builder.build()));
    };
    const raised = `raised rodent-camera-survey-rate-low ${place}`;
    await rate(now, 80);
    await settled([raised]);
    await bench.alerts.close();
    await bench.start();
    await rate(now + 1, 95);
    await settled([raised, `cleared rodent-camera-survey-rate-low ${place}`]);
    const [, cleared] = await bench.registry.alarms.transitions(0, 10);
    expect(cleared).toMatchObject({
      reason: expect.stringContaining('surveyAbsenceRate 95'),
      snapshot: { department: 'fehd' },
    });
  });

  it('goes on after a restart from what was saved: nothing lost, nothing twice', async () => {
    await bench.addDevices('GF1', 'GF2');
    await bench.start();
    const now = bench.clock.now();
    await bench.appendFeed([pm25('GF1', now, 0, 90), pm25('GF2', now, 1, 30)]);
    await settled([`raised ${PM25} GF1`]);
    await bench.alerts.close();
    // While it is down, ingest crashes too and repeats its last batch with one row more.
    await bench.appendFeed([pm25('GF1', now, 0, 90), pm25('GF2', now, 1, 30), pm25('GF2', now + 5, 2, 91)]);
    await bench.appendFeed([pm25('GF1', now + 6, 3, 20)]);
    await bench.start();
    await settled([`raised ${PM25} GF1`, `raised ${PM25} GF2`, `cleared ${PM25} GF1`]);
    await published(3);
    const ids = bench.bus.published.map(({ transition }) => transition.id);
    expect(new Set(ids).size).toBe(3);
  });

  it('comes to the same when it was killed between its save and the commit of the feed', async () => {
    await bench.addDevices('GF1');
    await bench.start();
    const now = bench.clock.now();
    await bench.appendFeed([pm25('GF1', now, 0, 90)]);
    await settled([`raised ${PM25} GF1`]);
    await bench.alerts.close();
    // The feed's own offset is behind; the registry's is what counts.
    const again = await bench.feed.consumer('alerts');
    await again.commit({ frame: 1, index: 0 });
    await bench.start();
    await bench.appendFeed([pm25('GF1', now + 1, 1, 30)]);
    await settled([`raised ${PM25} GF1`, `cleared ${PM25} GF1`]);
  });

  it('publishes later what happened while the broker was away, and what operators did', async () => {
    await bench.addDevices('GF1');
    bench.bus.connected = false;
    await bench.start();
    await bench.appendFeed([pm25('GF1', bench.clock.now(), 0, 90)]);
    await settled([`raised ${PM25} GF1`]);
    const [alarm] = await bench.registry.alarms.list({ departments: null, limit: 1 });
    await bench.registry.alarms.acknowledge(alarm!.id, 'wing', 'seen');
    expect(bench.bus.published).toEqual([]);
    bench.bus.connected = true;
    await published(2);
    expect(bench.bus.published.map(({ transition }) => [transition.type, transition.actor])).toEqual([
      ['raised', 'system'],
      ['acknowledged', 'wing'],
    ]);
  });

  it('follows rules and devices of the registry while it runs', async () => {
    await bench.addDevices('GF1');
    await bench.start();
    const now = bench.clock.now();
    await bench.appendFeed([pm25('GF1', now, 0, 90)]);
    await settled([`raised ${PM25} GF1`]);
    await bench.registry.rules.put({
      id: 'r1',
      kind: 'smart-lamppost',
      department: 'hyd',
      device: null,
      enabled: false,
      definition: definitionOf(PM25),
    });
    await settled([`raised ${PM25} GF1`, `cleared ${PM25} GF1`]);
    await bench.registry.rules.remove('r1');
    await bench.registry.rules.put({
      id: 'broken',
      kind: 'smart-lamppost',
      department: null,
      device: null,
      enabled: true,
      definition: { type: 'magic' },
    });
    await until(
      'the alarm to be raised again',
      async () => {
        await bench.appendFeed([pm25('GF1', bench.clock.now(), 1 + bench.alerts.counters.batches, 95)]);
        return bench.transitions();
      },
      ({ length }) => length === 3,
    );
    await bench.registry.devices.remove('GF1');
    const transitions = await until(
      'the alarm of a removed device to clear',
      () => bench.transitions(),
      ({ length }) => length === 4,
    );
    expect(transitions[3]).toBe(`cleared ${PM25} GF1`);
  });

  it('survives a record of the feed that is no batch', async () => {
    await bench.addDevices('GF1');
    await bench.start();
    await bench.append(Buffer.from('not a batch of readings'));
    await bench.appendFeed([pm25('GF1', bench.clock.now(), 0, 90)]);
    await settled([`raised ${PM25} GF1`]);
    expect(bench.alerts.counters.unreadable).toBe(1);
  });

  it('writes the registry once a second, not once a batch, while nothing changes', async () => {
    await bench.addDevices('GF1');
    await bench.start();
    const before = bench.alerts.counters.saves;
    const started = bench.clock.monotonic();
    for (let i = 0; i < 50; i++) await bench.appendFeed([pm25('GF1', bench.clock.now(), i, 30)]);
    await until(
      '50 rows to be looked at',
      () => bench.alerts.counters.rows,
      (rows) => rows === 50,
    );
    const seconds = (bench.clock.monotonic() - started) / 1_000;
    expect(bench.alerts.counters.saves - before).toBeLessThanOrEqual(Math.ceil(seconds) + 2);
  });

  it('says how it is', async () => {
    await bench.start();
    expect(bench.alerts.status()).toMatchObject({
      service: 'alerts',
      state: 'up',
      pid: process.pid,
      metrics: { alerts_rows_total: 0, alerts_healthy: 1 },
    });
    expect(bench.bus.statuses.length).toBeGreaterThan(0);
  });
});

describe('absence', () => {
  const ABSENCE = definitionsOf('absence')[0]!.id;
  const LONG_MS = 24 * 3_600_000;
  const wellBeing = (service: string): ServiceStatus => ({
    service,
    state: 'up',
    pid: 1,
    startedAt: 0,
    at: 0,
    metrics: {},
  });
  const pipelineIsUp = (): void => ['broker', 'ingest'].forEach((service) => bench.alerts.take(wellBeing(service)));

  it('is raised by the clock, for devices known from the store too, and ends with data', async () => {
    await bench.addDevices('GF1', 'NEVER');
    bench.store.latestReadings = [
      { device: 'GF1', time: bench.clock.now(), receivedAt: bench.clock.now(), values: {} },
    ];
    await bench.start();
    pipelineIsUp();
    await statuses(3);
    bench.clock.ahead = LONG_MS;
    pipelineIsUp();
    await settled([`raised ${ABSENCE} GF1`]);
    await bench.appendFeed([pm25('GF1', bench.clock.now(), 0, 30)]);
    await settled([`raised ${ABSENCE} GF1`, `cleared ${ABSENCE} GF1`]);
  });

  it('is not raised while broker or ingest is away', async () => {
    await bench.addDevices('GF1');
    bench.store.latestReadings = [{ device: 'GF1', time: 0, receivedAt: bench.clock.now(), values: {} }];
    await bench.start();
    bench.alerts.take(wellBeing('broker'));
    bench.clock.ahead = LONG_MS;
    await statuses(4);
    expect(await bench.transitions()).toEqual([]);
  });

  it('is not raised after a restart, of a device of which only replayed readings exist', async () => {
    await bench.addDevices('GF1', 'GF2');
    await bench.start();
    const now = bench.clock.now();
    await bench.appendFeed([pm25('GF1', now, 0, 30)], 'history');
    await bench.appendFeed([pm25('GF2', now, 1, 30)]);
    await until('the live reading to be evaluated', () => bench.alerts.counters.rows === 1);
    await bench.alerts.close();
    bench.store.latestReadings = ['GF1', 'GF2'].map((device) => ({ device, time: now, receivedAt: now, values: {} }));
    await bench.start();
    pipelineIsUp();
    await statuses(3);
    bench.clock.ahead = LONG_MS;
    pipelineIsUp();
    await settled([`raised ${ABSENCE} GF2`]);
    await statuses(bench.bus.statuses.length + 3);
    await settled([`raised ${ABSENCE} GF2`]);
  });

  it('waits for a store that comes up later', async () => {
    await bench.addDevices('GF1');
    bench.store.isDown = true;
    await bench.start();
    expect(bench.alerts.status()).toMatchObject({ state: 'degraded', reason: 'the store is down' });
    bench.store.isDown = false;
    await until(
      'alerts to be up',
      () => bench.alerts.status(),
      ({ state }) => state === 'up',
    );
  });
});

function definitionsOf(type: string): { readonly id: string }[] {
  return lamppostAlarms().filter((alarm) => alarm.type === type);
}

function definitionOf(id: string): unknown {
  return lamppostAlarms().find((alarm) => alarm.id === id);
}

function lamppostAlarms(): readonly AlarmDefault[] {
  return findKind('smart-lamppost')!.alarms;
}
