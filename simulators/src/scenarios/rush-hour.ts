import type { Scenario } from './scenario.js';

/** Traffic first, then the junctions and the kerb, then the platforms and pavements. */
export const rushHour: Scenario = {
  name: 'rush-hour',
  description: 'everybody travels at once: queues, full kerbs, crowded streets, busy networks',
  hours: 3,
  effects: [
    {
      name: 'roads-full',
      kinds: 'any',
      during: [0, 0.95],
      unit: 'city',
      share: 1,
      values: { vehicles: { times: 1.8 }, laneOccupancy: { add: 25 }, noise: { add: 5 }, no2: { times: 1.5 } },
    },
    {
      name: 'queues',
      kinds: ['traffic-detector'],
      during: [0.1, 0.9],
      unit: 'place',
      share: 0.6,
      stagger: 0.1,
      values: { meanSpeed: { times: 0.25 }, queueLength: { add: 400 }, headway: { times: 0.5 }, congested: true },
    },
    {
      name: 'junctions-full',
      kinds: ['signal-junction'],
      during: [0.1, 0.9],
      unit: 'place',
      share: 0.8,
      values: { waitingVehicles: { add: 30 }, waitingPedestrians: { add: 25 }, cycleTime: { add: 30 } },
    },
    {
      name: 'kerbs-full',
      kinds: ['parking-space', 'loading-bay'],
      during: [0.15, 0.9],
      unit: 'device',
      share: 0.7,
      stagger: 0.1,
      values: { occupied: true, timeOccupied: { add: 20 } },
    },
    {
      name: 'double-parking',
      kinds: ['loading-bay'],
      during: [0.25, 0.75],
      unit: 'place',
      share: 0.3,
      values: { illegalStop: true, laneBlocked: true },
    },
    {
      name: 'crowds',
      kinds: 'any',
      during: [0.1, 0.95],
      unit: 'place',
      share: 0.6,
      stagger: 0.05,
      values: {
        people: { times: 3 },
        peoplePresent: { times: 3 },
        density: { add: 2.2 },
        walkingSpeed: { times: 0.4 },
      },
    },
    {
      name: 'networks-busy',
      kinds: ['access-point'],
      during: [0.1, 0.9],
      unit: 'city',
      share: 1,
      values: { terminals: { times: 2.5 }, channelUse: { add: 30 }, throughputDown: { times: 2 } },
    },
  ],
};
