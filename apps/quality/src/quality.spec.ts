import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type DeviceIdentity, encodeReadingBatch, FEED_SOURCE, type ReadingBatch } from '#core';
import { until } from '#core/testing';
import type { Journal } from '#journal';
import { openJournal } from '#journal/lmdb';
import { kinds } from '#kinds';
import type { Registry } from '#registry';
import { openSqliteRegistry } from '#registry/sqlite';
import { FollowedRegistry } from '#registry/testing';
import type { DeadLetterGroup, DeadLetterGroupQuery, OutcomeCount } from '#timeseries';
import { createQuality, type RunningQuality } from './create-quality.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 25, 0);

/** The service over a real feed and a real registry; only the store's counts and the broker are played. */
describe('quality of data', () => {
  let directory: string;
  let registry: Registry;
  let followed: FollowedRegistry;
  let feed: Journal;
  let running: RunningQuality | null = null;
  let published: { topic: string; payload: Record<string, unknown> }[];
  let outcomes: OutcomeCount[];
  /** Letters that wait, by source. */
  let open: Readonly<Record<string, number>>;
  /** Runs while the owner is told, before the broker answers. */
  let beforePuback: () => Promise<void>;
  let sequence: number;
  const clock = { time: START, now: () => clock.time, monotonic: () => performance.now() };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'quality-'));
    registry = await openSqliteRegistry({ path: join(directory, 'registry.sqlite'), clock });
    feed = await openJournal(join(directory, 'feed'), { retain: { bytes: 1 << 24 } });
    published = [];
    outcomes = [];
    open = {};
    beforePuback = () => Promise.resolve();
    sequence = 0;
    clock.time = START;
    const at = { kind: 'lpwan-node', department: 'emsd', latitude: 22.3, longitude: 114.17, intervalMs: MINUTE };
    await registry.devices.create([{ id: 'N1', ...at }, { id: 'N2', ...at }]); // prettier-ignore
  });
  afterEach(async () => {
    await stop();
    await feed.close();
    await registry.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const openBySource = (query: DeadLetterGroupQuery): Promise<Pick<DeadLetterGroup, 'key' | 'letters'>[]> => {
    const from = Math.floor(clock.time / HOUR) * HOUR - 24 * HOUR;
    expect(query).toEqual({ departments: null, by: ['source'], open: true, partial: false, from, limit: outcomes.length }); // prettier-ignore
    return Promise.resolve(Object.entries(open).map(([source, letters]) => ({ key: { source }, letters })));
  };
  const start = async (): Promise<void> => {
    followed = new FollowedRegistry(registry);
    running = await createQuality({
      adapters: { feed, registry: followed.registry, store: { outcomes: () => Promise.resolve(outcomes), deadLetterGroups: openBySource } as never }, // prettier-ignore
      bus: {
        connected: true,
        publishDurably: (topic, payload) => {
          published.push({ topic, payload: JSON.parse(payload) as Record<string, unknown> });
          return beforePuback();
        },
        publishStatus: () => undefined,
      },
      kinds,
      assessEveryMs: 3_600_000,
      clock,
      logger: pino({ level: 'silent' }),
      onFatal: (error) => {
        throw error;
      },
    });
  };
  const stop = async (): Promise<void> => {
    await running?.close();
    running = null;
  };

  const append = (batch: ReadingBatch, source: string = FEED_SOURCE.live): Promise<void> =>
    new Promise((resolve, reject) =>
      feed.append({ source, topic: batch.kind, payload: encodeReadingBatch(batch), receivedAt: clock.time }, (error) =>
        error === null ? resolve() : reject(error),
      ),
    );

  /** One reading a minute, temperature and battery. */
  const readings = (
    id: string,
    from: number,
    minutes: number,
    of: { temperature?: (i: number) => number; clockErrorMs?: number } = {},
  ): ReadingBatch => {
    const { temperature = (i) => 20 + 3 * Math.sin(i / 5) + 0.1 * (i % 3), clockErrorMs = 0 } = of;
    const device: DeviceIdentity = {
      id,
      kind: 'lpwan-node',
      department: 'emsd',
      district: 'A',
      latitude: 22.3,
      longitude: 114.17,
    };
    const rows = Array.from({ length: minutes }, (_, i) => from + i * MINUTE);
    return {
      kind: 'lpwan-node',
      length: minutes,
      devices: [device],
      device: new Uint32Array(minutes),
      time: Float64Array.from(rows, (time) => time + clockErrorMs),
      receivedAt: Float64Array.from(rows, (time) => time + 40),
      sequence: Float64Array.from(rows, () => sequence++),
      boot: rows.map(() => null),
      seq: Float64Array.from(rows, () => NaN),
      metrics: ['temperature', 'battery'],
      columns: [Float64Array.from(rows, (_, i) => temperature(i)), new Float64Array(minutes).fill(90)],
    };
  };

  const seen = async (rows: number): Promise<void> => {
    await until(
      `${rows} rows to be seen`,
      () => running!.counters.rows,
      (now) => now >= rows,
    );
  };

  it('gives a sound device full marks and says nothing of it', async () => {
    await start();
    await append(readings('N1', START, 120));
    await append(readings('N2', START, 120));
    await seen(240);
    clock.time = START + 120 * MINUTE;
    await running!.assess();
    expect(await registry.quality.get('N1')).toMatchObject({
      score: 100,
      grade: 'good',
      department: 'emsd',
      report: {
        completeness: { received: 120, ratio: 1 },
        clock: { offsetMs: 40 },
        battery: { percent: 90 },
        reasons: [],
      },
    });
    expect(published).toEqual([]);
  });

  it('names what is wrong, and tells the owner when the grade changes', async () => {
    await start();
    await append(readings('N1', START, 60));
    await append(readings('N1', START + 60 * MINUTE, 60, { temperature: () => 21.7, clockErrorMs: -90_000 }));
    await seen(120);
    const count = { hour: 0, stored: 90, duplicates: 0, deadLetters: { 'out-of-range': 10 } };
    outcomes = [{ source: 'N1', ...count }];
    open = { N1: 10 };
    clock.time = START + 240 * MINUTE;
    await running!.assess();
    const quality = (await registry.quality.get('N1'))!;
    expect(quality.report.reasons.map(({ code }) => code).sort()).toEqual(
      ['clock-offset', 'gaps', 'incomplete', 'rejected', 'stuck'].sort(),
    );
    expect(quality.report.stuck).toEqual([expect.objectContaining({ metric: 'temperature', value: 21.7 })]);
    expect(quality.grade).toBe('poor');
    expect(published).toEqual([
      expect.objectContaining({ topic: 'city/emsd/lpwan-node/N1/quality' }),
      expect.objectContaining({ topic: 'city/emsd/lpwan-node/N2/quality' }),
    ]);
    expect(published[0]!.payload).toMatchObject({ device: 'N1', grade: 'poor', before: null, score: quality.score });
    expect(published[1]!.payload).toMatchObject({ device: 'N2', grade: 'silent', score: 0 });
    await running!.assess();
    expect(published).toHaveLength(2);
  });

  it('counts refused messages no more when a replay has settled them, and one that was refused again once', async () => {
    await start();
    await append(readings('N1', START, 120));
    await append(readings('N2', START, 120));
    await seen(240);
    clock.time = START + 120 * MINUTE;
    const rejected = async (id: string): Promise<unknown> => {
      await running!.assess();
      return (await registry.quality.get(id))!.report.rejected;
    };
    const counts = (stored: number, refused: number): OutcomeCount =>
      ({ source: 'N1', hour: 0, stored, duplicates: 0, deadLetters: { 'out-of-range': refused } }); // prettier-ignore
    outcomes = [counts(90, 10)];
    open = { N1: 10 };
    expect(await rejected('N1')).toEqual({ messages: 10, share: 0.1 });
    // Two were stored by a replay, and eight were refused by it again: those are counted with the day on which they came and on which they went.
    outcomes = [counts(92, 18)];
    open = { N1: 8 };
    expect(await rejected('N1')).toEqual({ messages: 8, share: 0.08 });
    outcomes = [counts(100, 18)];
    open = {};
    expect(await rejected('N1')).toEqual({ messages: 0, share: 0 });
    expect((await registry.quality.get('N1'))!.report.reasons).toEqual([]);
    expect(await rejected('N2')).toEqual({ messages: 0, share: 0 });
  });

  it('tells a grade once to the owner of a device that changes while it is told', async () => {
    await start();
    await append(readings('N1', START, 120));
    await seen(120);
    clock.time = START + 120 * MINUTE;
    beforePuback = async () => {
      await registry.devices.update('N2', { name: `Changed ${published.length}` });
      await followed.changesSeen();
    };
    await running!.assess();
    await running!.assess();
    expect(published.map(({ payload }) => [payload['device'], payload['grade']])).toEqual([['N2', 'silent']]);
  });

  it('goes on after a restart as if nothing had been, and counts nothing twice', async () => {
    await start();
    await append(readings('N1', START, 60));
    await seen(60);
    clock.time = START + 60 * MINUTE;
    await running!.assess();
    await stop();
    const missed = readings('N1', START + 60 * MINUTE, 60);
    await append(missed);
    await append(missed);
    clock.time = START + 120 * MINUTE;
    await start();
    await seen(120);
    await running!.assess();
    expect((await registry.quality.get('N1'))!.report.completeness).toEqual({ received: 120, expected: 120, ratio: 1 });
  });

  it('counts readings of dead letters where they belong, though live ones with later sequences came first', async () => {
    await start();
    await append(readings('N1', START, 60));
    const refused = readings('N1', START + 60 * MINUTE, 60, { temperature: () => 21.7 });
    await append(readings('N1', START + 120 * MINUTE, 60));
    await append(refused, FEED_SOURCE.history);
    await append(refused, FEED_SOURCE.history);
    await seen(240);
    clock.time = START + 180 * MINUTE;
    await running!.assess();
    const { report } = (await registry.quality.get('N1'))!;
    expect(report.completeness).toEqual({ received: 180, expected: 180, ratio: 1 });
    expect(report.reasons).toEqual([]);
  });

  it('writes a report again only when it says something new, or is ten minutes old', async () => {
    await start();
    await append(readings('N1', START, 120));
    await seen(120);
    clock.time = START + 120 * MINUTE;
    await running!.assess();
    const first = (await registry.quality.get('N1'))!.assessedAt;
    clock.time += 30_000;
    await running!.assess();
    expect((await registry.quality.get('N1'))!.assessedAt).toBe(first);
    clock.time += 11 * MINUTE;
    await running!.assess();
    expect((await registry.quality.get('N1'))!.assessedAt).toBe(clock.time);
  });

  it('writes the report of a device anew when another department has it', async () => {
    await start();
    clock.time = START + 120 * MINUTE;
    await running!.assess();
    await registry.devices.update('N1', { department: 'epd' });
    const departmentOf = async (): Promise<string | undefined> => {
      await running!.assess();
      return (await registry.quality.get('N1'))?.department;
    };
    await until('a report for the new department', departmentOf, (department) => department === 'epd');
  });

  it('removes the report of a device that went, though the first attempt failed', async () => {
    await start();
    clock.time = START + 120 * MINUTE;
    await running!.assess();
    const { remove } = registry.quality;
    let failures = 0;
    registry.quality.remove = (devices) => {
      if (devices.length === 0 || failures++ > 0) return remove.call(registry.quality, devices);
      return Promise.reject(new Error('the planted fault'));
    };
    await registry.devices.update('N1', { enabled: false });
    const fault = (): Promise<string> => running!.assess().then(() => 'none', String);
    await until('the planted fault', fault, (text) => text.includes('planted'));
    await running!.assess();
    expect(await registry.quality.get('N1')).toBeNull();
  });

  it('is degraded by what failed until it works again', async () => {
    await start();
    const { changes } = registry;
    const state = (): string => running!.status().state;
    registry.changes = () => Promise.reject(new Error('the planted fault'));
    await until('the trouble in the status', state, (each) => each === 'degraded');
    registry.changes = (...asked) => changes.call(registry, ...asked);
    await until('its end', state, (each) => each === 'up');
  });

  it('follows the registry: a device that is isolated or removed has no report', async () => {
    await start();
    clock.time = START + 10 * MINUTE;
    await running!.assess();
    expect((await registry.quality.get('N2'))!.grade).toBe('silent');
    await registry.devices.update('N2', { enabled: false });
    await registry.devices.remove('N1');
    await followed.changesSeen();
    await running!.assess();
    expect([await registry.quality.get('N1'), await registry.quality.get('N2')]).toEqual([null, null]);
  });
});
