import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../tests/acceptance/platform.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { Credentials } from '../load/mqtt-wire.js';
import { whenListening } from './listening.js';
import { startMosquitto } from './mosquitto-process.js';

/** What many cities run: Mosquitto, Telegraf and InfluxDB 2. A PUBACK there comes before anything is on disk. */
const ORGANISATION = 'benchmark';
const BUCKET = 'telemetry';
const TOKEN = 'benchmark-token';
const STORED_TIMEOUT_MS = 300_000;

/** Large batches and buffers, as its documentation advises for throughput; QoS 1 to the end. */
const TELEGRAF = (mqttPort: number, influxUrl: string): string => `
[agent]
  interval = "1s"
  flush_interval = "1s"
  metric_batch_size = 10000
  metric_buffer_limit = 5000000
  omit_hostname = true
  logtarget = "stderr"
  quiet = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:${mqttPort}"]
  topics = ["city/#"]
  qos = 1
  client_id = "telegraf"
  max_undelivered_messages = 200000
  data_format = "json"
  json_time_key = "ts"
  json_time_format = "unix_ms"
[[outputs.influxdb_v2]]
  urls = ["${influxUrl}"]
  token = "${TOKEN}"
  organization = "${ORGANISATION}"
  bucket = "${BUCKET}"
`;

/** Messages a second that can be counted in InfluxDB, until all of the load can. */
export async function measureTelegrafInfluxDb(
  publishers: readonly Credentials[],
  options: { window: number; warmUpMs: number; durationMs: number },
): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'telegraf-'));
  const processes: ChildProcess[] = [];
  const broker = await startMosquitto(directory);
  let load: LoadGenerator | null = null;
  try {
    const url = await startInfluxDb(directory, processes);
    writeFileSync(join(directory, 'telegraf.conf'), TELEGRAF(broker.port, url));
    processes.push(spawn('telegraf', ['--config', join(directory, 'telegraf.conf')], { stdio: 'ignore' }));
    // Telegraf opens no port; what is published before it has subscribed would be lost to it.
    await sleep(3_000);
    load = await LoadGenerator.connect(broker.port, publishers, options.window);
    const warmUp = await load.run(options.warmUpMs);
    await whenCounted(url, warmUp.messages);
    const run = await load.run(options.durationMs);
    const storedAt = await whenCounted(url, warmUp.messages + run.messages);
    return (run.messages / (storedAt - run.startedAt)) * 1000;
  } finally {
    load?.close();
    for (const child of processes) child.kill('SIGKILL');
    broker.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function startInfluxDb(directory: string, processes: ChildProcess[]): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const files = ['--bolt-path', join(directory, 'influxd.bolt'), '--sqlite-path', join(directory, 'influxd.sqlite')];
  const engine = ['--engine-path', join(directory, 'engine'), '--http-bind-address', `127.0.0.1:${port}`];
  processes.push(spawn('influxd', [...files, ...engine, '--reporting-disabled'], { stdio: 'ignore' }));
  await whenListening(port, 'InfluxDB');
  const setup = { username: 'benchmark', password: TOKEN, org: ORGANISATION, bucket: BUCKET, token: TOKEN };
  await eventuallyOk(() => fetch(`${url}/api/v2/setup`, { method: 'POST', body: JSON.stringify(setup) }));
  return url;
}

async function eventuallyOk(request: () => Promise<Response>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const response = await request();
    if (response.ok) return;
    if (performance.now() > deadline) throw new Error(`InfluxDB could not be set up: ${await response.text()}`);
    await sleep(200);
  }
}

/** The time (wall clock) at which that many messages could be counted. */
async function whenCounted(url: string, messages: number): Promise<number> {
  const deadline = performance.now() + STORED_TIMEOUT_MS;
  for (;;) {
    const stored = await countStored(url);
    if (stored >= messages) return Date.now();
    if (performance.now() > deadline) throw new Error(`InfluxDB holds ${stored} of ${messages} messages`);
    await sleep(250);
  }
}

async function countStored(url: string): Promise<number> {
  const query = `from(bucket: "${BUCKET}") |> range(start: -1d, stop: 1d)
    |> filter(fn: (r) => r._field == "values_temperature") |> count() |> group() |> sum()`;
  const response = await fetch(`${url}/api/v2/query?org=${ORGANISATION}`, {
    method: 'POST',
    headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/vnd.flux', accept: 'application/csv' },
    body: query,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`InfluxDB answered ${response.status}: ${text.slice(0, 300)}`);
  const [header, row] = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));
  const column = header?.split(',').indexOf('_value') ?? -1;
  return row === undefined || column < 0 ? 0 : Number(row.split(',')[column]);
}
