import { WatchedDevices } from '../../../apps/quality/src/devices/watched-devices.js';
import { assess } from '../../../apps/quality/src/assess/assess.js';
import type { DeviceIdentity, ReadingBatch } from '#core';
import { findKind, type Kind, kinds } from '#kinds';
import type { Device } from '#registry';
import { buildCity } from '../../../simulators/src/city.js';
import { heldBytes } from '../memory.js';
import type { Benchmark, Figure } from '../report/result.js';

const DEVICES = 150_000;
const MINUTE = 60_000;
const MINUTES = 30;
/** Share of the devices that pause for a while, and of the values that jump. */
const PAUSES = 0.1;
const JUMPS = 0.001;

/** What the quality service remembers of a city in which every device reports once a minute, and what a reading and a report cost. */
export const quality: Benchmark = {
  name: 'quality',
  title: `Memory of the quality service for ${DEVICES} devices of the simulated city's kinds`,
  async run({ quick, say }) {
    const city = buildCity(quick ? 15_000 : DEVICES, 'bench').map(registered);
    say(`${city.length} devices are watched for ${MINUTES} minutes`);
    const before = heldBytes();
    const devices = new WatchedDevices(registryOf(city), kinds);
    await devices.load(0);
    const loaded = heldBytes();
    const { rows, microseconds } = observeMinutes(devices, city);
    const held = heldBytes() - before;
    const figures: Figure[] = [
      { measure: 'a device before its first reading', value: (loaded - before) / city.length, unit: 'bytes' },
      { measure: `a device after ${MINUTES} minutes`, value: held / city.length, unit: 'bytes', aim: 'under 1,500' },
      { measure: 'all devices', value: held / 2 ** 20, unit: 'MiB' },
      { measure: 'processor time to see a reading', value: microseconds / rows, unit: 'us', note: `${rows} readings` },
      { measure: 'processor time to judge a device', value: judge(devices) / city.length, unit: 'us' },
    ];
    return figures.map((figure) => ({ benchmark: 'quality', ...figure }));
  },
};

function registered({
  id,
  kind,
  department,
  district,
  latitude,
  longitude,
  name,
  tags,
}: ReturnType<typeof buildCity>[number]): Device {
  const rest = { intervalMs: MINUTE, enabled: true, devEui: null, deviceType: null, quota: null, isolation: null };
  return { id, kind, department, district, latitude, longitude, name, tags, ...rest, createdAt: 0, updatedAt: 0 };
}

/** As much of a registry as is read; each device comes in strings of its own, as from a database. */
function registryOf(city: readonly Device[]): ConstructorParameters<typeof WatchedDevices>[0] {
  const list = ({ after, limit }: { after?: string; limit: number }): Promise<Device[]> => {
    const from = after === undefined ? 0 : city.findIndex(({ id }) => id === after) + 1;
    return Promise.resolve(JSON.parse(JSON.stringify(city.slice(from, from + limit))) as Device[]);
  };
  return { devices: { list } as never, changes: () => Promise.resolve([]), position: () => Promise.resolve(0) };
}

function observeMinutes(devices: WatchedDevices, city: readonly Device[]): { rows: number; microseconds: number } {
  const byKind = new Map(kinds.map(({ name }) => [name, city.filter(({ kind }) => kind === name)]));
  let [rows, microseconds] = [0, 0];
  for (let minute = 0; minute < MINUTES; minute++) {
    for (const [kind, members] of byKind) {
      const reporting = members.filter((_, n) => !(n % Math.round(1 / PAUSES) === 0 && minute % 15 > 10));
      const batch = batchOf(findKind(kind)!, reporting, minute);
      const start = process.cpuUsage();
      devices.observe(batch, -1);
      const { user, system } = process.cpuUsage(start);
      microseconds += user + system;
      rows += batch.length;
    }
  }
  return { rows, microseconds };
}

function batchOf({ name: kind, metrics }: Kind, members: readonly DeviceIdentity[], minute: number): ReadingBatch {
  const length = members.length;
  const sent = metrics.filter(({ derived }) => derived !== true);
  const time = new Float64Array(length).fill(minute * MINUTE);
  return {
    kind,
    length,
    devices: members,
    device: Uint32Array.from(members, (_, n) => n),
    time,
    receivedAt: time.map((at) => at + 40 + 100 * Math.random()),
    sequence: new Float64Array(length).fill(minute),
    boot: members.map(() => null),
    seq: new Float64Array(length).fill(NaN),
    metrics: sent.map(({ name }) => name),
    columns: sent.map(({ min, max }) => valuesOf(length, min, max)),
  };
}

function valuesOf(length: number, min: number, max: number): Float64Array {
  const step = 0.001 * (max - min);
  return Float64Array.from({ length }, () =>
    Math.random() < JUMPS ? max - step : (min + max) / 2 + Math.round(10 * Math.random()) * step,
  );
}

/** Microseconds of processor time for a report of every device. */
function judge(devices: WatchedDevices): number {
  const start = process.cpuUsage();
  for (const { observer, intervalMs } of devices.all())
    assess(observer, { rejected: 0, messages: 0 }, intervalMs, MINUTES * MINUTE);
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
