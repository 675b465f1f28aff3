import { setTimeout as sleep } from 'node:timers/promises';
import { connectDevice, publish, type MqttAccess } from '../../../tests/acceptance/device-client.js';
import { startPlatform, type Platform } from '../../../tests/acceptance/platform.js';
import { fleetIds, registerFleet } from '../fleet.js';
import { LoadGenerator } from '../load/load-generator.js';
import { AlarmStream } from '../alarm-stream.js';
import { percentile, type Benchmark, type Result } from '../report/result.js';

const RATE = 10_000;
const PUBLISHERS = 500;
const WINDOW = 20;
const PROBES = 20;
const PAUSE_MS = 300;
const ABOVE_THE_LIMIT = 200;
const BELOW_THE_LIMIT = 10;
const PATIENCE_MS = 15_000;

/**
 * From the PUBLISH of a reading that raises or clears an alarm to the event on `/v1/alarms/stream`, while the city publishes at
 * a fixed rate. The probes are devices like the others.
 */
export const streamLatency: Benchmark = {
  name: 'stream',
  title: 'Publish to alarm stream, at 10,000 messages/s',
  async run({ quick, say }) {
    const durationMs = quick ? 5_000 : 40_000;
    const platform = await startPlatform();
    try {
      const ids = fleetIds(PUBLISHERS + PROBES);
      const fleet = await registerFleet(platform, ids);
      const load = await LoadGenerator.connect(platform.mqttPort, fleet.slice(PROBES), WINDOW);
      const stream = await AlarmStream.open(platform);
      try {
        load.start(RATE);
        await sleep(quick ? 1_000 : 5_000);
        say(`${PROBES} probes among ${RATE} messages/s, for ${durationMs / 1000} s`);
        const latencies = await probeAll(platform, stream, ids.slice(0, PROBES), fleet as MqttAccess[], durationMs);
        const { messages, ms } = await load.stop();
        return summarise(latencies, (messages / ms) * 1000);
      } finally {
        stream.close();
        load.close();
      }
    } finally {
      await platform.stop();
    }
  },
};

async function probeAll(
  platform: Platform,
  stream: AlarmStream,
  ids: readonly string[],
  fleet: readonly MqttAccess[],
  durationMs: number,
): Promise<number[]> {
  const end = performance.now() + durationMs;
  const probes = ids.map((id, n) => probe(platform, stream, id, fleet[n]!, end));
  return (await Promise.all(probes)).flat();
}

/** Crosses the limit to and fro, each time after the event of the time before; NaN stands for an event that did not come. */
async function probe(
  platform: Platform,
  stream: AlarmStream,
  id: string,
  access: MqttAccess,
  end: number,
): Promise<number[]> {
  const client = await connectDevice(platform, access);
  const latencies: number[] = [];
  for (let seq = 1; performance.now() < end; seq++) {
    await sleep(PAUSE_MS * (0.5 + Math.random()));
    const raising = seq % 2 === 1;
    const event = stream.next(id, PATIENCE_MS);
    const sent = performance.now();
    void publish(client, access.topic, {
      ts: Date.now(),
      seq,
      boot: 'probe',
      values: { pm25: raising ? ABOVE_THE_LIMIT : BELOW_THE_LIMIT },
    });
    latencies.push((await event) ? performance.now() - sent : NaN);
  }
  await client.endAsync();
  return latencies;
}

function summarise(latencies: readonly number[], rate: number): Result[] {
  const arrived = latencies.filter((value) => !Number.isNaN(value));
  const missing = latencies.length - arrived.length;
  const note = missing === 0 ? `${arrived.length} alarms` : `${missing} OF ${latencies.length} EVENTS NEVER CAME`;
  const at = (percent: number): Omit<Result, 'aim'> => ({
    benchmark: 'stream',
    measure: `publish to alarm event, ${percent}th percentile`,
    value: percentile(arrived, percent),
    unit: 'ms',
  });
  return [
    { ...at(50), note },
    at(95),
    { ...at(99), aim: 'under 250' },
    { benchmark: 'stream', measure: 'load meanwhile', value: rate, unit: 'msg/s', aim: '10,000' },
  ];
}
