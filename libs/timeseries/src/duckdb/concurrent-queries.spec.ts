import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batchOf, commitOf, DAY, outcome, SCHEMA, T0 } from '../contract/samples.contract.js';
import { DuckDbTelemetryStore } from './index.js';

describe('queries beside commits', () => {
  let folder: string;
  let store: DuckDbTelemetryStore;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lamplighter-duckdb-'));
    store = await DuckDbTelemetryStore.open({ path: join(folder, 'telemetry.duckdb'), schema: SCHEMA });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** Each commit has devices, times and sequences that no plan made before it has heard of. */
  const commit = (from: number, rows: number) => {
    const readings = Array.from({ length: rows }, (_, i) => {
      const sequence = from + i;
      return { device: `d${sequence}`, time: T0 + sequence * 10, sequence, values: { temperature: sequence } };
    });
    const outcomes = readings.map(({ device }) => outcome(device, 1, 1));
    return store.commit(commitOf({ readings: [batchOf('weather', readings)], outcomes, next: from + rows }));
  };

  it('see whole commits only, each at least what the one before saw', async () => {
    const size = 50;
    let done = false;
    let rounds = 0;
    const groups = new Map(Array.from({ length: 200 * size }, (_, i) => [`d${i}`, `g${i % 100}`]));
    const reading = (async () => {
      let seen = 0;
      while (!done || rounds === 0) {
        const rows = await store.aggregate({ kind: 'weather', groups, metrics: ['temperature'], from: T0, to: T0 + DAY, everyMs: null, timeZone: 'UTC', aggregates: ['count'] }); // prettier-ignore
        const count = rows.reduce((sum, row) => sum + row.values.count!, 0);
        expect(count % size).toBe(0);
        expect(count).toBeGreaterThanOrEqual(seen);
        seen = count;
        const keys = await store.recentKeys(1, 0, 1e9);
        expect(keys.length % size).toBe(0);
        expect(keys.length).toBeGreaterThanOrEqual(seen);
        // Groups of integers are planned by their least and greatest value.
        await store.outcomes({ groupBy: 'source' });
        rounds++;
      }
    })();
    for (let i = 0; i < 60; i++) await commit(i * size, size);
    done = true;
    await reading;
    expect((await store.statistics()).rows['weather']).toBe(60 * size);
  });

  it('give latest values of a file whose first rows are committed while it is being read', async () => {
    for (let round = 0; round < 12; round++) {
      await store.close();
      store = await DuckDbTelemetryStore.open({ path: join(folder, `${round}.duckdb`), schema: SCHEMA });
      await Promise.all([
        store.latest({ kind: 'weather', devices: null }),
        store.outcomes({ groupBy: 'source' }),
        commit(0, 1 + round * 9),
      ]);
      expect(await store.latest({ kind: 'weather', devices: null })).toHaveLength(1 + round * 9);
    }
  });

  it('end with query-too-large when they run too long, and leave the store usable', async () => {
    // So much that an answer takes many times as long as the timer needs to fire.
    const devices = 20_000;
    await commit(0, devices);
    await store.close();
    store = await DuckDbTelemetryStore.open({
      path: join(folder, 'telemetry.duckdb'),
      schema: SCHEMA,
      queryTimeoutMs: 0,
    });
    const groups = new Map(Array.from({ length: devices }, (_, i) => [`d${i}`, `g${i}`]));
    const aggregate = () =>
      store
        .aggregate({
          kind: 'weather',
          groups,
          metrics: ['temperature', 'humidity'],
          from: T0,
          to: T0 + DAY,
          everyMs: 1_000,
          timeZone: 'UTC',
          aggregates: ['mean', 'first', 'last'],
        }) // prettier-ignore
        .catch((error: { code: string }) => error.code);
    const answers = await Promise.all([aggregate(), aggregate(), aggregate()]);
    expect(answers).toContain('query-too-large');
    await expect(commit(devices, 10)).resolves.toBeUndefined();
  });
});
