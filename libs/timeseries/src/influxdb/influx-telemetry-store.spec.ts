import { gunzipSync } from 'node:zlib';
import { describeWithInflux } from '../../../../tests/servers/influx.server.js';
import type { StoreCommit, StoreSchema } from '../telemetry-store.js';
import { describeTelemetryStore, type OpenedStore, type OpenOptions } from '../telemetry-store.contract.js';
import { type InfluxOptions, InfluxTelemetryStore } from './influx-telemetry-store.js';

describeWithInflux('InfluxTelemetryStore', (server) => {
  describeTelemetryStore('InfluxDB', async ({ schema }: OpenOptions): Promise<OpenedStore> => {
    const { url, token, org, createBucket } = server();
    const bucket = await createBucket();
    const openStore = (newSchema: StoreSchema) =>
      InfluxTelemetryStore.open({ url, token, org, bucket, schema: newSchema });
    return {
      store: await openStore(schema),
      interrupt: (batch: StoreCommit) => interrupt({ url, token, org, bucket, schema }, batch),
      reopen: (newSchema = schema) => openStore(newSchema),
      close: () => Promise.resolve(),
    };
  });
});

/** Everything of the batch is written but its commit record: the worst moment to be cut off. */
async function interrupt(options: InfluxOptions, batch: StoreCommit): Promise<void> {
  const cutOff: typeof fetch = (input, init) => {
    const lines = gunzipSync(init?.body as Uint8Array).toString();
    return lines.startsWith('ledger_commit') ? Promise.reject(new Error('cut off')) : fetch(input, init);
  };
  const store = await InfluxTelemetryStore.open({ ...options, fetch: cutOff, retryForMs: 0 });
  await store.commit(batch);
}
