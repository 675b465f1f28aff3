import type { LatestReading, ReadingEvent } from './types';

/** The last known values with a reading that has just come; what is older than a value that is known changes nothing. */
export function mergeReading(known: LatestReading, time: string, values: ReadingEvent['values']): LatestReading {
  const merged = { ...known.values };
  for (const [metric, value] of Object.entries(values)) {
    if (value !== null && Date.parse(time) >= Date.parse(merged[metric]?.time ?? time))
      merged[metric] = { time, value };
  }
  const isNewest = known.time === null || Date.parse(time) > Date.parse(known.time);
  return { ...known, time: isNewest ? time : known.time, values: merged };
}
