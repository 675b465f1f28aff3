import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Command } from 'commander';
import { readConfiguration, type StandaloneConfiguration } from '../configuration.js';
import { ApiClient } from './api-client.js';

interface Finding {
  readonly what: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly detail: string;
}

const NODE_FLOOR: readonly [number, number] = [20, 19];
const DISK_WARNING_BYTES = 5 * 1024 ** 3;
const DISK_BAD_BYTES = 512 * 1024 ** 2;
const CLOCK_WARNING_MS = 5_000;
/** 2025-01-01: a clock before it has never been set. */
const EARLIEST_PLAUSIBLE_TIME = 1_735_689_600_000;

export function doctorCommand(outcome: { exitCode: number }): Command {
  return new Command('doctor').description('check Node, ports, disk, clock and data directory').action(async () => {
    const configuration = readConfiguration(process.env);
    const running =
      existsSync(join(configuration.dataDirectory, 'run', 'standalone.sock')) &&
      (await listens(configuration.host, configuration.httpPort));
    const findings = [
      checkNode(),
      checkDataDirectory(configuration.dataDirectory),
      checkDisk(configuration.dataDirectory),
      ...(running ? [await checkReady()] : await checkPorts(configuration)),
      await checkClock(running),
    ];
    for (const { state, what, detail } of findings)
      console.log(`${{ good: 'ok  ', warning: 'warn', bad: 'BAD ' }[state]} ${what}: ${detail}`);
    outcome.exitCode = findings.some((finding) => finding.state === 'bad') ? 1 : 0;
  });
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1]);
  return {
    what: 'Node',
    state: good ? 'good' : 'bad',
    detail: `${process.versions.node}, needs ${NODE_FLOOR.join('.')} or newer`,
  };
}

function checkDataDirectory(path: string): Finding {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK);
    return { what: 'Data directory', state: 'good', detail: `${path} can be written` };
  } catch (error) {
    return {
      what: 'Data directory',
      state: 'bad',
      detail: `${path} cannot be written: ${(error as Error).message}. Set LAMPLIGHTER_DATA_DIR.`,
    };
  }
}

function checkDisk(path: string): Finding {
  const { bavail, bsize } = statfsSync(existsSync(path) ? path : '.');
  const free = bavail * bsize;
  const state = free < DISK_BAD_BYTES ? 'bad' : free < DISK_WARNING_BYTES ? 'warning' : 'good';
  return {
    what: 'Disk',
    state,
    detail: `${(free / 1024 ** 3).toFixed(1)} GiB free${state === 'good' ? '' : '; the journal refuses messages when it is full'}`,
  };
}

async function checkPorts({ host, httpPort, mqttPort }: StandaloneConfiguration): Promise<Finding[]> {
  const check = async (what: string, port: number, name: string): Promise<Finding> =>
    (await listens(host, port))
      ? { what, state: 'bad', detail: `${host}:${port} is taken by another program. Set ${name}.` }
      : { what, state: 'good', detail: `${host}:${port} is free` };
  return [
    await check('HTTP port', httpPort, 'LAMPLIGHTER_HTTP_PORT'),
    await check('MQTT port', mqttPort, 'LAMPLIGHTER_MQTT_PORT'),
  ];
}

async function checkReady(): Promise<Finding> {
  try {
    await ApiClient.fromEnvironment(process.env).json('GET', '/health/ready');
    return { what: 'Platform', state: 'good', detail: 'running and ready: a PUBLISH would be stored' };
  } catch (error) {
    return { what: 'Platform', state: 'bad', detail: (error as Error).message };
  }
}

/** Compares with the clock of the running API when there is one (another machine, perhaps), else with plain reason. */
async function checkClock(running: boolean): Promise<Finding> {
  const now = Date.now();
  if (now < EARLIEST_PLAUSIBLE_TIME)
    return { what: 'Clock', state: 'bad', detail: `says ${new Date(now).toISOString()}: it was never set` };
  if (!running) return { what: 'Clock', state: 'good', detail: new Date(now).toISOString() };
  const response = await fetch(new URL('/health/live', ApiClient.fromEnvironment(process.env).url)).catch(() => null);
  const date = Date.parse(response?.headers.get('date') ?? '');
  const skew = Number.isNaN(date) ? 0 : Math.abs(now - date);
  return {
    what: 'Clock',
    state: skew > CLOCK_WARNING_MS ? 'warning' : 'good',
    detail: `${new Date(now).toISOString()}, ${Math.round(skew / 1000)} s from the API's`,
  };
}

function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const done = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', done(true));
    socket.once('timeout', done(false));
    socket.once('error', done(false));
  });
}
