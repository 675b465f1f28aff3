import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { batchOf, commitOf, SCHEMA, T0, type Row } from '../contract/samples.contract.js';
import type { StoreSchema } from '../telemetry-store.js';
import { DuckDbTelemetryStore } from './index.js';

describe('saved latest values', () => {
  let folder: string;
  let store: DuckDbTelemetryStore;
  // Saved when closed after 20 rows: some of what is read at a start is saved, some is not.
  const open = async (schema: StoreSchema = SCHEMA) => {
    const path = join(folder, 'telemetry.duckdb');
    store = await DuckDbTelemetryStore.open({ path, schema, snapshotRows: 400 });
  };
  const reopen = async (schema?: StoreSchema) => {
    await store.close();
    await open(schema);
  };
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lamplighter-duckdb-'));
    await open();
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  let sequence = 0;
  const commit = (rows: readonly Omit<Row, 'sequence'>[], metrics?: readonly string[]) =>
    store.commit(commitOf({ readings: [batchOf('weather', rows.map((row) => ({ ...row, sequence: sequence++ })), metrics)] })); // prettier-ignore
  const latest = async () => {
    const readings = await store.latest({ kind: 'weather', devices: null });
    return readings.sort((a, b) => (a.device < b.device ? -1 : 1));
  };

  it('are the same after every start, with what came after they were saved', async () => {
    for (let round = 0; round < 6; round++) {
      const rows = Array.from({ length: 7 }, (_, i) => ({
        device: `d${(round * 3 + i) % 11}`,
        time: T0 + ((round * 7 + i * 5) % 17) * 1000,
        values: (i % 2 === 0 ? { temperature: round + i / 10 } : { humidity: round }) as Record<string, number>,
      }));
      await commit(rows);
      const before = await latest();
      await reopen();
      expect(await latest()).toEqual(before);
    }
    expect(await latest()).toHaveLength(11);
  });

  it('give way to a derived value that replaced the saved one', async () => {
    const others = Array.from({ length: 30 }, (_, i) => ({ device: `d${i}`, time: T0, values: { aqhi: 1 } }));
    await commit([{ device: 'a', time: T0, values: { aqhi: 3 } }, ...others], ['aqhi']);
    await reopen();
    await commit([{ device: 'a', time: T0, values: { aqhi: 4 } }], ['aqhi']);
    await reopen();
    expect((await latest())[0]?.values['aqhi']).toEqual({ time: T0, value: 4 });
  });

  it('are read from history again when a metric is there that was not saved', async () => {
    const others = Array.from({ length: 30 }, () => ({ device: 'c', time: T0, values: { humidity: 1 } }));
    await commit([{ device: 'a', time: T0, values: { temperature: 1, humidity: 2 } }, ...others]);
    const before = await latest();
    await reopen([{ kind: 'weather', metrics: ['humidity'], derived: [], retentionDays: { humidity: 3653 } }]);
    await commit(others.map((row) => ({ ...row, device: 'b' })), ['humidity']); // prettier-ignore
    await reopen();
    expect((await latest())[0]).toEqual(before[0]);
    expect((await latest())[1]?.values).toEqual({ humidity: { time: T0, value: 1 } });
  });
});
