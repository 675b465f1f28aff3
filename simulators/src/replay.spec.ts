import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '#core/testing';
import { replay, replayCsv, type RecordedReading } from './replay.js';
import { TinyBroker } from './testing/tiny-broker.js';

const HOUR = 3_600_000;

async function* readings(count: number): AsyncGenerator<RecordedReading> {
  for (let i = 0; i < count; i++) yield { time: i * HOUR, device: 'a', values: { temperature: i } };
}

describe('replay', () => {
  it('keeps the order, shifts the times and does not wait at infinite speed', async () => {
    const seen: RecordedReading[] = [];
    const count = await replay(readings(300), async (reading) => void seen.push(reading), {
      speed: Infinity,
      shiftMs: 5 * HOUR,
    });
    expect(count).toBe(300);
    expect(seen.map(({ time }) => time)).toEqual(Array.from({ length: 300 }, (_, i) => (i + 5) * HOUR));
  });

  it('keeps the recorded pace at the speed that is asked for', async () => {
    const started = performance.now();
    // Ten hours at a hundred milliseconds an hour.
    await replay(readings(11), () => Promise.resolve(), { speed: HOUR / 30 });
    expect(performance.now() - started).toBeGreaterThanOrEqual(295);
  });

  it('has at most a window of readings in flight', async () => {
    let [inFlight, most] = [0, 0];
    const publish = async (): Promise<void> => {
      most = Math.max(most, ++inFlight);
      await pause(1);
      inFlight--;
    };
    await replay(readings(500), publish, { speed: Infinity });
    expect(most).toBeLessThanOrEqual(64);
    expect(inFlight).toBe(0);
  });

  it('stops at the first failure and when it is aborted', async () => {
    const fail = (reading: RecordedReading) =>
      reading.time < 100 * HOUR ? Promise.resolve() : Promise.reject(new Error('refused'));
    await expect(replay(readings(1000), fail, { speed: Infinity })).rejects.toThrow('refused');
    const abort = new AbortController();
    const aborted = replay(readings(10), () => Promise.resolve(), { speed: 1, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow();
    await expect(replay(readings(1), () => Promise.resolve(), { speed: 0 })).rejects.toThrow('speed');
  });
});

describe('replayCsv', () => {
  const directory = mkdtempSync(join(tmpdir(), 'replay-'));
  const broker = new TinyBroker();
  beforeAll(() => broker.listen());
  afterAll(async () => {
    await broker.close();
    rmSync(directory, { recursive: true });
  });

  it('publishes each device over its own connection and waits for every acknowledgement', async () => {
    const file = join(directory, 'two-devices.csv');
    writeFileSync(file, 'time,device,temperature\n1780243200000,a,20\n1780243200000,b,21\n1780243260000,a,22\n');
    const access = (id: string) =>
      Promise.resolve({ clientId: id, username: id, password: 'key', topic: `city/emsd/lpwan-node/${id}/telemetry` });
    const result = await replayCsv({ file, format: 'native', mqttUrl: broker.url, access, speed: Infinity });
    expect(result).toEqual({ readings: 3, devices: 2 });
    expect(broker.published.map(({ clientId, topic, payload }) => `${clientId} ${topic} ${payload}`).sort()).toEqual([
      'a city/emsd/lpwan-node/a/telemetry {"ts":1780243200000,"values":{"temperature":20}}',
      'a city/emsd/lpwan-node/a/telemetry {"ts":1780243260000,"values":{"temperature":22}}',
      'b city/emsd/lpwan-node/b/telemetry {"ts":1780243200000,"values":{"temperature":21}}',
    ]);
  });
});
