import { course, mix, type Scenario } from './scenario.js';

const DRIFT = 2 * Math.PI;

/** The eye passes at 0.5: pressure falls and rises about it, the wind veers, and rain comes in bands that turn with the storm. */
export const typhoon: Scenario = {
  name: 'typhoon',
  description: 'a typhoon passes: wind, rain bands, floods, trees and slopes, and what fails in such a night',
  hours: 18,
  weather(weather, progress, { latitude, longitude }) {
    const storm = course(progress, 0, 1);
    const closeness = storm * Math.exp(-(((progress - 0.5) / 0.16) ** 2));
    // The bands are some kilometres wide and sweep over the city from the south-east.
    const across = (latitude - 22.3) * 60 - (longitude - 114.15) * 45;
    const band = Math.max(0, Math.sin(progress * 22 * DRIFT + across)) ** 2;
    return {
      ...weather,
      temperature: mix(weather.temperature, 24.5, 0.7 * storm),
      humidity: mix(weather.humidity, 97, storm),
      pressure: weather.pressure - 12 * storm - 38 * closeness,
      windSpeed: weather.windSpeed + 9 * storm + 30 * closeness,
      windDirection: (30 + 150 * progress + 20 * storm + 360) % 360,
      rainRate: weather.rainRate + storm * (6 + 75 * band * (0.3 + closeness)),
    };
  },
  effects: [
    {
      name: 'streets-empty',
      kinds: 'any',
      during: [0.15, 0.85],
      unit: 'city',
      share: 1,
      values: { vehicles: { times: 0.1 }, people: { times: 0.05 }, peoplePresent: { times: 0.05 } },
    },
    {
      name: 'floods',
      cause: 'water',
      kinds: ['flood-gauge'],
      during: [0.4, 0.8],
      unit: 'place',
      share: 0.4,
      stagger: 0.1,
      values: { waterLevel: { add: 0.7 }, riseRate: { add: 450 }, flooded: true },
    },
    {
      name: 'sewers-full',
      cause: 'water',
      kinds: ['sewer-level'],
      during: [0.35, 0.85],
      unit: 'place',
      share: 0.4,
      values: { waterLevel: { add: 1.4 }, fullness: { add: 55 }, overfull: true },
    },
    {
      name: 'covers-lifted',
      cause: 'water',
      kinds: ['manhole-cover'],
      during: [0.45, 0.75],
      unit: 'place',
      share: 0.4,
      values: { waterUnderCover: true, tilt: { add: 6 } },
    },
    {
      name: 'trees-sway',
      kinds: ['tree-tilt'],
      during: [0.25, 0.8],
      unit: 'city',
      share: 1,
      values: { sway: { times: 5 }, soilMoisture: { add: 25 } },
    },
    {
      name: 'trees-lean',
      kinds: ['tree-tilt'],
      during: [0.45, 0.98],
      unit: 'device',
      share: 0.12,
      stagger: 0.15,
      values: { tilt: { add: 7 }, tiltChange: { add: 4 } },
    },
    {
      name: 'slopes-move',
      kinds: ['slope-tilt'],
      during: [0.5, 0.98],
      unit: 'device',
      share: 0.1,
      stagger: 0.2,
      values: { tilt: { add: 2 }, tiltRate: { add: 9 }, porePressure: { add: 30 }, soilMoisture: { add: 30 } },
    },
    {
      name: 'posts-hit',
      kinds: ['smart-lamppost'],
      during: [0.42, 0.98],
      unit: 'device',
      share: 0.03,
      stagger: 0.1,
      values: { tilt: { add: 16 }, doorOpen: true },
    },
    {
      name: 'mains-lost',
      kinds: 'any',
      during: [0.45, 0.8],
      unit: 'district',
      share: 0.2,
      stagger: 0.1,
      values: { mainsPresent: false, dimLevel: 0, lampPower: 0, chargingPower: 0 },
    },
    {
      name: 'access-points-down',
      kinds: ['access-point'],
      during: [0.4, 0.85],
      unit: 'place',
      share: 0.35,
      stagger: 0.1,
      values: { wifiUp: false, terminals: 0, throughputDown: 0, throughputUp: 0, packetLoss: { add: 20 } },
    },
    {
      name: 'gateways-lost',
      kinds: ['lorawan-gateway'],
      during: [0.45, 0.8],
      unit: 'device',
      share: 0.15,
      stagger: 0.15,
      silent: true,
    },
    {
      name: 'bins-over',
      kinds: ['litter-bin', 'recycling-bin'],
      during: [0.35, 0.98],
      unit: 'device',
      share: 0.15,
      stagger: 0.2,
      values: { overturned: true },
    },
    {
      name: 'buoys-drift',
      kinds: ['water-quality-buoy'],
      during: [0.4, 0.95],
      unit: 'device',
      share: 0.3,
      values: { drift: { add: 300 }, turbidity: { times: 6 } },
    },
  ],
};
