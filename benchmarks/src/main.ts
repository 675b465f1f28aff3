import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { bytes } from './benches/bytes.bench.js';
import { codecs } from './benches/codecs.bench.js';
import { connections } from './benches/connections.bench.js';
import { ingest } from './benches/ingest.bench.js';
import { ingestMemory } from './benches/ingest-memory.bench.js';
import { quality } from './benches/quality.bench.js';
import { queries } from './benches/queries.bench.js';
import { simulation } from './benches/simulation.bench.js';
import { streamLatency } from './benches/stream-latency.bench.js';
import { topics } from './benches/topics.bench.js';
import type { Benchmark, Result } from './report/result.js';
import { machine, renderMachine, renderTable } from './report/table.js';

const BENCHMARKS: readonly Benchmark[] = [
  ingest,
  streamLatency,
  queries,
  connections,
  bytes,
  simulation,
  codecs,
  topics,
  quality,
  ingestMemory,
];

const names = BENCHMARKS.map((benchmark) => benchmark.name).join(', ');
const options = new Command('bench')
  .description('Measures the platform on this machine, beside the peers that are installed. Never fails on a figure.')
  .option('--only <names>', `some of: ${names}`)
  .option('--quick', 'fewer and shorter runs: to see that it works, not to quote', false)
  .option('--json <file>', 'where the figures are written', '.cache/benchmarks.json')
  .parse()
  .opts<{ only?: string; quick: boolean; json: string }>();

const wanted = options.only?.split(',').map((name) => name.trim());
const unknown = wanted?.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no benchmark '${unknown.join("', '")}'. There are: ${names}`);
  process.exit(2);
}

const about = machine();
console.log(renderMachine(about));
const results: Result[] = [];
const failures: string[] = [];
for (const benchmark of BENCHMARKS.filter(({ name }) => wanted === undefined || wanted.includes(name))) {
  console.log(`\n${benchmark.title}`);
  try {
    results.push(...(await benchmark.run({ quick: options.quick, say: (line) => console.log(`  ${line}`) })));
  } catch (error) {
    failures.push(`${benchmark.name}: ${(error as Error).message}`);
    console.error(`  ${benchmark.name} could not be measured: ${(error as Error).stack}`);
  }
}

console.log(
  `\n${renderTable(results)}\n\n${renderMachine(about)}${options.quick ? '; quick run, not to be quoted' : ''}`,
);
mkdirSync(dirname(options.json), { recursive: true });
const at = new Date().toISOString();
writeFileSync(
  options.json,
  `${JSON.stringify({ at, quick: options.quick, machine: about, results, failures }, null, 2)}\n`,
);
// A benchmark that broke is a fault; a slow one is not.
process.exit(failures.length === 0 ? 0 : 1);
