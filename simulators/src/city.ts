import { findKind } from '#kinds';
import { LAMPPOST, type CityShare } from './city-mix.js';
import { SMART_LAMPPOSTS } from './lampposts.js';
import { PLACES, type Place } from './places.js';
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
  /** By which values of a street or a place are made; real lampposts have none. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Five of twelve devices are lampposts, until the city has as many as it plans to have. */
const LAMPPOST_SHARE = 5 / 12;
const MOST_LAMPPOSTS = 400;

/**
 * The devices of a city of this size: the real smart lampposts first, then made-up ones at named places, and one of every other
 * kind, then those in the proportion of `city-mix.ts`, spread over the 18 districts. A larger city contains every smaller one of
 * the same seed.
 */
export function buildCity(size: number, seed: string): SimulatedDevice[] {
  const places = districtsInTurn(new SeededRandom(`${seed}/places`));
  const kinds = new KindsInTurn();
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
    return { id, kind: LAMPPOST.kind, department, name: `Smart lamppost ${id}`, latitude, longitude };
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
  { kind, prefix }: Pick<CityShare, 'kind' | 'prefix'>,
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
    tags: tagsOf(place),
  };
}

/** 'Causeway Bay, Lockhart Road' is a place in Lockhart Road. */
function tagsOf({ name, use }: Place): Record<string, string> {
  const hasStreet = use === 'street' || use === 'market' || use === 'waterfront';
  return hasStreet ? { place: name, street: name.split(', ').at(-1)! } : { place: name };
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
