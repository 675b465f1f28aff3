import type { SimulationContext } from './kind.js';
import { bell, clamp, countOf, elapsedHours, episode, rounded, total, trait } from './simulation.js';

/** Hours of the day at which the cleaner comes and refills what is low. */
const CLEANING_HOURS = 4;

/** One reading of a public toilet: supplies go down with visitors, odour goes up until the cleaner comes. */
export function simulateSmartToilet(context: SimulationContext): Record<string, number | boolean | string> {
  const elapsed = elapsedHours(context);
  const cubicles = 4 + Math.floor(12 * trait(context, 'size'));
  const demand = visitors(context.hour) * (0.5 + trait(context, 'place'));
  const people = countOf(context, demand * 60 * (elapsed === 0 ? 1 / 12 : elapsed));
  const cubiclesInUse = Math.min(cubicles, countOf(context, demand * cubicles * 0.35));
  const dirt = untilCleaned(context, elapsed, people);
  const values: Record<string, number | boolean | string> = {
    people,
    cubiclesInUse,
    occupancy: Math.round((100 * cubiclesInUse) / cubicles),
    ammonia: rounded(
      clamp(0.05 + dirt * 0.002 + (leak(context, elapsed) ? 1.2 : 0) + 0.02 * context.gaussian(), 0, 100),
      2,
    ),
    h2s: rounded(clamp(0.004 + dirt * 0.0001 + 0.002 * context.gaussian(), 0, 100), 3),
    soap: stock(context, 'soap', people, 0.05),
    paper: stock(context, 'paper', people, 0.07),
    wetFloor:
      episode(context, 'wet', elapsed, { perDay: 0.3, hours: 0.4 }) || (context.weather.rainRate > 8 && people > 0),
    equipment: equipment(context, elapsed),
  };
  if (context.random() < 0.5)
    values['feedback'] = rounded(clamp(4.4 - dirt * 0.004 + 0.4 * context.gaussian(), 1, 5), 1);
  return values;
}

function visitors(hour: number): number {
  return clamp(0.03 + 0.5 * bell(hour, 9, 1.5) + 0.8 * bell(hour, 13, 2) + 0.7 * bell(hour, 18.5, 2.5), 0, 1);
}

/** Visitors since the last cleaning. */
function untilCleaned(context: SimulationContext, elapsed: number, people: number): number {
  const hours = total(context, 'sinceCleaning', CLEANING_HOURS * trait(context, 'round'), elapsed);
  if (hours < CLEANING_HOURS) return total(context, 'visitors', 0, people);
  context.memory.set('sinceCleaning', 0);
  context.memory.set('visitors', 0);
  return 0;
}

/** Percent left; the cleaner refills somewhere below 20 %. */
function stock(context: SimulationContext, name: string, people: number, perVisitor: number): number {
  const left = (context.memory.get(name) ?? 40 + 60 * context.random()) - people * perVisitor;
  const kept = left < 20 * trait(context, `${name}Refill`) ? 100 : left;
  context.memory.set(name, kept);
  return Math.round(clamp(kept, 0, 100));
}

function leak(context: SimulationContext, elapsed: number): boolean {
  return episode(context, 'leak', elapsed, { perDay: 0.05, hours: 1.5 });
}

function equipment(context: SimulationContext, elapsed: number): string {
  if (episode(context, 'repair', elapsed, { perDay: 0.02, hours: 1 })) return 'maintenance';
  if (episode(context, 'failure', elapsed, { perDay: 0.03, hours: 4 })) return 'failed';
  return episode(context, 'wear', elapsed, { perDay: 0.1, hours: 6 }) ? 'degraded' : 'ok';
}
