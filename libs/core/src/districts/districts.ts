import { createRequire } from 'node:module';
import type map from './hong-kong.geo.json';

/**
 * One of the 18 districts of Hong Kong. The names have the shape of `Titles` of libs/kinds, which core cannot import.
 */
export interface District {
  /** Letter of the District Council: 'A' Central and Western ... 'T' Islands. */
  readonly code: string;
  readonly titles: { readonly en: string; readonly 'zh-Hant': string; readonly 'zh-Hans': string };
}

/** A closed ring and its bounding box, which spares most rings a closer look. */
interface Ring {
  /** Longitude, latitude, longitude, latitude ... in degrees. */
  readonly points: Float64Array;
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

interface Area {
  readonly code: string;
  /** Of all its polygons; holes are rings like any other (even-odd rule). */
  readonly rings: readonly Ring[];
}

// Not `import ... with { type: 'json' }`, which prints a warning on Node 20. The type import above has tsc copy the file.
const { features } = createRequire(import.meta.url)('./hong-kong.geo.json') as typeof map;

/** In order of code. */
export const DISTRICTS: readonly District[] = features.map(({ properties: { code, ...titles } }) => ({ code, titles }));

const AREAS: readonly Area[] = features.map(({ properties, geometry }) => ({
  code: properties.code,
  rings: geometry.coordinates.flat().map(ringOf),
}));

/**
 * Code of the district that holds the position, or whose border is nearest when none does: the map is coarse, and posts
 * stand on piers and reclaimed land. Which side of a shared border a point on it falls is decided by the order of codes.
 *
 * @param latitude degrees north
 * @param longitude degrees east
 */
export function findDistrict(latitude: number, longitude: number): string {
  for (const { code, rings } of AREAS) {
    if (contains(rings, latitude, longitude)) return code;
  }
  let nearest = AREAS[0]!.code;
  let least = Infinity;
  for (const { code, rings } of AREAS) {
    for (const ring of rings) {
      if (boxDistance(ring, latitude, longitude) >= least) continue;
      const distance = borderDistance(ring, latitude, longitude);
      if (distance < least) {
        least = distance;
        nearest = code;
      }
    }
  }
  return nearest;
}

function ringOf(coordinates: readonly (readonly number[])[]): Ring {
  const longitudes = coordinates.map(([longitude]) => longitude!);
  const latitudes = coordinates.map(([, latitude]) => latitude!);
  return {
    points: Float64Array.from(coordinates.flat()),
    west: Math.min(...longitudes),
    south: Math.min(...latitudes),
    east: Math.max(...longitudes),
    north: Math.max(...latitudes),
  };
}

/** Counts the edges that a ray to the east crosses. A ring whose box does not hold the point is crossed an even number of times. */
function contains(rings: readonly Ring[], latitude: number, longitude: number): boolean {
  let inside = false;
  for (const { points, west, south, east, north } of rings) {
    if (longitude < west || longitude > east || latitude < south || latitude > north) continue;
    for (let i = 0; i + 3 < points.length; i += 2) {
      const x1 = points[i]!;
      const y1 = points[i + 1]!;
      const x2 = points[i + 2]!;
      const y2 = points[i + 3]!;
      if (y1 > latitude !== y2 > latitude && longitude < x1 + ((latitude - y1) / (y2 - y1)) * (x2 - x1))
        inside = !inside;
    }
  }
  return inside;
}

/** Degrees of longitude are shorter than degrees of latitude by this at the city's latitude. */
const LONGITUDE_SCALE = Math.cos((22.35 * Math.PI) / 180);

/** Squares of degrees of latitude: only ever compared with each other. */
function boxDistance(ring: Ring, latitude: number, longitude: number): number {
  const x = Math.max(ring.west - longitude, 0, longitude - ring.east) * LONGITUDE_SCALE;
  const y = Math.max(ring.south - latitude, 0, latitude - ring.north);
  return x * x + y * y;
}

/** To the nearest point of the nearest edge, in the same measure. */
function borderDistance({ points }: Ring, latitude: number, longitude: number): number {
  let least = Infinity;
  for (let i = 0; i + 3 < points.length; i += 2) {
    const x = (points[i]! - longitude) * LONGITUDE_SCALE;
    const y = points[i + 1]! - latitude;
    const dx = (points[i + 2]! - points[i]!) * LONGITUDE_SCALE;
    const dy = points[i + 3]! - points[i + 1]!;
    const length = dx * dx + dy * dy;
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, -(x * dx + y * dy) / length));
    const ex = x + along * dx;
    const ey = y + along * dy;
    least = Math.min(least, ex * ex + ey * ey);
  }
  return least;
}
