import { kinds } from '#kinds';
import type { PlaceUse } from './places.js';

/** How a kind appears in the simulated city. */
export interface CityShare {
  readonly kind: string;
  /** Of the ids of its devices. */
  readonly prefix: string;
  /** Uses of the places at which it stands. */
  readonly places: readonly PlaceUse[];
  /** Devices relative to other kinds, once every kind has one: about how many thousands a city of this size would have. */
  readonly weight: number;
}

/** The lamppost is no part of the mix: `city.ts` plans it. */
export const LAMPPOST = { kind: 'smart-lamppost', prefix: 'LP' } as const;

const TOWN: readonly PlaceUse[] = ['street', 'market', 'park', 'waterfront'];

/**
 * Kinds whose number and places are known; the smart lamppost has a rule of its own. A small city gets one of each from the top of the list, so the order is by how much there
 * is to see.
 */
const KNOWN: readonly CityShare[] = [
  { kind: 'lpwan-node', prefix: 'LPN', places: TOWN, weight: 8 },
  { kind: 'smart-toilet', prefix: 'TOI', places: ['park', 'market', 'waterfront'], weight: 4 },
  { kind: 'rodent-camera', prefix: 'RAT', places: ['market', 'street'], weight: 4 },
  { kind: 'air-station', prefix: 'AIR', places: ['park', 'hill', 'village'], weight: 0.5 },
  { kind: 'flood-gauge', prefix: 'FLD', places: ['street', 'waterfront', 'village'], weight: 1 },
  { kind: 'traffic-detector', prefix: 'TRF', places: ['street'], weight: 3 },
  { kind: 'signal-junction', prefix: 'SIG', places: ['street'], weight: 2 },
  { kind: 'parking-space', prefix: 'PKS', places: ['street', 'waterfront', 'market'], weight: 12 },
  { kind: 'litter-bin', prefix: 'BIN', places: [...TOWN, 'hill'], weight: 10 },
  { kind: 'lighting-controller', prefix: 'LAM', places: [...TOWN, 'village'], weight: 40 },
  { kind: 'water-meter', prefix: 'WTM', places: [...TOWN, 'village'], weight: 20 },
  { kind: 'crowd-counter', prefix: 'CRD', places: ['waterfront', 'market', 'street'], weight: 0.5 },
  { kind: 'slope-tilt', prefix: 'SLP', places: ['hill', 'village'], weight: 3 },
  { kind: 'water-quality-buoy', prefix: 'BUO', places: ['waterfront'], weight: 0.1 },
  { kind: 'noise-meter', prefix: 'NOI', places: ['street', 'market'], weight: 1 },
  { kind: 'sewer-level', prefix: 'SEW', places: ['street', 'market'], weight: 3 },
  { kind: 'manhole-cover', prefix: 'MAN', places: ['street', 'market', 'waterfront'], weight: 6 },
  { kind: 'pipe-logger', prefix: 'PIP', places: ['street', 'park', 'village'], weight: 4 },
  { kind: 'ev-charger', prefix: 'EVC', places: ['street', 'park', 'waterfront'], weight: 3 },
  { kind: 'energy-meter', prefix: 'ENM', places: TOWN, weight: 5 },
  { kind: 'market-environment', prefix: 'MKT', places: ['market'], weight: 0.5 },
  { kind: 'loading-bay', prefix: 'LDB', places: ['street', 'market'], weight: 1 },
  { kind: 'parking-meter', prefix: 'PKM', places: ['street', 'market', 'waterfront'], weight: 4 },
  { kind: 'recycling-bin', prefix: 'REC', places: [...TOWN, 'village'], weight: 4 },
  { kind: 'tree-tilt', prefix: 'TRE', places: ['park', 'street', 'waterfront'], weight: 3 },
  { kind: 'hill-fire-detector', prefix: 'HFD', places: ['hill'], weight: 0.2 },
  { kind: 'hiker-beacon', prefix: 'HIK', places: ['hill'], weight: 0.5 },
  { kind: 'wildlife-detector', prefix: 'WLD', places: ['hill', 'village'], weight: 0.4 },
  { kind: 'dumping-detector', prefix: 'DMP', places: ['street', 'village', 'waterfront'], weight: 0.5 },
  { kind: 'village-security', prefix: 'VIL', places: ['village'], weight: 0.2 },
  { kind: 'rodent-trap', prefix: 'TRP', places: ['market', 'street'], weight: 3 },
  { kind: 'lorawan-gateway', prefix: 'GWY', places: ['street', 'hill', 'park'], weight: 0.5 },
  { kind: 'access-point', prefix: 'WAP', places: ['street', 'market', 'waterfront', 'park'], weight: 3 },
];

/** Every kind but the smart lamppost. A kind that is not listed above stands about the town, so a new kind needs no entry. */
export const CITY_MIX: readonly CityShare[] = [
  ...KNOWN,
  ...kinds
    .filter(({ name }) => name !== LAMPPOST.kind && !KNOWN.some(({ kind }) => kind === name))
    .map(({ name }) => ({ kind: name, prefix: name.toUpperCase(), places: TOWN, weight: 1 })),
];
