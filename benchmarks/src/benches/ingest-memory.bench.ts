import { QuotaMeter, DEFAULT_QUOTA, systemClock } from '#core';
import type { Registry } from '#registry';
import { openSqliteRegistry } from '#registry/sqlite';
import { DeviceDirectory } from '../../../apps/ingest/src/devices/device-directory.js';
import { RecentReadings } from '../../../apps/ingest/src/duplicates/recent-readings.js';
import { FrameSessions } from '../../../apps/ingest/src/network/frame-sessions.js';
import { PendingStates } from '../../../apps/ingest/src/network/pending-states.js';
import { buildCity, type SimulatedDevice } from '../../../simulators/src/city.js';
import { heldBytes } from '../memory.js';
import type { Benchmark, BenchmarkOptions, Result } from '../report/result.js';

const DEVICES = 150_000;
const AT_ONCE = 1_000;
const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** What ingest remembers of each device of a city that is behind network servers for the most part, one part after the other. */
export const ingestMemory: Benchmark = {
  name: 'ingest-memory',
  title: `Memory of the parts of ingest for ${DEVICES} devices of the simulated city's kinds`,
  async run(options) {
    const city = buildCity(options.quick ? 15_000 : DEVICES, 'bench');
    const registry = await openSqliteRegistry({ path: ':memory:', clock: systemClock });
    try {
      await register(registry, city, options);
      return await measureParts(registry, city);
    } finally {
      await registry.close();
    }
  },
};

async function register(
  registry: Registry,
  city: readonly SimulatedDevice[],
  { say }: BenchmarkOptions,
): Promise<void> {
  say(`${city.length} devices are registered`);
  for (let from = 0; from < city.length; from += AT_ONCE) {
    await registry.devices.create(
      city.slice(from, from + AT_ONCE).map(({ network, ...device }, n) => ({
        ...device,
        ...(network === 'lorawan' ? { devEui: devEuiOf(from + n) } : {}),
      })),
    );
  }
}

const devEuiOf = (n: number): string => n.toString(16).padStart(16, '0');

async function measureParts(registry: Registry, city: readonly SimulatedDevice[]): Promise<Result[]> {
  const results: Result[] = [];
  const kept: unknown[] = [];
  const measure = async (part: string, devices: number, fill: () => unknown): Promise<void> => {
    const before = heldBytes();
    kept.push(await fill());
    const note = `${devices} devices`;
    results.push({ benchmark: 'ingest-memory', measure: part, value: (heldBytes() - before) / devices, unit: 'bytes', note }); // prettier-ignore
  };
  const directory = new DeviceDirectory(registry, systemClock, { load: () => Promise.resolve() });
  await measure('directory, a device', city.length, () => loadAll(directory, city));
  const ids = city.map(({ id }) => directory.find(id)!.identity.id);
  const nodes = ids.filter((_, n) => city[n]!.network === 'lorawan');
  await measure('recent readings, a device', ids.length, () => recentOf(ids));
  await measure('frame sessions, a LoRaWAN device', nodes.length, () => sessionsOf(nodes));
  await measure('written states, a LoRaWAN device', nodes.length, () => statesOf(nodes));
  await measure('quota meters, a LoRaWAN device', nodes.length, () => nodes.map(() => meterOf()));
  return kept.length === results.length ? results : [];
}

async function loadAll(directory: DeviceDirectory, city: readonly SimulatedDevice[]): Promise<DeviceDirectory> {
  for (let from = 0; from < city.length; from += AT_ONCE)
    await directory.load(new Set(city.slice(from, from + AT_ONCE).map(({ id }) => id)));
  return directory;
}

function recentOf(ids: readonly string[]): RecentReadings {
  const recent = new RecentReadings(0);
  for (let minute = 0; minute < 10; minute++) {
    const key = {
      time: START + minute * MINUTE,
      boot: 'a1',
      seq: minute,
      metricSet: 7,
      hasClock: true,
      toleranceMs: 0,
    };
    for (const id of ids) recent.check(id, { ...key, payloadHash: () => 0 });
  }
  return recent;
}

function sessionsOf(ids: readonly string[]): FrameSessions {
  const sessions = new FrameSessions({ latest: () => Promise.resolve([]), findStored: () => Promise.resolve([]) });
  ids.forEach((id, n) => {
    const devAddr = n.toString(16).padStart(8, '0');
    for (let frameCounter = 0; frameCounter < 3; frameCounter++)
      sessions.place(id, { devAddr, frameCounter, time: START + frameCounter * MINUTE, hasTime: true });
  });
  return sessions;
}

function statesOf(ids: readonly string[]): PendingStates {
  const clock = { time: 0.5, monotonic: () => clock.time };
  const states = new PendingStates(clock);
  for (let minute = 0; minute < 3; minute++) {
    clock.time += MINUTE;
    ids.forEach((device, n) => states.addUplink({ device, network: networkOf(n, START + minute * MINUTE) }));
    states.take();
  }
  return states;
}

function networkOf(n: number, at: number): Parameters<PendingStates['addUplink']>[0]['network'] {
  const devEui = devEuiOf(n);
  const origin = { server: 'chirpstack', source: 'network-1', application: '1', tenant: null } as const;
  const device = { deviceId: devEui, deviceName: devEui, devEui, devAddr: n.toString(16).padStart(8, '0') };
  return { ...origin, ...device, joinedAt: null, lastUplinkAt: at, lastFrameCounter: 1, lastGateway: null, at };
}

function meterOf(): QuotaMeter {
  const meter = new QuotaMeter(DEFAULT_QUOTA, START);
  for (let minute = 0; minute < 3; minute++) meter.admit(50, START + minute * MINUTE + 0.5);
  return meter;
}
