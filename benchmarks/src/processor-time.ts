import { readFileSync } from 'node:fs';
import type { Platform } from '../../tests/acceptance/platform.js';

export const SERVICES = ['broker', 'ingest', 'alerts', 'api'] as const;
export type Service = (typeof SERVICES)[number];

/** Clock ticks of /proc; Linux has reported them in hundredths of a second on every architecture for decades. */
const TICK_MS = 10;

/** Processor time that each service has used since it started, milliseconds over all its threads. */
export function processorTime(platform: Platform): Record<Service, number> {
  const of = (service: Service): number => {
    const stat = readFileSync(`/proc/${platform.pid(service)}/stat`, 'latin1');
    // Fields 14 and 15 are utime and stime (proc(5)); the name before them may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  };
  return { broker: of('broker'), ingest: of('ingest'), alerts: of('alerts'), api: of('api') };
}
