import { readFileSync } from 'node:fs';
import { startPlatform } from '../../../tests/acceptance/platform.js';
import { fleetIds, registerFleet } from '../fleet.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { Benchmark } from '../report/result.js';

const CONNECTIONS = 10_000;
const SETTLE_MS = 5_000;
const SPARE_DESCRIPTORS = 500;

/** Devices that are connected and silent, and the memory of the broker that holds them. */
export const connections: Benchmark = {
  name: 'connections',
  title: 'Memory of the broker for 10,000 connections',
  async run({ quick, say }) {
    const wanted = quick ? 1_000 : CONNECTIONS;
    const count = Math.min(wanted, openFileLimit() - SPARE_DESCRIPTORS);
    if (count < wanted) say(`the limit of open files allows ${count} connections only (ulimit -n)`);
    const platform = await startPlatform({ environment: { LAMPLIGHTER_MQTT_MAX_CONNECTIONS: String(count + 1_000) } });
    try {
      say(`registering ${count} devices`);
      const fleet = await registerFleet(platform, fleetIds(count));
      const broker = platform.pid('broker');
      const before = residentMiB(broker);
      say('connecting them');
      const load = await LoadGenerator.connect(platform.mqttPort, fleet, 1);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const after = residentMiB(broker);
      load.close();
      const note = count === CONNECTIONS ? {} : { note: `${count} connections` };
      return [
        {
          benchmark: 'connections',
          measure: 'memory of the broker, all connected',
          value: after,
          unit: 'MiB',
          aim: 'under 500',
          ...note,
        },
        {
          benchmark: 'connections',
          measure: 'memory for each connection',
          value: ((after - before) * 1024) / count,
          unit: 'KiB',
          ...note,
        },
        {
          benchmark: 'connections',
          measure: 'time until all are connected',
          value: load.connectMs / 1000,
          unit: 's',
          aim: 'under 60',
          ...note,
        },
      ];
    } finally {
      await platform.stop();
    }
  },
};

function residentMiB(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) / 1024;
}

function openFileLimit(): number {
  const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return limit === 'unlimited' ? Infinity : Number(limit);
}
