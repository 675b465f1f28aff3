import { Command, InvalidArgumentError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import type { SimulationState } from '../../../../simulators/src/city-simulation.js';
import { takeCityPlace } from '../../../../simulators/src/city-place.js';
import { openCity, type CitySettings } from '../../../../simulators/src/open-city.js';
import { findScenarios, SCENARIOS } from '../../../../simulators/src/scenarios/index.js';
import { DEFAULT_ODDITIES } from '../../../../simulators/src/script/city-script.js';
import { localHost, readConfiguration } from '../configuration.js';
import { address, duration } from './argument-parsers.js';
import { ApiClient, ApiProblem } from './api-client.js';
import { SimulationReport } from './simulation-report.js';

const TERMINAL_EVERY_MS = 1_000;
const FILE_EVERY_MS = 10_000;
/** What was sent last gets this long to be acknowledged. */
const DRAIN_MS = 30_000;

interface SimulateOptions {
  readonly devices: number;
  readonly interval: number;
  readonly seed: string;
  readonly scenario: string;
  readonly scenarioDelay: number;
  readonly scenarioDuration?: number;
  readonly duration?: number;
  readonly connections: number;
  readonly apiUrl?: string;
  readonly mqttUrl?: string;
  readonly passwordFile?: string;
  readonly listScenarios?: boolean;
}

export function simulateCommand(outcome: { exitCode: number }): Command {
  return new Command('simulate')
    .description('run a simulated city of any size in one process, against a platform that is up')
    .option('--devices <number>', 'devices of the city', wholeNumber, 10_000)
    .addOption(
      new Option('--interval <time>', 'distance of readings; 0 for that of each kind')
        .argParser(duration)
        .default(60_000, '60s'),
    )
    .option('--seed <text>', 'the same seed gives the same city, weather and faults', 'hong-kong')
    .addOption(
      new Option('--scenario <names>', 'what happens to the city, such as typhoon,rush-hour')
        .argParser(scenarioList)
        .default('', 'nothing'),
    )
    .addOption(
      new Option('--scenario-delay <time>', 'from now until the scenarios begin')
        .argParser(duration)
        .default(120_000, '2m'),
    )
    .option('--scenario-duration <time>', 'of each scenario; the hours of a real city when not given', duration)
    .option('--duration <time>', 'end after this time; until Ctrl-C when not given', duration)
    .option('--connections <number>', 'devices with an MQTT connection of their own, at most', wholeNumber, 2_000)
    .option('--api-url <url>', 'API of the platform; the local one when not given', address)
    .option('--mqtt-url <url>', 'broker of the platform; the local one when not given', address)
    .option('--password-file <path>', 'password of the account admin; that of the data directory when not given')
    .option('--list-scenarios', 'print the scenarios and end')
    .action(async (options: SimulateOptions) => {
      if (options.listScenarios) {
        for (const { name, description, hours } of SCENARIOS)
          console.log(`${name.padEnd(14)}${description} (${hours} h)`);
        return;
      }
      outcome.exitCode = await simulate(options);
    });
}

/** Runs the city; resolves with the exit code, 1 when something that was sent was lost. */
async function simulate(options: SimulateOptions): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error('interrupted')));
  const report = new SimulationReport(process.stdout.isTTY === true, (text) => process.stdout.write(text));
  const place = takeCityPlace(readConfiguration(process.env).dataDirectory);
  process.once('exit', () => place.release());
  if (place.name !== '')
    console.log(
      `Another simulated city runs here: the names of this one end in -${place.name}, and its devices are its own.`,
    );
  try {
    const opened = performance.now();
    const settings = settingsOf(options, place);
    // A city waits for a platform that goes away; one that is not there at the start is at another address.
    await new ApiClient(settings.apiUrl, settings.authorization).json('GET', '/health/live');
    const { simulation, size, registered } = await openCity(settings, stop.signal, (progress) =>
      report.registering(progress),
    );
    report.started({ devices: size, registered, seconds: (performance.now() - opened) / 1000 });
    await ticking(simulation, report, options.duration, stop.signal);
    await simulation.drain(DRAIN_MS);
    const state = simulation.state();
    await simulation.stop();
    report.summary(state);
    return state.lost + state.inFlight === 0 ? 0 : 1;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return 1;
  }
}

async function ticking(
  simulation: { state(): SimulationState },
  report: SimulationReport,
  durationMs: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const every = report.live ? TERMINAL_EVERY_MS : FILE_EVERY_MS;
  const status = setInterval(() => report.status(simulation.state()), every);
  await new Promise<void>((resolve) => {
    const end = durationMs === undefined ? undefined : setTimeout(resolve, durationMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(end);
        resolve();
      },
      { once: true },
    );
    if (signal.aborted) resolve();
  });
  clearInterval(status);
}

function settingsOf(options: SimulateOptions, place: CitySettings['place']): CitySettings {
  const { host, mqttPort } = readConfiguration(process.env);
  const environment = {
    ...process.env,
    ...(options.apiUrl === undefined ? {} : { LAMPLIGHTER_API_URL: options.apiUrl }),
    ...(options.passwordFile === undefined ? {} : { LAMPLIGHTER_ADMIN_PASSWORD: passwordIn(options.passwordFile) }),
  };
  const api = ApiClient.fromEnvironment(environment);
  const minutes = (ms: number): number => ms / 60_000;
  return {
    devices: options.devices,
    seed: options.seed,
    intervalMs: options.interval === 0 ? null : options.interval,
    oddities: DEFAULT_ODDITIES,
    scenarios: options.scenario,
    scenarioDelayMinutes: minutes(options.scenarioDelay),
    scenarioMinutes: options.scenarioDuration === undefined ? null : minutes(options.scenarioDuration),
    connections: options.connections,
    apiUrl: api.url,
    mqttUrl: options.mqttUrl ?? `mqtt://${localHost(host)}:${mqttPort}`,
    authorization: api.authorization,
    approvedKinds: process.env['LAMPLIGHTER_APPROVED_KINDS'] ?? '',
    place,
  };
}

function passwordIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new ApiProblem(`--password-file: '${path}' cannot be read.`, { cause });
  }
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('a whole number');
}

function scenarioList(text: string): string {
  try {
    findScenarios(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
