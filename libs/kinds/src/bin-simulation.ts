import type { SimulationContext } from './kind.js';
import { bell, clamp, countOf, episode, total, trait, within } from './simulation.js';

/** What every bin reports. */
export interface BinState {
  readonly fill: number;
  readonly insideTemperature: number;
  readonly overturned: boolean;
  readonly timesEmptied: number;
}

/**
 * A bin that fills by day and is emptied in the early morning round, or at once when it is nearly full. A fire inside is rare.
 *
 * @param fullInDays how long an average bin of the kind takes to fill
 */
export function simulateBin(context: SimulationContext, elapsed: number, fullInDays: number): BinState {
  const { hour, memory, weather } = context;
  const busy = 0.2 + 1.6 * bell(hour, 13, 2.5) + 1.8 * bell(hour, 19, 2.5);
  const perHour = ((100 / (24 * fullInDays)) * (0.4 + 1.2 * trait(context, 'demand')) * busy) / 0.9;
  const before = memory.get('fill') ?? 80 * context.random();
  const after = clamp(before + perHour * elapsed * (0.8 + 0.4 * context.random()), 0, 100);
  const round = hour >= 5 && hour < 7 && after > 40 && countOf(context, 1.5 * elapsed) > 0;
  const emptied = round || (after > 92 && countOf(context, 0.5 * elapsed) > 0);
  memory.set('fill', emptied ? 2 : after);
  const burning = episode(context, 'fire', elapsed, { perDay: 0.002, hours: 0.3 });
  return {
    fill: Math.round(emptied ? 2 : after),
    insideTemperature: within(weather.temperature + 3 + context.gaussian() + (burning ? 70 : 0), -40, 200, 1),
    overturned: episode(context, 'overturned', elapsed, {
      perDay: 0.01 + (weather.windSpeed > 20 ? 1 : 0),
      hours: 2,
    }),
    timesEmptied: total(context, 'emptied', Math.floor(900 * trait(context, 'age')), emptied ? 1 : 0),
  };
}
