import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbTelemetryStore } from '#timeseries/duckdb';
import { startPlatform, type Platform } from '../../../tests/acceptance/platform.js';
import { fleetIds, KIND, registerFleet } from '../fleet.js';
import { DAY, MINUTE, SCHEMA, storeHistory } from '../month.js';
import { median, percentile, type Benchmark, type BenchmarkOptions, type Result } from '../report/result.js';

const CITY = 150_000;

/** What a department asks: a month of one device by the hour, through the API; and the whole city's latest values, of the store. */
export const queries: Benchmark = {
  name: 'queries',
  title: 'History and latest values on a month of data',
  async run(options) {
    const directory = mkdtempSync(join(tmpdir(), 'lamplighter-bench-'));
    try {
      return [...(await monthByTheHour(directory, options)), ...(await latestOfTheCity(directory, options))];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

async function monthByTheHour(directory: string, { quick, say }: BenchmarkOptions): Promise<Result[]> {
  const ids = fleetIds(quick ? 3 : 20);
  const to = Math.floor(Date.now() / MINUTE) * MINUTE;
  const from = to - 30 * DAY;
  const data = join(directory, 'platform');
  mkdirSync(data);
  say(`storing a month of ${ids.length} devices, a reading a minute`);
  const store = await DuckDbTelemetryStore.open({ path: join(data, 'telemetry.duckdb'), schema: SCHEMA });
  await storeHistory(store, ids, from, to);
  await store.close();
  const platform = await startPlatform({ dataDirectory: data });
  try {
    await registerFleet(platform, ids);
    const history = `/v1/devices/${ids[1]}/readings?metric=temperature&from=${iso(from)}&to=${iso(to)}&every=1h&aggregate=mean,min,max`;
    const latest = `/v1/devices/${ids[1]}/latest`;
    const times = {
      month: await repeat(platform, history, quick ? 5 : 40),
      latest: await repeat(platform, latest, quick ? 5 : 40),
    };
    return [
      {
        benchmark: 'queries',
        measure: 'a month of one device by the hour, median',
        value: median(times.month),
        unit: 'ms',
        aim: 'under 50',
        note: 'API',
      },
      {
        benchmark: 'queries',
        measure: 'the same, 99th percentile',
        value: percentile(times.month, 99),
        unit: 'ms',
        note: 'API',
      },
      {
        benchmark: 'queries',
        measure: 'latest values of one device, median',
        value: median(times.latest),
        unit: 'ms',
        note: 'API',
      },
    ];
  } finally {
    await platform.stop();
  }
}

/** The first call is not counted: it opens files and compiles the query. */
async function repeat(platform: Platform, path: string, times: number): Promise<number[]> {
  const durations: number[] = [];
  for (let i = 0; i <= times; i++) {
    const started = performance.now();
    const answer = await platform.request('GET', path);
    if (answer.status !== 200)
      throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
    if (i > 0) durations.push(performance.now() - started);
  }
  return durations;
}

async function latestOfTheCity(directory: string, { quick, say }: BenchmarkOptions): Promise<Result[]> {
  const count = quick ? 10_000 : CITY;
  say(`storing ten minutes of ${count} devices`);
  const store = await DuckDbTelemetryStore.open({ path: join(directory, 'city.duckdb'), schema: SCHEMA });
  try {
    const to = Math.floor(Date.now() / MINUTE) * MINUTE;
    await storeHistory(store, fleetIds(count), to - (quick ? 2 : 10) * MINUTE, to);
    const durations: number[] = [];
    for (let i = 0; i < (quick ? 3 : 10); i++) {
      const started = performance.now();
      const latest = await store.latest({ kind: KIND, devices: null });
      durations.push(performance.now() - started);
      if (latest.length !== count) throw new Error(`${latest.length} of ${count} devices have a latest value`);
    }
    return [
      {
        benchmark: 'queries',
        measure: `latest values of ${count.toLocaleString('en-US')} devices`,
        value: median(durations),
        unit: 'ms',
        runs: durations,
        aim: 'under 200',
        note: 'store',
      },
    ];
  } finally {
    await store.close();
  }
}

const iso = (time: number): string => encodeURIComponent(new Date(time).toISOString());
