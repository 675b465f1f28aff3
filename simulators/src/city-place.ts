import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedDevice } from './city.js';

/** Cities that may be simulated side by side over one data directory. */
const MOST_CITIES = 50;

/** What a city may call its own while its process lives. */
export interface CityPlace {
  /** '' for the first city, then '2', '3': part of every name that the city gives. */
  readonly name: string;
  /** Keys of the city. */
  readonly credentialFile: string;
  release(): void;
}

/**
 * The first free place among the simulated cities of a data directory. Two cities under the same names would take the connections of
 * each other: a device is connected once. A place whose process is gone is free again, with its keys.
 *
 * @throws Error when all places are taken
 */
export function takeCityPlace(dataDirectory: string, pid = process.pid): CityPlace {
  const directory = join(dataDirectory, 'simulator');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (let n = 1; n <= MOST_CITIES; n++) {
    const lock = join(directory, `city-${n}.pid`);
    if (!take(lock, pid)) continue;
    const name = n === 1 ? '' : String(n);
    const credentialFile = join(directory, n === 1 ? 'credentials.json' : `credentials-${n}.json`);
    return { name, credentialFile, release: () => rmSync(lock, { force: true }) };
  }
  throw new Error(`${MOST_CITIES} simulated cities run over ${dataDirectory} already; end one of them.`);
}

/** The devices under names of their own: ids, what is made of them, and the network servers that they come through. */
export function named(city: readonly SimulatedDevice[], name: string): readonly SimulatedDevice[] {
  if (name === '') return city;
  return city.map((device) => ({
    ...device,
    id: `${device.id}-${name}`,
    name: `${device.name} (${name})`,
    server: `${device.server}-${name}`,
  }));
}

function take(lock: string, pid: number): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lock, String(pid), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isAlive(Number(readFileSync(lock, 'utf8')))) return false;
      rmSync(lock, { force: true });
    }
  }
  return false;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
