import type { Scenario } from './scenario.js';

const MINUTE_MS = 60_000;

/**
 * Devices lose their time server. Most errors stay small, some pass what the time policy of the platform lets through, and a few
 * devices restart with the calendar of another day. LoRaWAN devices have no clock of their own and are not touched.
 */
export const clockDrift: Scenario = {
  name: 'clock-drift',
  description: 'clocks run away: by seconds, by an hour, and on a few devices by more than a day',
  hours: 8,
  effects: [
    {
      name: 'seconds',
      kinds: 'any',
      during: [0, 1],
      unit: 'device',
      share: 0.3,
      clockErrorMs: 1.5 * MINUTE_MS,
    },
    {
      name: 'an-hour',
      kinds: 'any',
      during: [0.1, 0.95],
      unit: 'device',
      share: 0.06,
      stagger: 0.1,
      clockErrorMs: 75 * MINUTE_MS,
    },
    {
      name: 'another-day',
      kinds: 'any',
      during: [0.2, 0.9],
      unit: 'device',
      share: 0.02,
      stagger: 0.2,
      clockErrorMs: 50 * 60 * MINUTE_MS,
    },
  ],
};
