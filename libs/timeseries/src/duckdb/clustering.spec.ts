import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batchOf, commitOf, cut, DAY, expectedLedger, readLedger, SCHEMA, T0 } from '../contract/samples.contract.js';
import { DuckDbTelemetryStore } from './index.js';

describe('clustering', () => {
  let folder: string;
  let store: DuckDbTelemetryStore;
  const open = () =>
    DuckDbTelemetryStore.open({ path: join(folder, 'telemetry.duckdb'), schema: SCHEMA, clusterRows: 100 });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lamplighter-duckdb-'));
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const devices = ['dev-0', 'dev-1', 'dev-2', 'dev-3'];
  const everything = async () => ({
    ledger: await readLedger(store),
    history: await store.history({ kind: 'weather', devices, metrics: [], from: T0, to: T0 + DAY, limit: 100_000 }),
    keys: await store.recentKeys(7, 0, 1e9),
    latest: await store.latest({ kind: 'weather', devices }),
  });

  it('moves whole chunks once, changes no answer, and goes on after a restart', async () => {
    for (let from = 0; from < 500; from += 20) await store.commit(cut(from, from + 20));
    const before = await everything();
    // 300 weather and 100 toilet readings, in chunks of whole commits.
    const moved = await store.cluster();
    expect(moved).toBeGreaterThanOrEqual(300);
    expect(await everything()).toEqual(before);
    expect(await store.cluster()).toBe(0);
    await store.close();
    store = await open();
    expect(await store.cluster()).toBe(0);
    expect(await everything()).toEqual(before);
    for (let from = 500; from < 800; from += 20) await store.commit(cut(from, from + 20));
    expect(await store.cluster()).toBeGreaterThan(0);
    expect(await readLedger(store)).toEqual(expectedLedger(800));
  });

  it('happens beside commits, replaced derived rows included', async () => {
    let done = false;
    let moved = 0;
    const moving = (async () => {
      while (!done) moved += await store.cluster();
    })();
    for (let from = 0; from < 1200; from += 30) {
      await store.commit(cut(from, from + 30));
      const derived = batchOf(
        'weather',
        [{ device: 'dev-0', time: T0, sequence: 0, values: { aqhi: from } }],
        ['aqhi'],
      );
      await store.commit(commitOf({ readings: [derived] }));
    }
    done = true;
    await moving;
    expect(moved).toBeGreaterThan(0);
    expect(await readLedger(store)).toEqual(expectedLedger(1200));
    const aqhi = await store.history({
      kind: 'weather',
      devices,
      metrics: ['aqhi'],
      from: T0,
      to: T0 + DAY,
      limit: 10,
    });
    expect(aqhi.values.map((value) => value.value)).toEqual([1170]);
  });
});
