import { findKind } from '#kinds';
import { SMART_LAMPPOSTS } from './lampposts.js';
import { PLACES, type Place, type PlaceUse } from './places.js';
import { SeededRandom } from './random.js';

/** A device of the simulated city, as it is registered. */
export interface SimulatedDevice {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** Kinds that stand at a place of this use, besides lampposts. */
const KINDS_AT: Readonly<Record<PlaceUse, readonly string[]>> = {
  park: ['lpwan-node', 'smart-toilet'],
  market: ['rodent-camera', 'smart-toilet'],
  street: ['lpwan-node', 'rodent-camera'],
  waterfront: ['lpwan-node', 'smart-toilet'],
};

const PREFIX: Readonly<Record<string, string>> = {
  'smart-lamppost': 'LP',
  'lpwan-node': 'LPN',
  'smart-toilet': 'TOI',
  'rodent-camera': 'RAT',
};

/** Five of twelve devices are lampposts. */
const LAMPPOST_SHARE = 5 / 12;

/**
 * The devices of a city of this size: the real smart lampposts first, then made-up ones at named places, and the other kinds
 * round-robin over the 18 districts. A larger city contains every smaller one of the same seed.
 */
export function buildCity(size: number, seed: string): SimulatedDevice[] {
  const places = districtsInTurn(new SeededRandom(`${seed}/places`));
  const city: SimulatedDevice[] = [];
  let [lampposts, others] = [0, 0];
  while (city.length < size) {
    if (lampposts <= (city.length + 1) * LAMPPOST_SHARE - 1e-9) city.push(lamppost(lampposts++, places, seed));
    else city.push(otherDevice(others++, places, seed));
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
  const department = departmentOf('smart-lamppost');
  const real = SMART_LAMPPOSTS[index];
  if (real !== undefined) {
    const [id, latitude, longitude] = real;
    return { id, kind: 'smart-lamppost', department, name: `Smart lamppost ${id}`, latitude, longitude };
  }
  const number = index - SMART_LAMPPOSTS.length;
  return placed('smart-lamppost', department, number, places[number % places.length]!, seed);
}

function otherDevice(index: number, places: readonly Place[], seed: string): SimulatedDevice {
  const place = places[index % places.length]!;
  const choices = KINDS_AT[place.use];
  const kind = choices[index % choices.length]!;
  const department = kind === 'lpwan-node' && place.use === 'park' ? 'lcsd' : departmentOf(kind);
  return placed(kind, department, index, place, seed);
}

function placed(kind: string, department: string, number: number, place: Place, seed: string): SimulatedDevice {
  const id = `${PREFIX[kind]!}-${place.district}-${String(number + 1).padStart(4, '0')}`;
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
  };
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
