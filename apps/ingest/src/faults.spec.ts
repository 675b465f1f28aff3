import { afterEach, describe, expect, it } from '@jest/globals';
import { LamplighterError, systemClock } from '#core';
import { until } from '#core/testing';
import type { StoreCommit, TelemetryStore } from '#timeseries';
import { IngestRig, telemetryTopic } from './testing/ingest-rig.js';

const reading = (seq: number, extra: object = {}): object => ({
  ts: Date.now(),
  boot: 'a',
  seq,
  values: { temperature: 20 },
  ...extra,
});

/** The store with some methods replaced. */
function over(store: TelemetryStore, replaced: Partial<TelemetryStore>): TelemetryStore {
  return new Proxy(store, {
    get: (target, name) => {
      const own = replaced[name as keyof TelemetryStore];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

describe('ingest under faults', () => {
  let rig: IngestRig;
  afterEach(() => rig.close());

  it('T20 waits for a store that is down, says so, loses nothing and recovers by itself', async () => {
    let isDown = true;
    const commits = (store: TelemetryStore) => (batch: StoreCommit) =>
      isDown
        ? Promise.reject(new LamplighterError('store-unavailable', 'The store does not answer.', { retryable: true }))
        : store.commit(batch);
    rig = await IngestRig.open({ batchMessages: 10, wrapStore: (store) => over(store, { commit: commits(store) }) });
    await rig.register('GF3637');
    await rig.start();
    await rig.publish('GF3637', ...Array.from({ length: 50 }, (_, seq) => reading(seq)));
    const waiting = await until(
      'ingest to say that it waits for the store, with all 50 messages',
      () => rig.ingest.status(),
      ({ state, metrics }) => state === 'degraded' && metrics.ingest_backlog === 50,
    );
    expect(waiting).toMatchObject({ state: 'degraded', reason: 'The store does not answer.' });
    isDown = false;
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 50, duplicates: 0, deadLetters: {}, unaccounted: 0 });
    expect(rig.ingest.status().state).toBe('up');
    // The feed got every row once although the commit was tried several times.
    const { records } = await (await rig.feed.tail('oldest')).read({ maxMessages: 100, waitMs: 100 });
    expect(records.length).toBeLessThanOrEqual(6);
  });

  it('T20 can be stopped while the store is down, and goes on where it was', async () => {
    let isDown = true;
    const commits = (store: TelemetryStore) => (batch: StoreCommit) =>
      isDown
        ? Promise.reject(new LamplighterError('store-unavailable', 'The store does not answer.', { retryable: true }))
        : store.commit(batch);
    rig = await IngestRig.open({ wrapStore: (store) => over(store, { commit: commits(store) }) });
    await rig.register('GF3637');
    await rig.start();
    await rig.publish('GF3637', reading(1), reading(2));
    await until(
      'ingest to wait for the store',
      () => rig.ingest.status(),
      ({ state }) => state === 'degraded',
    );
    await rig.stop();
    expect(rig.fatal).toEqual([]);
    isDown = false;
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 2, duplicates: 0, deadLetters: {}, unaccounted: 0 });
  });

  it('T22 judges the same after a crash between feed and commit', async () => {
    let isCrashing = true;
    const commits = (store: TelemetryStore) => (batch: StoreCommit) =>
      isCrashing ? Promise.reject(new Error('killed')) : store.commit(batch);
    rig = await IngestRig.open({ wrapStore: (store) => over(store, { commit: commits(store) }) });
    await rig.register('GF3637');
    await rig.start();
    await rig.publish('GF3637', reading(1), reading(2), reading(1));
    await until('the crash', () => rig.fatal.length > 0);
    expect(rig.fatal).toMatchObject([{ message: 'killed' }]);
    rig.fatal.length = 0;
    await rig.stop();
    isCrashing = false;
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 2, duplicates: 1, deadLetters: {}, unaccounted: 0 });
  });

  it('cuts a batch that the store refuses for good until the message is found', async () => {
    const refusing = (store: TelemetryStore) => (batch: StoreCommit) =>
      batch.readings.some(({ seq }) => seq.includes(13))
        ? Promise.reject(new LamplighterError('store-rejected', 'Thirteen cannot be stored.'))
        : store.commit(batch);
    rig = await IngestRig.open({ wrapStore: (store) => over(store, { commit: refusing(store) }) });
    await rig.register('GF3637');
    await rig.publish('GF3637', ...Array.from({ length: 32 }, (_, seq) => reading(seq)));
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({
      stored: 31,
      duplicates: 0,
      deadLetters: { 'store-rejected-line': 1 },
      unaccounted: 0,
    });
    expect((await rig.values('GF3637')).length).toBe(31);
    expect(rig.fatal).toEqual([]);
  });

  it('keeps a message that breaks a stage as a dead letter, and its neighbours', async () => {
    const lookups = (store: TelemetryStore): Partial<TelemetryStore> => ({
      findStored: (kind, device, ...rest) =>
        device === 'GF3638'
          ? Promise.reject(new TypeError('a fault of ours'))
          : store.findStored(kind, device, ...rest),
    });
    rig = await IngestRig.open({ wrapStore: (store) => over(store, lookups(store)) });
    await rig.register('GF3637', 'GF3638');
    await rig.start();
    const old = { ts: Date.now() - 3 * 86_400_000, values: { temperature: 20 } };
    await rig.publish('GF3638', old);
    await rig.publish('GF3637', old, reading(1));
    await rig.drained();
    expect(await rig.ledger()).toEqual({
      stored: 2,
      duplicates: 0,
      deadLetters: { 'processing-failed': 1 },
      unaccounted: 0,
    });
    const { deadLetters } = await rig.store.deadLetters({ departments: null, limit: 10 });
    expect(deadLetters[0]!.rejections[0]).toMatchObject({ code: 'processing-failed', actual: 'a fault of ours' });
  });

  it('T23 makes a dead letter of a corrupt journal record and stores its neighbours', async () => {
    rig = await IngestRig.open();
    await rig.register('GF3637');
    const bytes = Uint8Array.from([1, 2, 3]);
    const consumer = await rig.journal.consumer('ingest');
    await rig.publish('GF3637', reading(1), reading(2), reading(3));
    // The middle record as a reader hands it over when its checksum does not fit.
    const read = consumer.read.bind(consumer);
    Object.assign(rig.journal, {
      consumer: () => {
        consumer.read = async (options) => {
          const batch = await read(options);
          const [bad] = batch.records.filter(({ sequence }) => sequence === 1);
          if (bad === undefined) return batch;
          const { sequence, frame, index, receivedAt } = bad;
          return {
            ...batch,
            records: batch.records.filter((record) => record !== bad),
            corrupt: [{ sequence, frame, index, receivedAt, bytes, reason: 'checksum' }],
          };
        };
        return Promise.resolve(consumer);
      },
    });
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({
      stored: 2,
      duplicates: 0,
      deadLetters: { 'journal-corrupt': 1 },
      unaccounted: 0,
    });
    const { deadLetters } = await rig.store.deadLetters({ departments: null, limit: 10 });
    expect(deadLetters).toMatchObject([
      { sequence: 1, source: '', rejections: [{ code: 'journal-corrupt', actual: 'checksum' }] },
    ]);
    expect([...deadLetters[0]!.payload]).toEqual([...bytes]);
  });

  it('T26 a wall clock that jumps back changes neither verdicts nor sequence', async () => {
    let offset = 0;
    rig = await IngestRig.open({ clock: { now: () => Date.now() + offset, monotonic: () => systemClock.monotonic() } });
    await rig.register('GF3637');
    await rig.start();
    const ts = Date.now();
    await rig.publish('GF3637', reading(1, { ts }));
    await rig.drained();
    offset = -60_000;
    await rig.publish('GF3637', reading(1, { ts }), reading(2, { ts: ts + 1 }));
    // Judged against the time of receipt: in the journal it is what it was when the message came.
    await rig.append('GF3637', telemetryTopic('GF3637'), reading(3, { ts }), ts - 3_600_000);
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 2, duplicates: 1, deadLetters: { 'in-future': 1 }, unaccounted: 0 });
  });
});
