import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { startPlatform, type Platform } from '../../../tests/acceptance/platform.js';
import { readLedger } from '../fleet.js';
import { median, type Benchmark, type Figure } from '../report/result.js';

const DEVICES = 150_000;
const QUICK_DEVICES = 5_000;
const MINUTES = 5;
const SETTLE_MS = 120_000;
const COMMAND_LINE = resolve('apps/standalone/bin/lamplighter.js');
/** The kind with the most devices of a large city. */
const BIG_KIND = 'lighting-controller';
const QUERIES = 5;
const SERVICES = ['broker', 'ingest', 'alerts', 'api', 'quality'] as const;
const REGISTERED = /^\d+ devices, (\d+) registered in ([\d.]+) s/m;
const SUMMARY =
  /^(\d+) messages in \d+ s \((\d+)\/s\), (\d+) acknowledged, (\d+) lost; (\d+) ticks late, (\d+) missed/m;

/** A city that reports once a minute, from one process, against the whole platform. */
export const simulation: Benchmark = {
  name: 'simulation',
  title: `A simulated city of ${DEVICES} devices, one reading a minute each`,
  async run({ quick, say }) {
    const devices = quick ? QUICK_DEVICES : DEVICES;
    const platform = await startPlatform();
    try {
      say(`${devices} devices are registered, then simulated for ${quick ? '1 minute' : `${MINUTES} minutes`}`);
      const { output, peakMiB } = await runCity(platform, devices, quick ? 1 : MINUTES, say);
      const figures = [
        ...figuresOf(output),
        ...SERVICES.map((service) => memoryOf(platform, service)),
        { measure: 'memory of the simulation, peak', value: peakMiB, unit: 'MiB', aim: 'under 700' },
        ...(await ledgerFigures(platform)),
        await latestOf(platform),
      ];
      return figures.map((figure) => ({ benchmark: 'simulation', ...figure }));
    } finally {
      await platform.stop();
    }
  },
};

async function runCity(
  platform: Platform,
  devices: number,
  minutes: number,
  say: (line: string) => void,
): Promise<{ output: string; peakMiB: number }> {
  const args = ['simulate', '--devices', String(devices), '--interval', '60s', '--duration', `${minutes}m`];
  const child = spawn(process.execPath, [COMMAND_LINE, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LAMPLIGHTER_DATA_DIR: platform.dataDirectory,
      LAMPLIGHTER_API_URL: platform.url,
      LAMPLIGHTER_MQTT_PORT: String(platform.mqttPort),
    },
  });
  let output = '';
  let peakMiB = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    peakMiB = Math.max(peakMiB, peakOf(child.pid!));
    say(chunk.toString().trim().split('\n').at(-1)!);
  });
  const code = await exitOf(child);
  if (code !== 0 && !SUMMARY.test(output)) throw new Error(`the simulation ended with exit code ${code}:\n${output}`);
  return { output, peakMiB };
}

function figuresOf(output: string): Figure[] {
  const [, registered, seconds] = REGISTERED.exec(output)!.map(Number) as [number, number, number];
  const [, sent, rate, acknowledged, lost, late, missed] = SUMMARY.exec(output)!.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    { measure: 'time to register all devices', value: seconds, unit: 's', note: `${registered} devices` },
    { measure: 'devices registered', value: registered / seconds, unit: '1/s' },
    { measure: 'messages sent', value: rate, unit: 'msg/s', note: `${sent} messages` },
    { measure: 'acknowledged of those sent', value: (100 * acknowledged) / sent, unit: '%', aim: '100' },
    { measure: 'lost', value: lost, unit: 'messages', aim: '0' },
    { measure: 'ticks more than a second late', value: late, unit: 'ticks' },
    { measure: 'ticks that never came', value: missed, unit: 'ticks', aim: '0' },
  ];
}

/** The peak counts pages of mapped files, which the kernel takes back when it needs them; the note says what is the process's own. */
function memoryOf(platform: Platform, service: (typeof SERVICES)[number]): Figure {
  const pid = platform.pid(service);
  const [own, files] = [statusOf(pid, 'RssAnon'), statusOf(pid, 'RssFile')].map(Math.round);
  return {
    measure: `memory of ${service}, peak`,
    value: peakOf(pid),
    unit: 'MiB',
    note: `at the end ${own} MiB of its own and ${files} MiB of files`,
  };
}

/** What is left to do right after the last message, and what is missing once all is done. */
async function ledgerFigures(platform: Platform): Promise<Figure[]> {
  const atEnd = await readLedger(platform);
  const deadline = performance.now() + SETTLE_MS;
  let settled = atEnd;
  while (settled.backlog > 0 && performance.now() < deadline) {
    await new Promise((next) => setTimeout(next, 1_000));
    settled = await readLedger(platform);
  }
  const dead = Object.values(settled.deadLetters).reduce((sum, count) => sum + count, 0);
  return [
    { measure: 'backlog when the last message was acknowledged', value: atEnd.backlog, unit: 'messages' },
    {
      measure: 'unaccounted in the ledger',
      value: settled.unaccounted,
      unit: 'messages',
      aim: '0',
      note: `${settled.journalled} journalled, ${settled.stored} stored, ${settled.duplicates} duplicates, ${dead} dead letters, ${settled.backlog} still in the journal`,
    },
  ];
}

async function latestOf(platform: Platform): Promise<Figure> {
  const times: number[] = [];
  for (let query = 0; query < QUERIES; query++) {
    const begun = performance.now();
    const { status } = await platform.request('GET', `/v1/latest?kind=${BIG_KIND}`);
    if (status !== 200) throw new Error(`GET /v1/latest answered ${status}`);
    times.push(performance.now() - begun);
  }
  return { measure: `GET /v1/latest?kind=${BIG_KIND}`, value: median(times), unit: 'ms', runs: times };
}

/** Kept by the kernel, so that no peak is missed between two looks; 0 for a process that has ended. */
function peakOf(pid: number): number {
  return statusOf(pid, 'VmHWM');
}

/** MiB. */
function statusOf(pid: number, name: 'VmHWM' | 'RssAnon' | 'RssFile'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code));
  });
}
