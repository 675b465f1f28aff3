import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readEnvironment, variable } from '#core';
import { takeCityPlace } from './city-place.js';
import { openCity } from './open-city.js';
import { DEFAULT_ODDITIES } from './script/city-script.js';

const environment = readEnvironment(
  {
    LAMPLIGHTER_SIMULATE: variable.integer(60, { min: 0, max: 200_000 }),
    LAMPLIGHTER_SIMULATE_SEED: variable.text('hong-kong'),
    // Ten seconds instead of the minutes of most kinds, so that a newcomer sees life; 0 keeps the interval of each kind.
    LAMPLIGHTER_SIMULATE_INTERVAL_MS: variable.integer(10_000, { min: 0, max: 86_400_000 }),
    LAMPLIGHTER_SIMULATE_FAULTS_PER_DAY: variable.integer(DEFAULT_ODDITIES.faultsPerDay, { min: 0, max: 100_000 }),
    LAMPLIGHTER_SIMULATE_BAD_PER_MILLE: variable.integer(DEFAULT_ODDITIES.badRate * 1000, { min: 0, max: 1000 }),
    LAMPLIGHTER_SIMULATE_DUPLICATES_PER_MILLE: variable.integer(DEFAULT_ODDITIES.duplicateRate * 1000, {
      min: 0,
      max: 1000,
    }),
    LAMPLIGHTER_SIMULATE_CONNECTIONS: variable.integer(2_000, { min: 0, max: 50_000 }),
    LAMPLIGHTER_SIMULATE_SCENARIO: variable.text(''),
    LAMPLIGHTER_SIMULATE_SCENARIO_DELAY_MINUTES: variable.integer(2, { min: 0, max: 10_080 }),
    // 0 lets each take the hours that it takes in a real city.
    LAMPLIGHTER_SIMULATE_SCENARIO_MINUTES: variable.integer(0, { min: 0, max: 10_080 }),
    LAMPLIGHTER_APPROVED_KINDS: variable.text(''),
    LAMPLIGHTER_API_URL: variable.text('http://127.0.0.1:3000'),
    LAMPLIGHTER_MQTT_URL: variable.text('mqtt://127.0.0.1:1883'),
    LAMPLIGHTER_ADMIN_PASSWORD: variable.optional(),
    LAMPLIGHTER_DATA_DIR: variable.text('.lamplighter'),
  },
  process.env,
);

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort(signal));

try {
  await run();
} catch (error) {
  if (!stopping.signal.aborted) {
    log(50, error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

async function run(): Promise<void> {
  if (environment.LAMPLIGHTER_SIMULATE === 0) return;
  const password = environment.LAMPLIGHTER_ADMIN_PASSWORD ?? (await storedPassword());
  const place = takeCityPlace(environment.LAMPLIGHTER_DATA_DIR);
  process.once('exit', () => place.release());
  if (place.name !== '') log(30, `another simulated city runs: the names of this one end in -${place.name}`);
  const { simulation, size, registered } = await openCity(
    {
      devices: environment.LAMPLIGHTER_SIMULATE,
      seed: environment.LAMPLIGHTER_SIMULATE_SEED,
      intervalMs: environment.LAMPLIGHTER_SIMULATE_INTERVAL_MS || null,
      oddities: {
        ...DEFAULT_ODDITIES,
        badRate: environment.LAMPLIGHTER_SIMULATE_BAD_PER_MILLE / 1000,
        duplicateRate: environment.LAMPLIGHTER_SIMULATE_DUPLICATES_PER_MILLE / 1000,
        faultsPerDay: environment.LAMPLIGHTER_SIMULATE_FAULTS_PER_DAY,
      },
      scenarios: environment.LAMPLIGHTER_SIMULATE_SCENARIO,
      scenarioDelayMinutes: environment.LAMPLIGHTER_SIMULATE_SCENARIO_DELAY_MINUTES,
      scenarioMinutes: environment.LAMPLIGHTER_SIMULATE_SCENARIO_MINUTES || null,
      connections: environment.LAMPLIGHTER_SIMULATE_CONNECTIONS,
      apiUrl: environment.LAMPLIGHTER_API_URL,
      mqttUrl: environment.LAMPLIGHTER_MQTT_URL,
      authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`,
      approvedKinds: environment.LAMPLIGHTER_APPROVED_KINDS,
      place,
    },
    stopping.signal,
  );
  process.send?.({ type: 'ready', service: 'simulators' });
  log(30, 'simulated city started', { devices: size, registered });
  await aborted(stopping.signal);
  await simulation.stop();
  log(30, 'simulated city stopped');
}

/** The API generates a password on its first start and keeps it in the data directory; it may still be starting. */
async function storedPassword(): Promise<string> {
  const path = join(environment.LAMPLIGHTER_DATA_DIR, 'secrets', 'admin-password');
  for (let waited = false; ; waited = true) {
    const password = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
    if (password !== '') return password;
    if (!waited) log(30, 'waiting for the password of the account admin', { path });
    await delay(500, undefined, { signal: stopping.signal });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** One line of JSON in the form of the other services' logs; 30 is info, 50 is error. */
function log(level: 30 | 50, msg: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(`${JSON.stringify({ level, time: Date.now(), name: 'simulators', ...fields, msg })}\n`);
}
