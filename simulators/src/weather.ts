import type { Weather } from '#kinds';
import { hash32 } from './random.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Hour of the day in Hong Kong (no summer time since 1979), 0 to 24 with fraction. */
export function hongKongHour(time: number): number {
  return (((time / HOUR_MS + 8) % 24) + 24) % 24;
}

/**
 * The weather of the city at a time, as a pure function: every process and every run with the seed sees the same.
 *
 * Monthly means follow the Observatory's normals of 1991-2020 (16.5 degrees in January, 28.9 in July; dry north-easterlies in
 * winter, humid south-westerlies in summer, rain mostly from May to September); weather systems pass every few days.
 */
export function weatherAt(time: number, seed: string): Weather {
  const hour = hongKongHour(time);
  // 1 in the heat of late July, -1 in late January.
  const summer = Math.cos((2 * Math.PI * (dayOfYear(time) - 205)) / 365.25);
  const front = noise(`${seed}/front`, time / (3 * DAY_MS));
  const rainRate = rainAt(time, seed, summer);
  const wet = Math.min(1, rainRate / 5);
  const afternoon = Math.cos((2 * Math.PI * (hour - 14.5)) / 24);
  const temperature =
    22.8 + 6.2 * summer + (2.2 - 0.9 * summer) * front + (1 - 0.6 * wet) * 2.3 * afternoon - 1.5 * wet;
  const humidity =
    76 + 5 * summer - 8 * afternoon * (1 - wet) + 7 * noise(`${seed}/damp`, time / (2 * DAY_MS)) + 12 * wet;
  const windSpeed = Math.abs(
    3.5 + 1.8 * noise(`${seed}/wind`, time / (8 * HOUR_MS)) - 0.6 * front + 2 * wet + 0.6 * afternoon,
  );
  return {
    temperature: round(temperature, 2),
    humidity: round(Math.min(100, Math.max(20, humidity)), 1),
    windSpeed: round(windSpeed, 2),
    windDirection: round(
      ((((summer > 0 ? 60 + 150 * summer : 60) + 40 * noise(`${seed}/veer`, time / (12 * HOUR_MS))) % 360) + 360) % 360,
      0,
    ),
    rainRate: round(rainRate, 1),
    // The tide of the atmosphere has its peaks at 10 and 22 o'clock.
    pressure: round(1012.8 - 7.2 * summer - 3 * front + 1.1 * Math.cos((4 * Math.PI * (hour - 10)) / 24), 1),
  };
}

/** Millimetres per hour. Wet spells of half a day, and inside them showers of some minutes. */
function rainAt(time: number, seed: string, summer: number): number {
  const spell = noise(`${seed}/spell`, time / (12 * HOUR_MS)) - (1.15 - 0.75 * summer);
  if (spell <= 0) return 0;
  const shower = noise(`${seed}/shower`, time / (0.4 * HOUR_MS)) + 0.3;
  return shower <= 0 ? 0 : Math.min(120, 14 * spell * shower ** 2 * (1.4 + summer));
}

function dayOfYear(time: number): number {
  const local = time + 8 * HOUR_MS;
  return (local - Date.UTC(new Date(local).getUTCFullYear(), 0, 1)) / DAY_MS;
}

/** Smooth noise of about standard deviation 1: values drawn at whole `x`, joined by a smoothstep. */
function noise(seed: string, x: number): number {
  const left = Math.floor(x);
  const t = x - left;
  const blend = t * t * (3 - 2 * t);
  return lattice(seed, left) * (1 - blend) + lattice(seed, left + 1) * blend;
}

/** The sum of four uniform numbers is nearly normal. */
function lattice(seed: string, n: number): number {
  const hash = hash32(`${seed}/${n}`);
  const sum = (hash & 0xff) + ((hash >>> 8) & 0xff) + ((hash >>> 16) & 0xff) + (hash >>> 24);
  return (sum - 510) / 148;
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
