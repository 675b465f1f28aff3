import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { LamplighterError } from '#core';
import { until } from '#core/testing';
import { findKind } from '#kinds';
import { Health, Retry } from '#service';
import { IngestRig } from '../testing/ingest-rig.js';
import { Retention } from './retention.js';

const DAY_MS = 86_400_000;

describe('retention (THREATS 39)', () => {
  let rig: IngestRig | null = null;
  afterEach(() => rig?.close());

  it('expires personal values when their days are over, and the bytes of refused messages about persons with them', async () => {
    let now = Date.now();
    rig = await IngestRig.open({ clock: { now: () => now, monotonic: () => performance.now() } });
    await rig.registry.devices.create([{ id: 'H1', kind: 'hiker-beacon', department: 'afcd', latitude: 22.3, longitude: 114.17 }]); // prettier-ignore
    await rig.start();
    const topic = 'city/afcd/hiker-beacon/H1/telemetry';
    await rig.append('H1', topic, { values: { consent: true, latitude: 22.4, longitude: 114.2, battery: 80 } });
    await rig.append('H1', topic, { values: { latitude: 'lost at 22.4' } });
    await rig.drained();
    await rig.stop();
    now += 8 * DAY_MS;
    await rig.start();
    const { store } = rig;
    const personal = async () => {
      const query = { kind: 'hiker-beacon', devices: ['H1'], metrics: [], from: 0, to: 8e15, limit: 100 };
      return (await store.history(query)).values.map(({ metric }) => metric);
    };
    const { ingest } = rig;
    await until('a round of retention', () => ingest.status().metrics['ingest_retention_finished_seconds']);
    expect(await personal()).toEqual(['consent', 'battery']);
    const [latest] = await store.latest({ kind: 'hiker-beacon', devices: ['H1'] });
    expect(Object.keys(latest!.values)).toEqual(['consent', 'battery']);
    const { deadLetters } = await store.deadLetters({ departments: null, limit: 10 });
    expect(deadLetters).toHaveLength(1);
    expect(deadLetters[0]!.payload).toHaveLength(0);
    expect(JSON.stringify(deadLetters)).not.toContain('lost');
    expect(await rig.ledger()).toMatchObject({ stored: 1, unaccounted: 0 });
    expect(rig.ingest.status().metrics).toMatchObject({
      ingest_retention_values: 2,
      ingest_retention_payloads: 1,
      ingest_retention_refused: 0,
    });
  });

  it('goes on with the rest when the store refuses something, and says so', async () => {
    const orders: string[] = [];
    const health = new Health();
    const { signal } = new AbortController();
    const logger = pino({ level: 'silent' });
    const retention = new Retention({
      store: {
        expire: ({ kind, metrics }) => {
          orders.push(`${kind} ${metrics.join()}`);
          return metrics.includes('token')
            ? Promise.reject(new LamplighterError('store-rejected', 'Whole rows only.'))
            : Promise.resolve({ values: 1, rows: 0 });
        },
        expirePayloads: (_before, kind) => Promise.resolve(kind === null ? 5 : 2),
      },
      kinds: [findKind('journey-time')!],
      deadLetterDays: 90,
      retry: new Retry({ health, logger, signal, random: () => 0 }),
      health,
      clock: { now: () => 1_000 * DAY_MS, monotonic: () => 0 },
      logger,
      signal,
    });
    await retention.run();
    expect(orders).toEqual(['journey-time token,method', 'journey-time journeyTime', 'journey-time meanJourneyTime', 'journey-time mainsPresent']); // prettier-ignore
    expect(retention.state).toEqual({ finishedAt: 1_000 * DAY_MS, values: 3, rows: 0, payloads: 7, refused: 1 });
    expect(JSON.stringify(health.report)).toContain('cannot remove 1 sets of old values');
  });
});
