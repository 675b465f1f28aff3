import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeReadingBatch } from '#core';
import { until } from '#core/testing';
import { IngestRig, telemetryTopic } from './testing/ingest-rig.js';

/** The whole path over the real embedded engines: LMDB journal and feed, DuckDB, SQLite. */
describe('ingest', () => {
  let rig: IngestRig;
  beforeEach(async () => {
    rig = await IngestRig.open();
    await rig.register('GF3637', 'GF3638');
    await rig.start();
  });
  afterEach(() => rig.close());

  it('stores what a device sent, feeds it, and acknowledges the journal', async () => {
    const now = Date.now();
    await rig.publish('GF3637', { ts: now, seq: 1, values: { temperature: 23.5, doorOpen: false } });
    await rig.drained();
    expect(await rig.values('GF3637')).toEqual([[now, 'temperature', 23.5], [now, 'doorOpen', 0]]); // prettier-ignore
    expect(await rig.ledger()).toEqual({ stored: 1, duplicates: 0, deadLetters: {}, unaccounted: 0 });
    const tail = await rig.feed.tail('oldest');
    const { records } = await tail.read({ maxMessages: 10, waitMs: 1_000 });
    expect(records.map(({ source, topic }) => [source, topic])).toEqual([['ingest', 'smart-lamppost']]);
    const batch = decodeReadingBatch(records[0]!.payload);
    expect([batch.length, batch.devices[0]!.id, batch.time[0], batch.sequence[0]]).toEqual([1, 'GF3637', now, 0]);
    await rig.stop();
    expect((await rig.journal.consumer('ingest')).backlog()).toBe(0);
  });

  it('refuses one bad metric alone and tells the device', async () => {
    const now = Date.now();
    await rig.publish('GF3637', { ts: now, values: { temperature: 999, humidity: 50 } });
    await rig.drained();
    expect(await rig.values('GF3637')).toEqual([[now, 'humidity', 50]]);
    expect(await rig.ledger()).toMatchObject({ stored: 1, deadLetters: {}, unaccounted: 0 });
    const { deadLetters } = await rig.store.deadLetters({ departments: ['hyd'], limit: 10 });
    expect(deadLetters).toMatchObject([
      { device: 'GF3637', partial: true, rejections: [{ code: 'out-of-range', pointer: '/values/temperature' }] },
    ]);
    expect(rig.reports).toMatchObject([
      {
        topic: 'city/hyd/smart-lamppost/GF3637/rejected',
        report: { code: 'out-of-range', pointer: '/values/temperature', partial: true },
      },
    ]);
  });

  it('keeps the neighbours of every kind of bad message', async () => {
    const now = Date.now();
    const good = (seq: number): object => ({ ts: now, boot: 'a', seq, values: { temperature: 20 } });
    await rig.publish(
      'GF3637',
      good(1),
      '{"values":',
      good(2),
      { ts: now, values: { nonsense: 1 } },
      good(3),
      { values: {} },
      good(4),
    );
    await rig.append('GF3638', telemetryTopic('GF3637'), good(9));
    await rig.append('GF3637', 'city/dsd/smart-lamppost/GF3637/telemetry', good(9));
    await rig.append('AB1234', telemetryTopic('AB1234'), good(9));
    await rig.append('GF3637', 'city/hyd/smart-lamppost/GF3637/status', good(9));
    await rig.publish('GF3637', good(5));
    await rig.drained();
    expect(await rig.ledger()).toEqual({
      stored: 5,
      duplicates: 0,
      deadLetters: {
        'bad-json': 1,
        'unknown-metric': 1,
        'no-values': 1,
        'wrong-topic': 2,
        'unknown-device': 1,
        'unknown-topic': 1,
      },
      unaccounted: 0,
    });
  });

  it('knows a device that was registered after its first message', async () => {
    const now = Date.now();
    await rig.publish('KL0001', { ts: now, values: { temperature: 20 } });
    await rig.drained();
    await rig.register('KL0001');
    await until('a reading of it to be stored', async () => {
      await rig.publish('KL0001', { ts: Date.now(), values: { temperature: 20 } });
      await rig.drained();
      return (await rig.values('KL0001')).length > 0;
    });
    expect(await rig.values('KL0001')).toHaveLength(1);
  });

  it('follows a device that moves to another department', async () => {
    await rig.publish('GF3637', { ts: Date.now(), values: { temperature: 20 } });
    await rig.drained();
    await rig.registry.devices.update('GF3637', { department: 'dsd' });
    await rig.changesSeen();
    await rig.publish('GF3637', { ts: Date.now(), values: { temperature: 21 } });
    await rig.append('GF3637', 'city/dsd/smart-lamppost/GF3637/telemetry', {
      ts: Date.now(),
      values: { temperature: 22 },
    });
    await rig.drained();
    expect(await rig.ledger()).toMatchObject({ stored: 2, deadLetters: { 'wrong-topic': 1 }, unaccounted: 0 });
    expect(rig.reports).toMatchObject([
      {
        topic: 'city/dsd/smart-lamppost/GF3637/rejected',
        report: { expected: 'city/dsd/smart-lamppost/GF3637/telemetry' },
      },
    ]);
  });

  it('T16 applies the time policy with a reason and keeps the time of receipt', async () => {
    const now = Date.now();
    const at = (ts: number): object => ({ ts, values: { temperature: 20 } });
    await rig.publish(
      'GF3637',
      at(0),
      at(Date.parse('2100-01-01T00:00:00Z')),
      at(now - 86_400_000),
      at(now + 86_400_000),
      at(Math.floor(now / 1000)),
    );
    await rig.drained();
    expect(await rig.ledger()).toEqual({
      stored: 1,
      duplicates: 0,
      deadLetters: { 'too-old': 2, 'in-future': 2 },
      unaccounted: 0,
    });
    expect(await rig.values('GF3637')).toEqual([[now - 86_400_000, 'temperature', 20]]);
    const { deadLetters } = await rig.store.deadLetters({ departments: null, code: 'too-old', limit: 10 });
    expect(deadLetters[0]!.rejections[0]!.detail).toMatch(/looks like seconds/);
    for (const { receivedAt } of deadLetters) {
      expect(receivedAt).toBeGreaterThanOrEqual(now);
      expect(receivedAt).toBeLessThanOrEqual(Date.now());
    }
  });

  it('T14 payload keys of frameworks are keys like any other', async () => {
    const now = Date.now();
    await rig.publish('GF3637', {
      id: '1',
      pattern: 'x',
      data: { values: { temperature: 1 } },
      response: 1,
      isDisposed: true,
      ts: now,
      values: { temperature: 20 },
    });
    await rig.drained();
    expect(await rig.values('GF3637')).toEqual([[now, 'temperature', 20]]);
    expect(rig.reports).toEqual([]);
  });

  it('T11 T12 T13 hostile payloads become dead letters and their neighbours are stored', async () => {
    const now = Date.now();
    const good = (seq: number): object => ({ ts: now, boot: 'a', seq, values: { temperature: 20 } });
    await rig.publish(
      'GF3637',
      good(1),
      '['.repeat(1_000) + ']'.repeat(1_000),
      '['.repeat(200_000) + ']'.repeat(200_000),
      JSON.stringify({ values: { ['k'.repeat(1 << 20)]: 1 } }),
      `{"__proto__":{"polluted":1},"values":{"temperature":1}}`,
      `{"values":{"constructor":{"prototype":{"polluted":1}}}}`,
      '{"values":{"temperature":NaN}}',
      '{"values":{"temperature":1e999}}',
      '{"values":{"vehicleCount":9223372036854775808}}',
      '{"values":{"temperature":""}}',
      good(2),
    );
    await rig.drained();
    const { stored, deadLetters, unaccounted } = await rig.ledger();
    expect({ stored, unaccounted }).toEqual({ stored: 2, unaccounted: 0 });
    expect(deadLetters).toMatchObject({
      'too-deep': 1,
      'too-large': 2,
      'forbidden-key': 2,
      'bad-json': 1,
      'wrong-type': 2,
    });
    expect(Object.values(deadLetters).reduce((a, b) => a + b)).toBe(9);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('T15 names that a store might misread do no harm', async () => {
    const now = Date.now();
    const boots = ['back\\', 'new\nline', 'com,ma', 'equals=', 'space ', '"quote"', "'; DROP TABLE names; --"];
    await rig.publish(
      'GF3637',
      ...boots.map((boot, seq) => ({ ts: now + seq, boot, seq, values: { temperature: 20 } })),
    );
    await rig.publish(
      'GF3637',
      ...boots.map((boot, seq) => ({ ts: now + seq, boot, seq, values: { temperature: 20 } })),
    );
    await rig.drained();
    expect(await rig.ledger()).toEqual({
      stored: boots.length,
      duplicates: boots.length,
      deadLetters: {},
      unaccounted: 0,
    });
  });

  it('T17 T18 counts a redelivered or replayed message as a duplicate, across restarts', async () => {
    const now = Date.now();
    const messages = [
      { ts: now, boot: 'a', seq: 1, values: { temperature: 20 } },
      { ts: now, seq: 7, values: { temperature: 21 } },
      { ts: now, values: { humidity: 50 } },
    ];
    await rig.publish('GF3637', ...messages, ...messages);
    await rig.drained();
    expect(await rig.ledger()).toMatchObject({ stored: 3, duplicates: 3 });
    await rig.stop();
    await rig.publish('GF3637', ...messages);
    await rig.start();
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 3, duplicates: 6, deadLetters: {}, unaccounted: 0 });
    expect(await rig.values('GF3637')).toHaveLength(3);
  });

  it('T17 recognises a repetition without boot and clock by its payload, and after a restart by its values', async () => {
    await rig.publish('GF3637', { seq: 5, values: { temperature: 20 } });
    await rig.publish('GF3637', { seq: 5, values: { temperature: 20 } }, { seq: 5, values: { temperature: 21 } });
    await rig.drained();
    expect(await rig.ledger()).toMatchObject({ stored: 2, duplicates: 1 });
    await rig.stop();
    await rig.start();
    await rig.publish('GF3637', { seq: 5, values: { temperature: 21 } }, { seq: 5, values: { temperature: 22 } });
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 3, duplicates: 2, deadLetters: {}, unaccounted: 0 });
  });

  it('T17 looks for old readings in the store', async () => {
    const now = Date.now();
    const backlog = Array.from({ length: 200 }, (_, i) => ({
      ts: now - 3_600_000 + i * 1_000,
      values: { temperature: 20 },
    }));
    await rig.publish('GF3637', { ts: now, values: { temperature: 20 } }, ...backlog, ...backlog.slice(0, 50));
    await rig.drained();
    expect(await rig.ledger()).toMatchObject({ stored: 201, duplicates: 50 });
    await rig.publish('GF3637', backlog);
    await rig.publish('GF3637', ...backlog.slice(100, 110));
    await rig.drained();
    expect(await rig.ledger()).toEqual({ stored: 201, duplicates: 61, deadLetters: {}, unaccounted: 0 });
    expect(await rig.values('GF3637')).toHaveLength(201);
  });

  it('says how it is', async () => {
    await rig.publish('GF3637', { values: { temperature: 20 } }, 'rubbish');
    await rig.drained();
    const said = await until(
      'it to say that it took both',
      () => rig.statuses.at(-1),
      (status) => status?.metrics['ingest_messages_total'] === 2,
    );
    expect(said).toMatchObject({
      service: 'ingest',
      state: 'up',
      metrics: { ingest_messages_total: 2, ingest_stored_total: 1, ingest_dead_letters_total: 1, ingest_backlog: 0 },
    });
  });
});
