import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbTelemetryStore } from '#timeseries/duckdb';
import { fleetIds } from '../fleet.js';
import { DAY, MINUTE, SCHEMA, storeHistory } from '../month.js';
import type { Benchmark } from '../report/result.js';

/** What a stored value takes on disk, all columns and keys of its row included, once the store has been closed. */
export const bytes: Benchmark = {
  name: 'bytes',
  title: 'Bytes for each stored reading',
  async run({ quick, say }) {
    const directory = mkdtempSync(join(tmpdir(), 'lamplighter-bench-'));
    const path = join(directory, 'telemetry.duckdb');
    try {
      const [devices, days] = quick ? [20, 3] : [200, 10];
      say(`storing ${days} days of ${devices} devices, a reading a minute`);
      const store = await DuckDbTelemetryStore.open({ path, schema: SCHEMA });
      const to = Math.floor(Date.now() / MINUTE) * MINUTE;
      const values = await storeHistory(store, fleetIds(devices), to - days * DAY, to);
      await store.close();
      const value = statSync(path).size / values;
      return [
        {
          benchmark: 'bytes',
          measure: 'disk for each stored value',
          value,
          unit: 'bytes',
          aim: 'under 2',
          note: `${values.toLocaleString('en-US')} values`,
        },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
