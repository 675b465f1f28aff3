import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTelemetryStore } from '../telemetry-store.contract.js';
import type { StoreCommit, StoreSchema } from '../telemetry-store.js';
import { DuckDbTelemetryStore } from './duckdb-telemetry-store.js';

describeTelemetryStore('DuckDB', async ({ schema }) => {
  const folder = mkdtempSync(join(tmpdir(), 'lamplighter-duckdb-'));
  const open = (kinds: StoreSchema) =>
    DuckDbTelemetryStore.open({ path: join(folder, 'telemetry.duckdb'), schema: kinds });
  let store = await open(schema);
  return {
    store,
    // The position is the last thing written before COMMIT: a batch whose position cannot be read is cut off right there.
    interrupt: (batch: StoreCommit) => store.commit({ ...batch, position: unreadable(batch.position!.nextSequence) }),
    reopen: async (kinds = schema) => {
      await store.close();
      store = await open(kinds);
      return store;
    },
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});

function unreadable(nextSequence: number) {
  return {
    nextSequence,
    get next(): never {
      throw new Error('cut off before the position');
    },
  };
}
