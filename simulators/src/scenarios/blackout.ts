import type { Change, Effect, Scenario } from './scenario.js';

/** What a device with a battery for its last words says of a lost supply; a metric that a kind has not is left out. */
const WITHOUT_SUPPLY: Readonly<Record<string, Change>> = {
  mainsPresent: false,
  dimLevel: 0,
  lampPower: 0,
  supplyVoltage: 0,
  supplyCurrent: 0,
  chargingPower: 0,
};

const SUBSTATIONS = { cause: 'substations', during: [0.08, 0.85], unit: 'district', share: 0.15 } as const;
const FEEDERS = { cause: 'feeders', during: [0.2, 0.7], unit: 'feeder', share: 0.12, stagger: 0.15 } as const;

/** What both do: who can says that the mains are lost, and who cannot is not heard of. */
const lossOf = (what: Omit<Effect, 'name' | 'kinds'>): Effect[] => [
  { ...what, name: `${what.cause}-lost`, kinds: 'any', values: WITHOUT_SUPPLY },
  { ...what, name: `${what.cause}-unbuffered`, kinds: 'unbuffered', silent: true },
  {
    ...what,
    name: `${what.cause}-junctions-dark`,
    kinds: ['signal-junction'],
    values: { phase: 'dark', signalFault: true, waitingVehicles: { add: 25 } },
  },
  {
    ...what,
    name: `${what.cause}-access-points-down`,
    kinds: ['access-point'],
    values: { wifiUp: false, cellUp: false, terminals: 0, throughputDown: 0, throughputUp: 0 },
  },
];

/** Two or three districts go at once, further feeders one after the other; each comes back as it was switched. */
export const blackout: Scenario = {
  name: 'blackout',
  description: 'the mains fail in districts and feeder by feeder: dark streets, silent controllers, dead chargers',
  hours: 4,
  effects: [...lossOf(SUBSTATIONS), ...lossOf(FEEDERS)],
};
