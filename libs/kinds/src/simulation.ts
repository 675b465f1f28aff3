import type { SimulationContext } from './kind.js';

/** Building blocks of `Kind.simulate`: everything is a function of the context, so a seed makes the same city again. */

const HOUR_MS = 3_600_000;

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Rounds to `digits` after the point, as a sensor with that resolution reports. */
export function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** A reading of a sensor: `value` within the range of the metric, rounded to its digits. */
export function within(value: number, min: number, max: number, digits = 0): number {
  return rounded(clamp(value, min, max), digits);
}

/**
 * Hours since the last reading of the device, kept in its memory; the first time, and after a gap or a clock that went
 * back, at most one hour and never negative. Call it once for each reading.
 */
export function elapsedHours(context: SimulationContext): number {
  const last = context.memory.get('time');
  context.memory.set('time', context.time);
  return last === undefined ? 0 : clamp((context.time - last) / HOUR_MS, 0, 1);
}

/** A value that wanders around 0 with standard deviation 1 and forgets itself over `hours` (Ornstein-Uhlenbeck process). */
export function wander(context: SimulationContext, name: string, elapsed: number, hours: number): number {
  const last = context.memory.get(name);
  const keep = Math.exp(-elapsed / hours);
  const next =
    last === undefined
      ? context.gaussian()
      : last * keep + context.gaussian() * Math.sqrt(Math.max(0, 1 - keep * keep));
  context.memory.set(name, next);
  return next;
}

/** A property of the single device that never changes: uniform in [0, 1), drawn once. */
export function trait(context: SimulationContext, name: string): number {
  let value = context.memory.get(name);
  if (value === undefined) {
    value = context.random();
    context.memory.set(name, value);
  }
  return value;
}

/** True while an episode (a fault, a spill, an open door) lasts. Episodes start `perDay` times a day on average and last `hours` on average. */
export function episode(
  context: SimulationContext,
  name: string,
  elapsed: number,
  { perDay, hours }: { readonly perDay: number; readonly hours: number },
): boolean {
  const until = context.memory.get(name) ?? 0;
  if (context.time < until) return true;
  if (context.random() >= 1 - Math.exp((-perDay * elapsed) / 24)) return false;
  const length = -Math.log(1 - context.random()) * hours;
  context.memory.set(name, context.time + length * HOUR_MS);
  return true;
}

/** A count with this mean (Poisson; normal approximation above 30). */
export function countOf(context: SimulationContext, mean: number): number {
  if (mean <= 0) return 0;
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * context.gaussian()));
  const limit = Math.exp(-mean);
  let product = context.random();
  let count = 0;
  while (product > limit) {
    product *= context.random();
    count++;
  }
  return count;
}

/** A running total that grows by `increment`, kept in the memory of the device from a first value. */
export function total(context: SimulationContext, name: string, first: number, increment: number): number {
  const next = (context.memory.get(name) ?? first) + Math.max(0, increment);
  context.memory.set(name, next);
  return next;
}

/** Minutes that a reading counts over; one for the first reading of a device. */
export function minutesCounted(elapsed: number): number {
  return elapsed === 0 ? 1 : elapsed * 60;
}

/** Percent left in a battery that loses `perDay` percent a day and is changed when it is nearly flat. */
export function batteryLeft(context: SimulationContext, elapsed: number, perDay: number): number {
  const used = (context.memory.get('used') ?? 70 * trait(context, 'battery')) + (elapsed * perDay) / 24;
  context.memory.set('used', used >= 92 ? 0 : used);
  return Math.round(clamp(100 - used, 0, 100));
}

/** 0 to 1: how much of a street's daily traffic moves at this hour. Peaks at 8:30 and 18:30, quiet at 4. */
export function rushHours(hour: number): number {
  return clamp(0.08 + 0.75 * bell(hour, 8.5, 1.8) + 0.85 * bell(hour, 18.5, 2.4) + 0.45 * bell(hour, 13, 3), 0, 1);
}

/** A bell of height 1 at `centre`, on the circle of 24 hours. */
export function bell(hour: number, centre: number, width: number): number {
  const distance = Math.abs(((hour - centre + 36) % 24) - 12);
  return Math.exp(-(distance * distance) / (2 * width * width));
}

/**
 * Elevation of the sun in degrees, within about half a degree: low-precision position of the Astronomical Almanac
 * (section C), without refraction.
 */
export function sunElevation(time: number, latitude: number, longitude: number): number {
  const rad = Math.PI / 180;
  const days = time / 86_400_000 + 2_440_587.5 - 2_451_545;
  const anomaly = (357.528 + 0.9856003 * days) * rad;
  const ecliptic = (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * rad;
  const obliquity = (23.439 - 0.0000004 * days) * rad;
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(ecliptic));
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic));
  const sidereal = (280.46061837 + 360.98564736629 * days + longitude) * rad;
  const phi = latitude * rad;
  const sine =
    Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(sidereal - ascension);
  return Math.asin(clamp(sine, -1, 1)) / rad;
}
