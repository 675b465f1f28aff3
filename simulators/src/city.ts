import { findKind } from '#kinds';
import { CITY_MIX, LAMPPOST, runsOnBattery, type CityShare, type Network } from './city-mix.js';
import { SMART_LAMPPOSTS } from './lampposts.js';
import { nearestPlace, PLACES, type Place } from './places.js';
import { SeededRandom } from './random.js';
import { KindsInTurn, Sites, type Site } from './siting.js';

/** A device of the simulated city, as it is registered. */
export interface SimulatedDevice {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Of the place at which it stands; the platform finds it by itself from the position. */
  readonly district: string;
  readonly network: Network;
  /** Which network server it comes through when it has no connection of its own; its department has one. */
  readonly server: string;
  /** `place` and `street`, by which values of a street or a place are made; `feeder`, the supply that those on the mains share. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Five of twelve devices are lampposts, until the city has as many as it plans to have. */
const LAMPPOST_SHARE = 5 / 12;
const MOST_LAMPPOSTS = 400;

/**
 * The devices of a city of this size: the real smart lampposts first, then made-up ones at named places, and one of every other
 * kind, then those in the proportion of `city-mix.ts`, spread over the 18 districts. A larger city contains every smaller one of
 * the same seed.
 */
export function buildCity(size: number, seed: string, mix: readonly CityShare[] = CITY_MIX): SimulatedDevice[] {
  const places = districtsInTurn(new SeededRandom(`${seed}/places`));
  const kinds = new KindsInTurn(mix);
  const sites = new Sites(places);
  const city: SimulatedDevice[] = [];
  let [lampposts, others] = [0, 0];
  while (city.length < size) {
    const isLamppost = lampposts < MOST_LAMPPOSTS && lampposts <= (city.length + 1) * LAMPPOST_SHARE - 1e-9;
    if (isLamppost) city.push(lamppost(lampposts++, places, seed));
    else city.push(otherDevice(others++, sites.place(kinds.next()), seed));
  }
  return city;
}

/** Places such that any 18 in a row lie in 18 districts. */
function districtsInTurn(random: SeededRandom): readonly Place[] {
  const districts = [...new Set(PLACES.map((place) => place.district))];
  const columns = districts.map((district) =>
    shuffled(
      PLACES.filter((place) => place.district === district),
      random,
    ),
  );
  const rounds = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: rounds }, (_, round) => columns.map((column) => column[round % column.length]!)).flat();
}

function lamppost(index: number, places: readonly Place[], seed: string): SimulatedDevice {
  const department = departmentOf(LAMPPOST.kind);
  const real = SMART_LAMPPOSTS[index];
  if (real !== undefined) {
    const [id, latitude, longitude] = real;
    const name = `Smart lamppost ${id}`;
    const place = nearestPlace(latitude, longitude);
    const { kind, network } = LAMPPOST;
    return {
      id,
      kind,
      department,
      name,
      latitude,
      longitude,
      district: place.district,
      network,
      server: department,
      tags: tagsOf(kind, place),
    };
  }
  const number = index - SMART_LAMPPOSTS.length;
  const streetSide = places.filter(({ use }) => use !== 'hill');
  return placed(LAMPPOST, department, number, streetSide[number % streetSide.length]!, seed);
}

function otherDevice(index: number, { share, place }: Site, seed: string): SimulatedDevice {
  const department = share.kind === 'lpwan-node' && place.use === 'park' ? 'lcsd' : departmentOf(share.kind);
  return placed(share, department, index, place, seed);
}

function placed(
  { kind, prefix, network }: Pick<CityShare, 'kind' | 'prefix' | 'network'>,
  department: string,
  number: number,
  place: Place,
  seed: string,
): SimulatedDevice {
  const id = `${prefix}-${place.district}-${String(number + 1).padStart(4, '0')}`;
  const random = new SeededRandom(`${seed}/position/${id}`);
  const title = findKind(kind)!.titles.en;
  return {
    id,
    kind,
    department,
    name: `${title}, ${place.name}`,
    // Within about 60 metres, so that devices of one place do not hide each other on the map.
    latitude: Number((place.latitude + (random.next() - 0.5) * 0.001).toFixed(6)),
    longitude: Number((place.longitude + (random.next() - 0.5) * 0.001).toFixed(6)),
    district: place.district,
    network,
    server: department,
    tags: tagsOf(kind, place),
  };
}

const tagsOfKindAt = new Map<string, Readonly<Record<string, string>>>();

/** One object for all devices of the kind at the place. */
function tagsOf(kind: string, place: Place): Readonly<Record<string, string>> {
  const key = `${kind}/${place.name}`;
  let tags = tagsOfKindAt.get(key);
  if (tags === undefined) {
    tags = {
      place: place.name,
      ...streetOf(place),
      ...(runsOnBattery(findKind(kind)!) ? {} : { feeder: feederOf(place) }),
    };
    tagsOfKindAt.set(key, tags);
  }
  return tags;
}

/** 'Causeway Bay, Lockhart Road' is a place in Lockhart Road. */
function streetOf({ name, use }: Place): { street?: string } {
  const hasStreet = use === 'street' || use === 'market' || use === 'waterfront';
  return hasStreet ? { street: name.split(', ').at(-1)! } : {};
}

/** A substation feeds one place: `K2` is the second place of Tsuen Wan. */
function feederOf(place: Place): string {
  return `${place.district}${PLACES.filter(({ district }) => district === place.district).indexOf(place) + 1}`;
}

function departmentOf(kind: string): string {
  return findKind(kind)!.department;
}

function shuffled<T>(list: readonly T[], random: SeededRandom): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
