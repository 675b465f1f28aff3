import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import type { MqttAccess } from './mqtt-access.js';
import { readEpdHourlyCsv, readNativeCsv, type RecordedReading } from './recorded-csv.js';

export { readEpdHourlyCsv, readNativeCsv, RecordingError, type RecordedReading } from './recorded-csv.js';
export type { MqttAccess } from './mqtt-access.js';

/** Unacknowledged readings at most. */
const WINDOW = 64;

export interface ReplayPace {
  /** Recorded time over real time: 1 is as it was, 60 an hour a minute; Infinity does not wait. */
  readonly speed: number;
  /** Added to every time, so that old recordings pass the time policy; whole hours keep hourly values on the hour. */
  readonly shiftMs?: number;
  readonly signal?: AbortSignal;
  onProgress?(replayed: number, reading: RecordedReading): void;
}

export interface ReplayCsvOptions extends ReplayPace {
  readonly file: string;
  /** See `recorded-csv.ts`. */
  readonly format: 'native' | 'epd-hourly';
  /** The device to replay as; needed for 'epd-hourly', and for 'native' it replaces the column. */
  readonly device?: string;
  readonly mqttUrl: string;
  /** Credentials of a device of the recording; asked once for each. */
  access(device: string): Promise<MqttAccess>;
}

export interface ReplayResult {
  /** Readings that the broker acknowledged. */
  readonly readings: number;
  readonly devices: number;
}

/**
 * Replays a recording over MQTT, each device on a connection of its own, QoS 1. Resolves when the last reading is acknowledged.
 *
 * Readings carry their time and no sequence, so that replaying a file again stores nothing twice.
 *
 * @throws RecordingError when the file cannot be understood, Error when the broker refuses, the abort reason when aborted
 */
export async function replayCsv(options: ReplayCsvOptions): Promise<ReplayResult> {
  const { file, format, device, mqttUrl, access } = options;
  if (format === 'epd-hourly' && device === undefined) throw new Error('the format epd-hourly needs a device');
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  const readings = format === 'native' ? readNativeCsv(lines) : readEpdHourlyCsv(lines, device!);
  const connections = new Map<string, Promise<Connection>>();
  const publish = async ({ time, values, ...row }: RecordedReading): Promise<void> => {
    const id = device ?? row.device;
    let connection = connections.get(id);
    if (connection === undefined) {
      connection = access(id).then((credentials) => connect(mqttUrl, credentials));
      connections.set(id, connection);
    }
    const { client, topic } = await connection;
    await client.publishAsync(topic, JSON.stringify({ ts: time, values }), { qos: 1 });
  };
  try {
    return { readings: await replay(readings, publish, options), devices: connections.size };
  } finally {
    lines.close();
    for (const connection of await Promise.allSettled(connections.values())) {
      if (connection.status === 'fulfilled') await connection.value.client.endAsync();
    }
  }
}

/**
 * Hands each reading to `publish` when its time has come, in order and without waiting for more than a window of them.
 * Resolves with their number when all are published, and throws the first failure when what is in flight has ended.
 */
export async function replay(
  readings: AsyncIterable<RecordedReading>,
  publish: (reading: RecordedReading) => Promise<void>,
  { speed, shiftMs = 0, signal, onProgress }: ReplayPace,
): Promise<number> {
  if (!(speed > 0)) throw new Error(`the speed must be above 0, got ${speed}`);
  const started = performance.now();
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let first: number | null = null;
  let replayed = 0;
  for await (const recorded of readings) {
    signal?.throwIfAborted();
    first ??= recorded.time;
    const waitMs = (recorded.time - first) / speed - (performance.now() - started);
    if (waitMs > 0) await delay(waitMs, undefined, signal === undefined ? {} : { signal });
    const reading = { ...recorded, time: recorded.time + shiftMs };
    const sent = publish(reading).then(
      () => void inFlight.delete(sent),
      (error: unknown) => {
        inFlight.delete(sent);
        failures.push(error);
      },
    );
    inFlight.add(sent);
    if (inFlight.size >= WINDOW) await Promise.race(inFlight);
    if (failures.length > 0) break;
    replayed++;
    onProgress?.(replayed, reading);
  }
  await Promise.all(inFlight);
  if (failures.length > 0) throw failures[0];
  return replayed;
}

interface Connection {
  readonly client: MqttClient;
  readonly topic: string;
}

async function connect(url: string, { clientId, username, password, topic }: MqttAccess): Promise<Connection> {
  const client = await mqtt.connectAsync(url, { clientId, username, password, protocolVersion: 4, clean: true }, false);
  return { client, topic };
}
