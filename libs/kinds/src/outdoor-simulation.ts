import type { SimulationContext } from './kind.js';
import { clamp, rushHours, sunElevation, trait, wander, within } from './simulation.js';

/** Weather, sun, tide and air as kinds that stand outdoors feel them. */

const HOUR_MS = 3_600_000;

/** Air temperature and humidity at the device: the city's weather, warmer or cooler by its surroundings. */
export function airAround(
  context: SimulationContext,
  elapsed: number,
): { readonly temperature: number; readonly humidity: number } {
  const heat = (trait(context, 'heat') - 0.3) * 1.5;
  return {
    temperature: within(context.weather.temperature + heat + 0.3 * wander(context, 'warmth', elapsed, 2), -40, 85, 1),
    humidity: within(context.weather.humidity - 2 * heat + 1.5 * wander(context, 'damp', elapsed, 2), 0, 100, 1),
  };
}

/** Wind at the device behind what shelters it. `exposure` 1 is an open hill top. */
export function windAround(
  context: SimulationContext,
  elapsed: number,
  exposure: number,
): { readonly windSpeed: number; readonly windDirection: number } {
  const { weather } = context;
  return {
    windSpeed: within(weather.windSpeed * exposure * (1 + 0.2 * context.gaussian()), 0, 90, 1),
    windDirection: Math.round(weather.windDirection + 15 * wander(context, 'eddy', elapsed, 0.3) + 720) % 360,
  };
}

/** Millimetres per hour; a gauge catches a little more or less than its neighbour. */
export function rainAround(context: SimulationContext): number {
  return within(context.weather.rainRate * (1 + 0.1 * context.gaussian()), 0, 500, 1);
}

/** Millimetres of rain that the place still feels when it forgets over `hours`. Call it once for each reading. */
export function rainFelt(context: SimulationContext, elapsed: number, hours: number): number {
  const { memory, weather } = context;
  const last = memory.get('rainFelt') ?? weather.rainRate * hours * 0.2;
  const felt = last * Math.exp(-elapsed / hours) + weather.rainRate * elapsed;
  memory.set('rainFelt', felt);
  return felt;
}

/** Metres above Chart Datum: the two largest tides of Victoria Harbour (M2 and K1) around a mean of about 1.4 m. */
export function tideLevel(time: number): number {
  const hours = time / HOUR_MS;
  return 1.4 + 0.4 * Math.cos((2 * Math.PI * hours) / 12.4206) + 0.36 * Math.cos((2 * Math.PI * hours) / 23.9345);
}

/** 0 to 1: sine of the elevation of the sun, 0 from sunset to sunrise. */
export function sunshine({ time, latitude, longitude }: SimulationContext): number {
  return clamp(Math.sin((sunElevation(time, latitude, longitude) * Math.PI) / 180), 0, 1);
}

/** A roadside of Hong Kong in micrograms per cubic metre: nitrogen dioxide follows traffic, ozone follows the sun and is eaten by it. */
export function pollutedAir(
  context: SimulationContext,
  elapsed: number,
  { traffic, smoke }: { readonly traffic: number; readonly smoke: number },
): Readonly<Record<'pm25' | 'pm10' | 'no2' | 'o3' | 'so2' | 'co', number>> {
  const { weather } = context;
  const stagnant = clamp(1.5 - weather.windSpeed / 8, 0.4, 1.5);
  const washed = weather.rainRate > 1 ? 0.55 : 1;
  const haze = Math.exp(0.3 * wander(context, 'haze', elapsed, 12));
  const pm25 = (8 + 12 * stagnant + 8 * traffic) * haze * washed + smoke;
  const concentration = (value: number, spread: number, max: number): number =>
    within(value * (1 + spread * context.gaussian()), 0, max, 1);
  return {
    pm25: concentration(pm25, 0.05, 1000),
    pm10: concentration(pm25 * 1.4 + 4, 0.05, 2000),
    no2: concentration((15 + 90 * traffic) * stagnant, 0.08, 2000),
    o3: concentration(25 + 90 * sunshine(context) * stagnant - 20 * traffic, 0.08, 2000),
    so2: concentration(5 + 4 * traffic, 0.15, 5000),
    co: concentration(450 + 700 * traffic * stagnant, 0.06, 100_000),
  };
}

/** Traffic of the street of the device, 0 to 1. */
export function streetTraffic(context: SimulationContext): number {
  return rushHours(context.hour) * (0.4 + 0.6 * trait(context, 'street'));
}
