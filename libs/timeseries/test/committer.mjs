// A process that commits for ever, to be killed: `committer.mjs <file>`. Says `committed <next sequence>` after each commit.
import { cut, SCHEMA } from '../src/contract/samples.contract.ts';
import { DuckDbTelemetryStore } from '../src/duckdb/index.ts';

// Small numbers make checkpoints and moves of rows part of what is interrupted.
const options = { checkpointAt: '64KB', clusterRows: 50, clusterEveryMs: 20 };
const store = await DuckDbTelemetryStore.open({ path: process.argv[2], schema: SCHEMA, ...options });
let next = (await store.position('ingest'))?.nextSequence ?? 0;
for (;;) {
  const to = next + 1 + Math.floor(Math.random() * 60);
  await store.commit(cut(next, to));
  next = to;
  process.stdout.write(`committed ${next}\n`);
}
