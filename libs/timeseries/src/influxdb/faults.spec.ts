import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithInflux } from '../../../../tests/servers/influx.server.js';
import { type Fault, FaultProxy } from '../../../../tests/servers/influx-fault.proxy.js';
import {
  cut,
  expectedLedger,
  readLedger,
  SCHEMA,
  batchOf,
  commitOf,
  outcome,
  T0,
  HOUR,
} from '../contract/samples.contract.js';
import type { Clock } from '#core';
import { msOf, PATIENCE_MS, quickest } from '#core/testing';
import type { StoreCommit } from '../telemetry-store.js';
import { InfluxTelemetryStore } from './influx-telemetry-store.js';

/** THREATS 25: whatever the server or the way to it does, nothing is lost and nothing is doubled. */
describeWithInflux('InfluxTelemetryStore behind a proxy that fails', (server) => {
  let proxy: FaultProxy;
  let bucket: string;
  let store: InfluxTelemetryStore;

  const open = (change: { url?: string; retryForMs?: number; requestTimeoutMs?: number; clock?: Clock } = {}) =>
    InfluxTelemetryStore.open({
      url: proxy.url,
      token: server().token,
      org: server().org,
      bucket,
      schema: SCHEMA,
      requestTimeoutMs: PATIENCE_MS,
      retryForMs: 2 * PATIENCE_MS,
      ...change,
    });

  beforeEach(async () => {
    proxy = await FaultProxy.start(server().url);
    bucket = await server().createBucket();
    store = await open();
  });
  afterEach(() => proxy.close());

  /** Puts raw lines into the bucket, past the adapter. */
  const seed = async (lines: string): Promise<void> => {
    const { url, token, org } = server();
    const query = new URLSearchParams({ org, bucket, precision: 'ns' });
    const response = await fetch(`${url}/api/v2/write?${query.toString()}`, {
      method: 'POST',
      headers: { authorization: `Token ${token}` },
      body: lines,
    });
    expect(response.status).toBe(204);
  };

  it.each<[string, Fault]>([
    ['429', { type: 'answer', status: 429 }],
    ['503', { type: 'answer', status: 503 }],
    ['500', { type: 'answer', status: 500 }],
    ['a connection reset before the write', { type: 'reset' }],
    ['a connection reset after the write', { type: 'store-then-reset' }],
    ['a time-out after the write', { type: 'store-then-silence' }],
    ['200 instead of 204', { type: 'answer', status: 200 }],
  ])('T25 %s on every other write: all is stored once', async (_, fault) => {
    proxy.plan = (_lines, number) => (number % 2 === 0 ? fault : null);
    const writer = fault.type === 'store-then-silence' ? await open({ requestTimeoutMs: 1_000 }) : store;
    await writer.commit(cut(0, 20));
    await writer.commit(cut(20, 40));
    expect(proxy.writes.filter((write) => write.fault !== null).length).toBeGreaterThan(4);
    expect(await readLedger(store)).toEqual(expectedLedger(40));
    expect((await store.position('ingest'))?.nextSequence).toBe(40);
  });

  it('T25 waits as long as Retry-After says, as seconds and as a date', async () => {
    const inTwoSeconds = () => new Date(Date.now() + 2000).toUTCString();
    proxy.plan = (_lines, number) => {
      if (number === 0) return { type: 'answer', status: 429, headers: { 'retry-after': '1' } };
      return number === 1 ? { type: 'answer', status: 503, headers: { 'retry-after': inTwoSeconds() } } : null;
    };
    await store.commit(cut(0, 10));
    const [first, second, third] = proxy.writes.map((write) => write.at);
    expect(second! - first!).toBeGreaterThanOrEqual(990);
    // A date has whole seconds, so of two at least one is left.
    expect(third! - second!).toBeGreaterThanOrEqual(900);
    expect(await readLedger(store)).toEqual(expectedLedger(10));
  });

  it('T25 gives up as retryable when the server stays away, and the same batch comes out once later', async () => {
    const impatient = await open({ retryForMs: 300 });
    proxy.plan = (lines) => (lines[0]!.startsWith('ledger_outcome') ? { type: 'answer', status: 503 } : null);
    await expect(impatient.commit(cut(0, 30))).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    expect(await impatient.position('ingest')).toBeNull();
    expect((await readLedger(impatient)).times).toEqual([]);
    proxy.plan = () => null;
    await impatient.commit(cut(0, 30));
    expect(await readLedger(impatient)).toEqual(expectedLedger(30));
  });

  it('T26 gives up in time although the clock of the machine jumps back at every look', async () => {
    let hours = 0;
    const clock = { now: () => Date.now() - hours++ * HOUR, monotonic: () => performance.now() };
    const store26 = await open({ retryForMs: 500, clock });
    proxy.plan = () => ({ type: 'answer', status: 503, headers: { 'retry-after': '0' } });
    const givesUpAfter = async (): Promise<number> => {
      const took = await msOf(() =>
        expect(store26.commit(cut(0, 10))).rejects.toMatchObject({ code: 'store-unavailable' }),
      );
      expect(took).toBeGreaterThan(300);
      return took;
    };
    expect(await quickest(5_000, givesUpAfter, 5)).toBeLessThan(5_000);
  });

  it('T25 the commit record was written though its answer was lost: a retry of the batch changes nothing', async () => {
    const impatient = await open({ retryForMs: 0 });
    proxy.plan = (lines) => (lines[0]!.startsWith('ledger_commit') ? { type: 'store-then-reset' } : null);
    await expect(impatient.commit(cut(0, 30))).rejects.toMatchObject({ code: 'store-unavailable' });
    const written = proxy.writes.length;
    await impatient.commit(cut(0, 30));
    expect(proxy.writes).toHaveLength(written);
    expect(await readLedger(impatient)).toEqual(expectedLedger(30));
  });

  it.each([400, 413, 422])(
    'T25 %i for a batch with one line: its neighbours are stored, it becomes a dead letter',
    async (status) => {
      const poison = 'device=dev-2 ';
      proxy.plan = (lines) =>
        lines.some((line) => line.startsWith(`weather,${poison}`) && line.includes('device_seq=6i'))
          ? { type: 'answer', status }
          : null;
      await store.commit(cut(0, 20));
      const ledger = await readLedger(store);
      const expected = expectedLedger(20);
      expect(ledger.times).toEqual(expected.times.filter((time) => time !== T0 + 6000));
      expect(ledger.stored).toBe(expected.stored - 1);
      const [letter] = (await store.deadLetters({ departments: null, code: 'store-rejected-line', limit: 10 }))
        .deadLetters;
      expect(letter).toMatchObject({ sequence: 6, source: 'dev-2', device: 'dev-2', kind: 'weather', partial: false });
      expect(JSON.parse(Buffer.from(letter!.payload).toString())).toEqual({
        ts: T0 + 6000,
        boot: 'b',
        seq: 6,
        values: { temperature: 20.6, humidity: 50 },
      });
      const [total] = await store.outcomes({ groupBy: 'total' });
      expect(total!.deadLetters).toEqual({ 'out-of-range': expected.refused, 'store-rejected-line': 1 });
      expect(total!.stored + total!.duplicates + total!.deadLetters['out-of-range']! + 1).toBe(20);
    },
  );

  it('T25 413 for whatever is larger than a server allows: the batch is cut until it fits', async () => {
    proxy.plan = (lines) => (lines.length > 3 ? { type: 'answer', status: 413 } : null);
    await store.commit(cut(0, 40));
    expect(await readLedger(store)).toEqual(expectedLedger(40));
  });

  it('T25 a line that the real server refuses (field of another type) harms no neighbour', async () => {
    await seed(`weather,device=other lampFault="text" ${BigInt(T0) * 1_000_000n}`);
    const rows = Array.from({ length: 100 }, (_, sequence) => ({
      device: `d${sequence}`,
      time: T0 + sequence,
      sequence,
      values: { temperature: sequence, ...(sequence === 37 ? { lampFault: 1 } : {}) },
    }));
    const outcomes = rows.map((row) => outcome(row.device, Math.floor((row.time + 250) / HOUR), 1));
    await store.commit(commitOf({ readings: [batchOf('weather', rows)], outcomes, next: 100 }));
    const letters = (await store.deadLetters({ departments: null, limit: 10 })).deadLetters;
    expect(letters.map((letter) => [letter.sequence, letter.device, letter.partial])).toEqual([[37, 'd37', false]]);
    expect(letters[0]!.rejections[0]!.detail).toContain('field type conflict');
    const devices = rows.map((row) => row.device);
    const page = await store.history({
      kind: 'weather',
      devices,
      metrics: ['temperature'],
      from: T0,
      to: T0 + HOUR,
      limit: 1000,
    });
    expect(page.values.map((value) => value.value)).toEqual(
      rows.map((row) => row.sequence).filter((sequence) => sequence !== 37),
    );
    expect(await store.outcomes({ groupBy: 'total' })).toEqual([outcome('', 0, 99, 0, { 'store-rejected-line': 1 })]);
  });

  it('T25 a refused reading of a message of which another was stored is a partial letter', async () => {
    proxy.plan = (lines) =>
      lines.some((line) => line.includes('temperature=2 ')) ? { type: 'answer', status: 422 } : null;
    const rows = [1, 2, 3].map((temperature) => ({
      device: 'a',
      time: T0 + temperature,
      sequence: 0,
      values: { temperature },
    }));
    await store.commit(
      commitOf({ readings: [batchOf('weather', rows)], outcomes: [outcome('a', Math.floor(T0 / HOUR), 1)], next: 1 }),
    );
    const [letter] = (await store.deadLetters({ departments: null, limit: 10 })).deadLetters;
    expect(letter).toMatchObject({ sequence: 0, partial: true });
    expect(await store.outcomes({ groupBy: 'total' })).toEqual([outcome('', 0, 1)]);
  });

  it('T25 a storm of all faults with crashes in between: counts are exact', async () => {
    const faults: Fault[] = [
      { type: 'answer', status: 503 },
      { type: 'store-then-reset' },
      { type: 'reset' },
      { type: 'answer', status: 429 },
    ];
    const random = generator(25);
    proxy.plan = () => (random() < 0.3 ? faults[Math.floor(random() * faults.length)]! : null);
    let crashing = await open({ retryForMs: 0 });
    for (let from = 0; from < 200;) {
      const batch: StoreCommit = cut(from, Math.min(200, from + 1 + Math.floor(random() * 30)));
      await crashing.commit(batch).catch(async () => {
        crashing = await open({ retryForMs: 0 });
      });
      from = (await crashing.position('ingest'))?.nextSequence ?? 0;
    }
    expect(await readLedger(store)).toEqual(expectedLedger(200));
    const bySource = await store.outcomes({ groupBy: 'source' });
    expect(bySource.reduce((sum, count) => sum + count.stored, 0)).toBe(expectedLedger(200).stored);
  });

  it('ping says what is wrong', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
    proxy.plan = () => ({ type: 'answer', status: 503 });
    await expect(store.ping()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    await expect((await open({ url: 'http://127.0.0.1:9' })).ping()).rejects.toMatchObject({
      code: 'store-unavailable',
    });
    bucket = 'no-such-bucket';
    proxy.plan = () => null;
    await expect((await open()).ping()).rejects.toThrow(/bucket/);
  });
});

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
