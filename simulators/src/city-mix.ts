import { admissibleKinds, deviceKinds, readApprovals, type Kind } from '#kinds';
import type { PlaceUse } from './places.js';

/**
 * How devices of a kind reach the platform. `direct`: from the mains or a modem of their own, each with an MQTT connection.
 * `lorawan`: on a battery or on a pole without a cable, over gateways and a network server.
 */
export type Network = 'direct' | 'lorawan';

/** How a kind appears in the simulated city. */
export interface CityShare {
  readonly kind: string;
  /** Of the ids of its devices. */
  readonly prefix: string;
  /** Uses of the places at which it stands. */
  readonly places: readonly PlaceUse[];
  /** Devices relative to other kinds, once every kind has one: about how many thousands a city of this size would have. */
  readonly weight: number;
  readonly network: Network;
}

/** The lamppost is no part of the mix: `city.ts` plans it. */
export const LAMPPOST = { kind: 'smart-lamppost', prefix: 'LP', network: 'direct' } as const;

const TOWN: readonly PlaceUse[] = ['street', 'market', 'park', 'waterfront'];

/**
 * Kinds whose number and places are known; the smart lamppost has a rule of its own. A small city gets one of each from the top of the list, so the order is by how much there
 * is to see.
 */
const KNOWN: readonly CityShare[] = [
  { kind: 'lpwan-node', prefix: 'LPN', places: TOWN, weight: 8, network: 'lorawan' },
  { kind: 'smart-toilet', prefix: 'TOI', places: ['park', 'market', 'waterfront'], weight: 4, network: 'direct' },
  { kind: 'rodent-camera', prefix: 'RAT', places: ['market', 'street'], weight: 4, network: 'direct' },
  { kind: 'air-station', prefix: 'AIR', places: ['park', 'hill', 'village'], weight: 0.5, network: 'direct' },
  { kind: 'flood-gauge', prefix: 'FLD', places: ['street', 'waterfront', 'village'], weight: 1, network: 'lorawan' },
  { kind: 'traffic-detector', prefix: 'TRF', places: ['street'], weight: 3, network: 'direct' },
  { kind: 'signal-junction', prefix: 'SIG', places: ['street'], weight: 2, network: 'direct' },
  { kind: 'parking-space', prefix: 'PKS', places: ['street', 'waterfront', 'market'], weight: 12, network: 'lorawan' },
  { kind: 'litter-bin', prefix: 'BIN', places: [...TOWN, 'hill'], weight: 10, network: 'lorawan' },
  { kind: 'lighting-controller', prefix: 'LAM', places: [...TOWN, 'village'], weight: 40, network: 'lorawan' },
  { kind: 'water-meter', prefix: 'WTM', places: [...TOWN, 'village'], weight: 20, network: 'lorawan' },
  { kind: 'crowd-counter', prefix: 'CRD', places: ['waterfront', 'market', 'street'], weight: 0.5, network: 'direct' },
  { kind: 'slope-tilt', prefix: 'SLP', places: ['hill', 'village'], weight: 3, network: 'lorawan' },
  { kind: 'water-quality-buoy', prefix: 'BUO', places: ['waterfront'], weight: 0.1, network: 'direct' },
  { kind: 'noise-meter', prefix: 'NOI', places: ['street', 'market'], weight: 1, network: 'direct' },
  { kind: 'sewer-level', prefix: 'SEW', places: ['street', 'market'], weight: 3, network: 'lorawan' },
  { kind: 'manhole-cover', prefix: 'MAN', places: ['street', 'market', 'waterfront'], weight: 6, network: 'lorawan' },
  { kind: 'pipe-logger', prefix: 'PIP', places: ['street', 'park', 'village'], weight: 4, network: 'lorawan' },
  { kind: 'ev-charger', prefix: 'EVC', places: ['street', 'park', 'waterfront'], weight: 3, network: 'direct' },
  { kind: 'energy-meter', prefix: 'ENM', places: TOWN, weight: 5, network: 'lorawan' },
  { kind: 'market-environment', prefix: 'MKT', places: ['market'], weight: 0.5, network: 'direct' },
  { kind: 'loading-bay', prefix: 'LDB', places: ['street', 'market'], weight: 1, network: 'lorawan' },
  { kind: 'parking-meter', prefix: 'PKM', places: ['street', 'market', 'waterfront'], weight: 4, network: 'lorawan' },
  { kind: 'recycling-bin', prefix: 'REC', places: [...TOWN, 'village'], weight: 4, network: 'lorawan' },
  { kind: 'tree-tilt', prefix: 'TRE', places: ['park', 'street', 'waterfront'], weight: 3, network: 'lorawan' },
  { kind: 'hill-fire-detector', prefix: 'HFD', places: ['hill'], weight: 0.2, network: 'lorawan' },
  { kind: 'hiker-beacon', prefix: 'HIK', places: ['hill'], weight: 0.5, network: 'lorawan' },
  { kind: 'wildlife-detector', prefix: 'WLD', places: ['hill', 'village'], weight: 0.4, network: 'lorawan' },
  {
    kind: 'dumping-detector',
    prefix: 'DMP',
    places: ['street', 'village', 'waterfront'],
    weight: 0.5,
    network: 'lorawan',
  },
  { kind: 'village-security', prefix: 'VIL', places: ['village'], weight: 0.2, network: 'lorawan' },
  { kind: 'rodent-trap', prefix: 'TRP', places: ['market', 'street'], weight: 3, network: 'lorawan' },
  { kind: 'lorawan-gateway', prefix: 'GWY', places: ['street', 'hill', 'park'], weight: 0.5, network: 'direct' },
  {
    kind: 'access-point',
    prefix: 'WAP',
    places: ['street', 'market', 'waterfront', 'park'],
    weight: 3,
    network: 'direct',
  },
];

/**
 * Every kind but the smart lamppost. A kind that is not listed above stands about the town, so a new kind needs no entry.
 *
 * Left out are kinds that no device sends of itself (companions of others) and kinds that would identify people, unless their
 * approval is on record: a simulated city has no camera that the real one may not have.
 *
 * @param approved `LAMPLIGHTER_APPROVED_KINDS`, as the services read it
 */
export function cityMix(approved = ''): readonly CityShare[] {
  const usable = admissibleKinds(deviceKinds, readApprovals(approved, deviceKinds).approvals);
  return [
    ...KNOWN.filter((share) => usable.some(({ name }) => name === share.kind)),
    ...usable
      .filter(({ name }) => name !== LAMPPOST.kind && !KNOWN.some(({ kind }) => kind === name))
      .map((kind) => ({
        kind: kind.name,
        prefix: kind.name.toUpperCase(),
        places: TOWN,
        weight: 1,
        network: runsOnBattery(kind) ? ('lorawan' as const) : ('direct' as const),
      })),
  ];
}

/** Declares a battery and no mains. */
export function runsOnBattery(kind: Kind): boolean {
  const has = (metric: string): boolean => kind.metrics.some(({ name }) => name === metric);
  return has('battery') && !has('mainsPresent');
}

/** Of a city without approvals. */
export const CITY_MIX: readonly CityShare[] = cityMix();
