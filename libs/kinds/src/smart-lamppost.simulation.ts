import type { SimulationContext } from './kind.js';
import { pollutedAir, streetTraffic } from './outdoor-simulation.js';
import {
  clamp,
  countOf,
  elapsedHours,
  episode,
  rounded,
  rushHours,
  sunElevation,
  total,
  trait,
  wander,
} from './simulation.js';

/** Power of the luminaire at full output, in watts. */
const FULL_POWER_W = 120;

/** One reading of a smart lamppost on a street whose character (traffic, trees, buildings) is a trait of the device. */
export function simulateSmartLamppost(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const traffic = streetTraffic(context);
  return {
    ...weatherAt(context, elapsed),
    ...airAt(context, elapsed, traffic),
    ...streetAt(context, elapsed, traffic),
    ...lampOf(context, elapsed),
  };
}

function weatherAt(context: SimulationContext, elapsed: number): Record<string, number> {
  const { weather } = context;
  const shelter = 0.4 + 0.5 * trait(context, 'shelter');
  const heat = (trait(context, 'heat') - 0.3) * 1.5;
  return {
    temperature: rounded(clamp(weather.temperature + heat + 0.3 * wander(context, 'warmth', elapsed, 2), -40, 85), 1),
    humidity: rounded(clamp(weather.humidity - 2 * heat + 1.5 * wander(context, 'damp', elapsed, 2), 0, 100), 1),
    pressure: rounded(clamp(weather.pressure - 0.6 + 0.1 * context.gaussian(), 850, 1100), 1),
    windSpeed: rounded(clamp(weather.windSpeed * shelter * (1 + 0.25 * context.gaussian()), 0, 90), 1),
    windDirection: Math.round(weather.windDirection + 15 * wander(context, 'eddy', elapsed, 0.3) + 720) % 360,
    rainfall: rounded(clamp(weather.rainRate * (1 + 0.2 * context.gaussian()), 0, 500), 1),
  };
}

function airAt(context: SimulationContext, elapsed: number, traffic: number): Record<string, number> {
  const smoke = episode(context, 'smoke', elapsed, { perDay: 0.02, hours: 0.5 }) ? 80 : 0;
  return pollutedAir(context, elapsed, { traffic, smoke });
}

function streetAt(context: SimulationContext, elapsed: number, traffic: number): Record<string, number> {
  const minutes = elapsed === 0 ? 1 : elapsed * 60;
  const vehicles = countOf(context, 22 * traffic * minutes);
  const people = countOf(context, 30 * rushHours(context.hour) * trait(context, 'footfall') * minutes);
  const works = episode(context, 'works', elapsed, { perDay: 0.05, hours: 2 }) ? 14 : 0;
  return {
    noise: rounded(clamp(50 + 22 * Math.sqrt(traffic) + works + 1.5 * context.gaussian(), 20, 140), 1),
    vehicles: clamp(vehicles, 0, 100_000),
    people: clamp(people, 0, 100_000),
    meanSpeed: vehicles === 0 ? 0 : rounded(clamp(52 - 30 * traffic + 3 * context.gaussian(), 3, 120), 1),
  };
}

/** The lamp follows the sun: on below the horizon, dimmed to 60 % from midnight to five. */
function lampOf(context: SimulationContext, elapsed: number): Record<string, number | boolean> {
  const elevation = sunElevation(context.time, context.latitude, context.longitude);
  const mainsPresent = !episode(context, 'mains', elapsed, { perDay: 0.005, hours: 0.5 });
  const lampFault = episode(context, 'lamp', elapsed, { perDay: 0.01, hours: 6 });
  const driverFault = episode(context, 'driver', elapsed, { perDay: 0.004, hours: 8 });
  const commanded = elevation > -0.8 ? 0 : context.hour < 5 ? 60 : 100;
  const dimLevel = mainsPresent && !lampFault && !driverFault ? commanded : 0;
  const lampPower = dimLevel === 0 ? (mainsPresent ? 0.5 : 0) : (FULL_POWER_W * dimLevel) / 100 + context.gaussian();
  const knocked = episode(context, 'knocked', elapsed, { perDay: 0.001, hours: 3 });
  return {
    illuminance: Math.round(
      clamp(Math.max(daylight(elevation), dimLevel * 0.3) * (1 + 0.05 * context.gaussian()), 0, 200_000),
    ),
    dimLevel,
    lampPower: rounded(clamp(lampPower, 0, 2000), 1),
    energy: rounded(total(context, 'energy', 1000 + 4000 * trait(context, 'age'), (lampPower * elapsed) / 1000), 3),
    lampFault,
    driverFault,
    tilt: rounded(clamp(0.3 + trait(context, 'lean') + (knocked ? 12 : 0) + 0.05 * context.gaussian(), 0, 180), 1),
    doorOpen: episode(context, 'door', elapsed, { perDay: 0.02, hours: 0.4 }),
    mainsPresent,
  };
}

/** Horizontal illuminance in lux of a hazy sky, 0 at night. */
function daylight(elevation: number): number {
  return elevation <= -6
    ? 0
    : elevation < 0
      ? 400 * (1 + elevation / 6) ** 2
      : 400 + 90_000 * Math.sin((elevation * Math.PI) / 180) ** 1.2;
}
