import { startPlatform, type Platform } from '../../../tests/acceptance/platform.js';
import { fleetIds, readLedger, registerFleet, whenStored } from '../fleet.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { LoadResult } from '../load/load-messages.js';
import { METRICS_PER_MESSAGE } from '../load/lamppost-payload.js';
import type { Credentials } from '../load/mqtt-wire.js';
import { processorTime, SERVICES, type Service } from '../processor-time.js';
import { isOnPath } from '../peers/installed.js';
import { measureMosquitto, type ForwardingResult } from '../peers/mosquitto.js';
import { measureTelegrafInfluxDb } from '../peers/telegraf-influxdb.js';
import { median, type Benchmark, type BenchmarkOptions, type Result } from '../report/result.js';

const PUBLISHERS = 500;
const WINDOW = 20;

interface Plan {
  readonly runs: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
}

interface IngestRun {
  readonly storedPerSecond: number;
  readonly acknowledgedPerSecond: number;
  /** Microseconds of processor time for each message. */
  readonly processor: Readonly<Record<Service | 'load', number>>;
}

/**
 * Publishers with QoS 1 over TCP into the whole platform as `npm start` runs it: every message authenticated, durable before
 * its PUBACK, decoded, validated, de-duplicated, stored and evaluated. A message counts when the ledger says it is stored.
 */
export const ingest: Benchmark = {
  name: 'ingest',
  title: 'Ingest end to end, and bare Mosquitto forwarding the same load',
  async run(options) {
    const plan = options.quick
      ? { runs: 1, warmUpMs: 2_000, durationMs: 4_000 }
      : { runs: 3, warmUpMs: 5_000, durationMs: 15_000 };
    const peer = isOnPath('mosquitto');
    if (!peer) options.say('mosquitto is not on the PATH: no ratio to it');
    const stack = peer && isOnPath('telegraf') && isOnPath('influxd');
    if (!stack) options.say('mosquitto, telegraf and influxd are not all on the PATH: no ratio to the three together');
    const ours: IngestRun[] = [];
    const stackStored: number[] = [];
    const theirs: ForwardingResult[] = [];
    // In turn, so that a machine that changes its pace does so for both.
    for (let run = 1; run <= plan.runs; run++) {
      options.say(`run ${run} of ${plan.runs}: lamplighter`);
      const { result, fleet } = await runOnce(plan, options);
      ours.push(result);
      options.say(
        `  ${Math.round(result.storedPerSecond)} messages/s stored, ${Math.round(result.acknowledgedPerSecond)} acknowledged`,
      );
      if (!peer) continue;
      options.say(`run ${run} of ${plan.runs}: mosquitto`);
      const forwarded = await measureMosquitto(fleet, { window: WINDOW, ...plan });
      theirs.push(forwarded);
      options.say(`  ${Math.round(forwarded.forwardedPerSecond)} messages/s forwarded`);
      if (!stack) continue;
      options.say(`run ${run} of ${plan.runs}: mosquitto, telegraf and influxdb`);
      stackStored.push(await measureTelegrafInfluxDb(fleet, { window: WINDOW, ...plan }));
      options.say(`  ${Math.round(stackStored.at(-1)!)} messages/s stored`);
    }
    return [...summarise(ours, theirs), ...compareWithStack(ours, stackStored)];
  },
};

async function runOnce(plan: Plan, options: BenchmarkOptions): Promise<{ result: IngestRun; fleet: Credentials[] }> {
  const platform = await startPlatform();
  try {
    const fleet = await registerFleet(platform, fleetIds(PUBLISHERS));
    const load = await LoadGenerator.connect(platform.mqttPort, fleet, WINDOW);
    try {
      const warmUp = await load.run(plan.warmUpMs);
      await whenStored(platform, warmUp.messages);
      const before = processorTime(platform);
      const run = await load.run(plan.durationMs);
      const storedAt = await whenStored(platform, warmUp.messages + run.messages);
      const after = processorTime(platform);
      await checkLedger(platform, warmUp.messages + run.messages, options);
      return {
        fleet,
        result: {
          storedPerSecond: (run.messages / (storedAt - run.startedAt)) * 1000,
          acknowledgedPerSecond: (run.messages / run.ms) * 1000,
          processor: perMessage(before, after, run),
        },
      };
    } finally {
      load.close();
    }
  } finally {
    await platform.stop();
  }
}

function perMessage(
  before: Record<Service, number>,
  after: Record<Service, number>,
  { messages, cpuMs }: LoadResult,
): IngestRun['processor'] {
  const micros = (ms: number): number => (ms * 1000) / messages;
  const of = (service: Service): number => micros(after[service] - before[service]);
  return { broker: of('broker'), ingest: of('ingest'), alerts: of('alerts'), api: of('api'), load: micros(cpuMs) };
}

/** A rate is worth nothing when messages went missing on the way. */
async function checkLedger(platform: Platform, messages: number, options: BenchmarkOptions): Promise<void> {
  const ledger = await readLedger(platform);
  const sound =
    ledger.stored === messages && ledger.duplicates === 0 && ledger.backlog === 0 && ledger.unaccounted === 0;
  if (!sound) options.say(`  THE LEDGER DOES NOT MATCH ${messages} acknowledged messages: ${JSON.stringify(ledger)}`);
}

function summarise(ours: readonly IngestRun[], theirs: readonly ForwardingResult[]): Result[] {
  const stored = ours.map((run) => run.storedPerSecond);
  const acknowledged = ours.map((run) => run.acknowledgedPerSecond);
  const results: Result[] = [
    {
      benchmark: 'ingest',
      measure: 'messages stored, until all are',
      value: median(stored),
      unit: 'msg/s',
      runs: stored,
      aim: '100,000',
    },
    { benchmark: 'ingest', measure: 'readings stored', value: median(stored) * METRICS_PER_MESSAGE, unit: 'values/s' },
    {
      benchmark: 'ingest',
      measure: 'messages acknowledged',
      value: median(acknowledged),
      unit: 'msg/s',
      runs: acknowledged,
    },
    ...([...SERVICES, 'load'] as const).map((service) => ({
      benchmark: 'ingest',
      measure: `processor time of ${service === 'load' ? 'the load generator' : service}`,
      value: median(ours.map((run) => run.processor[service])),
      unit: 'us/msg',
    })),
  ];
  if (theirs.length === 0) return results;
  const forwarded = theirs.map((run) => run.forwardedPerSecond);
  const ratios = stored.map((value, run) => value / forwarded[run]!);
  return [
    ...results,
    {
      benchmark: 'ingest',
      measure: 'mosquitto forwards to one subscriber',
      value: median(forwarded),
      unit: 'msg/s',
      runs: forwarded,
    },
    {
      benchmark: 'ingest',
      measure: 'stored / mosquitto forwarded',
      value: median(ratios),
      unit: 'x',
      runs: ratios,
      aim: '1.0 or more',
    },
  ];
}

function compareWithStack(ours: readonly IngestRun[], theirs: readonly number[]): Result[] {
  if (theirs.length === 0) return [];
  const ratios = theirs.map((value, run) => ours[run]!.storedPerSecond / value);
  const benchmark = 'ingest';
  return [
    { benchmark, measure: 'mosquitto + telegraf + influxdb store', value: median(theirs), unit: 'msg/s', runs: theirs },
    { benchmark, measure: 'stored / stored by those three', value: median(ratios), unit: 'x', runs: ratios },
  ];
}
