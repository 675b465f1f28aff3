import 'reflect-metadata';
import { pino } from 'pino';
import { type ServiceStatus, systemClock } from '#core';
import { until } from '#core/testing';
import { findKind, HOUR_MS, kinds } from '#kinds';
import { createAlerts, type RunningAlerts } from '../../apps/alerts/src/create-alerts.js';
import { IngestRig, telemetryTopic } from '../../apps/ingest/src/testing/ingest-rig.js';

const LAMPPOST = findKind('smart-lamppost')!;
const PM25 = 'smart-lamppost-pm25-high';
const CLEAN = { no2: 20, so2: 5, o3: 40, pm10: 20, pm25: 12 };
const MINUTE_MS = 60_000;
const DEFAULT = LAMPPOST.alarms.find(({ id }) => id === PM25)!;

/** What rules make of readings that belong to the past when they come (ADR 015): journal, ingest, feed, alerts, registry, all real. */
describe('readings that belong to the past, to the rules', () => {
  let rig: IngestRig;
  let alerts: RunningAlerts;
  let marks = 0;
  const failures: unknown[] = [];

  /** The rules are there before alerts reads them. */
  const start = async (...rules: readonly ({ readonly id: string } & Record<string, unknown>)[]): Promise<void> => {
    marks = 0;
    rig = await IngestRig.open();
    await rig.register('L1', 'MARK');
    for (const { id, ...definition } of rules) {
      const whole = { ...DEFAULT, ...definition, id };
      await rig.registry.rules.put({ id, kind: LAMPPOST.name, department: null, device: null, enabled: true, definition: whole }); // prettier-ignore
    }
    await rig.start();
    const { feed, journal, registry, store } = rig;
    alerts = await createAlerts({
      adapters: { feed, journal, registry, store },
      bus: { connected: true, publishDurably: () => Promise.resolve(), publishStatus: () => undefined },
      kinds,
      clock: systemClock,
      logger: pino({ level: 'silent' }),
      onFatal: (error) => void failures.push(error),
    });
  };
  afterEach(async () => {
    await alerts.close();
    await rig.close();
    expect(failures.splice(0)).toEqual([]);
  });

  const transitions = async (): Promise<string[]> => {
    const all = await rig.registry.alarms.transitions(0, 1_000);
    return all.map(({ type, snapshot }) => `${type} ${snapshot.rule} ${snapshot.device}`);
  };
  /** Transitions once the rules have seen all that is in the journal now: those of a device that is read last tell. */
  const settled = async (): Promise<string[]> => {
    const isMark = (transition: string): boolean => transition.endsWith(' MARK');
    marks += 1;
    await rig.publish('MARK', { ts: Date.now() + marks, values: { pm25: marks % 2 === 1 ? 180 : 5 } });
    const all = await until(
      'the transition of the mark',
      transitions,
      (those) => those.filter(isMark).length === marks,
    );
    return all.filter((transition) => !isMark(transition));
  };
  /** As it is measured, unless it waited in the device. */
  const say = (device: string, ts: number, values: object, receivedAt = ts) =>
    rig.append(device, telemetryTopic(device), { ts, values }, receivedAt);
  /** Letters of what a device said, which is right after all: as if a fault of this platform had been mended since. */
  const refuse = async (device: string, messages: readonly (readonly [number, object])[]): Promise<void> => {
    const rejections = [{ code: 'processing-failed', pointer: '', detail: 'A fault that is mended now.' } as const];
    const facts = { source: device, device, department: 'hyd', kind: LAMPPOST.name, topic: telemetryTopic(device) };
    const deadLetters = messages.map(([ts, values], i) => ({
      ...facts,
      id: `${1_000 + i}-0`,
      sequence: 1_000 + i,
      payload: Buffer.from(JSON.stringify({ ts, values })),
      receivedAt: ts + 100,
      partial: false,
      rejections,
    }));
    await rig.store.commit({ consumer: 'test', readings: [], deadLetters, outcomes: [], position: null });
  };
  const replay = async (): Promise<void> => {
    const letters = await rig.openLetters();
    await rig.replay(letters);
    expect(await rig.openLetters()).toEqual([]);
    expect(letters.length).toBeGreaterThan(0);
  };
  it('raise nothing when they are replayed, of a device that nothing else is known of, and the next live reading does', async () => {
    await start();
    const at = Date.now() - 50 * MINUTE_MS;
    for (let i = 0; i < 3; i++)
      await rig.append('NEW', telemetryTopic('NEW'), { ts: at + i, values: { pm25: 180 } }, at + i);
    await rig.drained();
    await rig.register('NEW');
    await replay();
    expect((await rig.values('NEW')).map(([, , value]) => value)).toEqual([180, 180, 180]);
    expect(await settled()).toEqual([]);
    await say('NEW', Date.now(), { pm25: 180 });
    expect(await settled()).toEqual([`raised ${PM25} NEW`]);
  });

  it('clear nothing when they are replayed, newer than what raised the alarm though they are', async () => {
    await start();
    const at = Date.now() - 50 * MINUTE_MS;
    await say('L1', at, { pm25: 180 });
    expect(await settled()).toEqual([`raised ${PM25} L1`]);
    await refuse('L1', [[at + MINUTE_MS, { pm25: 5 }], [at + 2 * MINUTE_MS, { pm25: 5 }]]); // prettier-ignore
    await replay();
    expect(await settled()).toEqual([`raised ${PM25} L1`]);
    await say('L1', Date.now(), { pm25: 5 });
    expect(await settled()).toEqual([`raised ${PM25} L1`, `cleared ${PM25} L1`]);
  });

  it('raise and clear nothing when a device stored them and sends them late, and are history all the same', async () => {
    await start();
    const now = Date.now();
    const sent = [180, 5, 180].map((pm25, i) => say('L1', now - (50 - i) * MINUTE_MS, { pm25 }, now + i));
    await Promise.all(sent);
    expect(await settled()).toEqual([]);
    expect((await rig.values('L1')).map(([, , value]) => value)).toEqual([180, 5, 180]);
    await say('L1', now, { pm25: 180 }, now + 3);
    await say('L1', now - 40 * MINUTE_MS, { pm25: 5 }, now + 4);
    expect(await settled()).toEqual([`raised ${PM25} L1`]);
  });

  it('leave a delay running that began before them', async () => {
    await start({ id: 'held', onDelayMs: 5 * MINUTE_MS });
    const at = Date.now() - 50 * MINUTE_MS;
    await say('L1', at, { pm25: 180 });
    await refuse('L1', [[at + MINUTE_MS, { pm25: 5 }]]);
    await replay();
    await say('L1', at + 6 * MINUTE_MS, { pm25: 180 });
    expect((await settled()).filter((each) => each.includes('held'))).toEqual(['raised held L1']);
  });

  it('are no sign of life: an absence goes on until the device itself is heard', async () => {
    await start();
    await rig.registry.devices.update('L1', { intervalMs: 1_000 });
    const absent = `raised ${LAMPPOST.alarms.find(({ type }) => type === 'absence')!.id} L1`;
    const wellBeing = (service: string): ServiceStatus => ({ service, state: 'up', pid: 1, startedAt: 0, at: 0, metrics: {} }); // prettier-ignore
    const heartbeat = setInterval(() => ['broker', 'ingest'].forEach((name) => alerts.take(wellBeing(name))), 200);
    try {
      await refuse('L1', [[Date.now() - 50 * MINUTE_MS, { pm25: 5 }]]);
      await say('L1', Date.now(), { pm25: 5 });
      await until('the absence', transitions, (those) => those.includes(absent));
      await replay();
      expect((await settled()).filter((each) => each.includes('absent'))).toEqual([absent]);
    } finally {
      clearInterval(heartbeat);
    }
  });

  it('give the metrics that are derived of them, which raise nothing either', async () => {
    await start({ id: 'any-air', metric: 'aqhi', limit: 0, hysteresis: 0 });
    const hour = Math.floor(Date.now() / HOUR_MS) - 10;
    await refuse('L1', [0, 1, 2].map((i) => [(hour + i) * HOUR_MS + MINUTE_MS, CLEAN] as const)); // prettier-ignore
    await replay();
    const aqhi = { kind: LAMPPOST.name, devices: ['L1'], metrics: ['aqhi'], from: 0, to: 8e15, limit: 10 };
    const derived = await until(
      'what is derived',
      () => rig.store.history(aqhi),
      ({ values }) => values.length > 0,
    );
    expect(derived.values).toMatchObject([{ time: (hour + 3) * HOUR_MS }]);
    expect((await settled()).filter((each) => each.includes('any-air'))).toEqual([]);
  });
});
