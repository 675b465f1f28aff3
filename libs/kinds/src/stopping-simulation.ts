import type { SimulationContext } from './kind.js';
import { clamp } from './simulation.js';

/** One vehicle after the other at a space or a bay. */
export interface Stop {
  readonly occupied: boolean;
  /** Minutes. */
  readonly timeOccupied: number;
  /** Arrivals since midnight in Hong Kong. */
  readonly sessionsToday: number;
}

/** Arrivals and departures as chance has it, with these means. Call it once for each reading. */
export function simulateStop(
  context: SimulationContext,
  elapsed: number,
  { arrivalsPerHour, meanMinutes }: { readonly arrivalsPerHour: number; readonly meanMinutes: number },
): Stop {
  const { memory, time } = context;
  const day = Math.floor(time / 86_400_000 + 8 / 24);
  if (memory.get('stopDay') !== day) memory.set('stopDay', day).set('stops', 0);
  let since = memory.get('stopSince');
  if (since === undefined) {
    const busy = arrivalsPerHour / (arrivalsPerHour + 60 / meanMinutes);
    since = context.random() < busy ? time - context.random() * meanMinutes * 60_000 : -1;
  } else if (since >= 0) {
    if (context.random() < 1 - Math.exp((-elapsed * 60) / meanMinutes)) since = -1;
  } else if (context.random() < 1 - Math.exp(-elapsed * arrivalsPerHour)) {
    since = time;
    memory.set('stops', (memory.get('stops') ?? 0) + 1);
  }
  memory.set('stopSince', since);
  return {
    occupied: since >= 0,
    timeOccupied: since < 0 ? 0 : Math.round(clamp((time - since) / 60_000, 0, 100_000)),
    sessionsToday: memory.get('stops') ?? 0,
  };
}
