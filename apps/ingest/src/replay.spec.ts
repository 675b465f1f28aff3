import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeReplay, replayedLetter, replayTopic } from '#core';
import { DAY_MS, IngestRig, telemetryTopic } from './testing/ingest-rig.js';

const HOUR_MS = 3_600_000;

/** Dead letters come through the journal again (ADR 011), over the real embedded engines. */
describe('replay of dead letters', () => {
  let rig: IngestRig;
  beforeEach(async () => {
    rig = await IngestRig.open();
    await rig.register('GF3637');
    await rig.start();
  });
  afterEach(() => rig.close());

  /** As if it had come so long ago. */
  const sentEarlier = async (device: string, ageMs: number, ...payloads: readonly unknown[]): Promise<number> => {
    const at = Date.now() - ageMs;
    for (const payload of payloads) await rig.append(device, telemetryTopic(device), payload, at);
    await rig.drained();
    return at;
  };

  it('stores the messages of a device that was registered later, with the times they came with', async () => {
    const at = await sentEarlier('KL0001', 10 * DAY_MS, { values: { temperature: 20 } });
    const then = await sentEarlier('KL0001', 10 * DAY_MS, { ts: at - 6 * DAY_MS, values: { temperature: 19 } });
    await rig.register('KL0001');
    await rig.replay(await rig.openLetters());
    // The time policy allows seven days: it is judged from the time of receipt, not from now.
    expect(await rig.values('KL0001')).toEqual([[at - 6 * DAY_MS, 'temperature', 19], [at, 'temperature', 20]]); // prettier-ignore
    const { values } = await rig.store.history({ kind: 'smart-lamppost', devices: ['KL0001'], metrics: [], from: 0, to: 8e15, limit: 9 }); // prettier-ignore
    expect(values.map(({ receivedAt }) => receivedAt)).toEqual([then, at]);
    expect(await rig.openLetters()).toEqual([]);
    expect(await rig.ledger()).toEqual({
      stored: 2,
      duplicates: 0,
      deadLetters: { 'unknown-device': 2 },
      unaccounted: 0,
    });
    expect(await rig.store.replayOutcomes('job')).toEqual({ stored: 2, duplicates: 0, deadLetters: 0 });
  });

  it('counts the replay for the source that sent the message, in the hour of the replay', async () => {
    const at = await sentEarlier('KL0001', 3 * HOUR_MS, { values: { temperature: 20 } });
    await rig.register('KL0001');
    const hourNow = (): number => Math.floor(Date.now() / HOUR_MS);
    const before = hourNow();
    await rig.replay(await rig.openLetters());
    const hours = await rig.store.outcomes({ source: 'KL0001', groupBy: 'source-hour' });
    expect(hours.map(({ hour, stored }) => [hour, stored])).toEqual([
      [Math.floor(at / HOUR_MS), 0],
      // The one before or the one after, when an hour ends meanwhile.
      [hours.at(-1)!.hour, 1],
    ]);
    expect([before, hourNow()]).toContain(hours.at(-1)!.hour);
    const tally = await rig.journal.tally({ source: 'KL0001' });
    expect(tally.map(({ hour, messages }) => [hour, messages])).toEqual(hours.map(({ hour }) => [hour, 1]));
  });

  it('does not let the number of open letters grow when a replay fails again', async () => {
    await sentEarlier('KL0001', HOUR_MS, { values: { temperature: 20 } }, 'rubbish');
    const before = await rig.openLetters();
    await rig.replay(before, 'first');
    const after = await rig.openLetters();
    expect(after).toHaveLength(2);
    expect(after.map(({ id }) => id)).not.toEqual(before.map(({ id }) => id));
    expect(after.map(({ receivedAt, payload }) => [receivedAt, Buffer.from(payload).toString()])).toEqual(
      before.map(({ receivedAt, payload }) => [receivedAt, Buffer.from(payload).toString()]),
    );
    const { deadLetters } = await rig.store.deadLetters({ departments: null, open: false, limit: 10 });
    expect(deadLetters.map(({ resolution }) => `${resolution!.outcome} ${resolution!.sequence}-0`).sort()).toEqual(
      after.map(({ id }) => `dead-letter ${id}`).sort(),
    );
    expect(rig.reports).toEqual([]);
    expect((await rig.ledger()).unaccounted).toBe(0);
  });

  it('leaves the live messages of the same batch alone', async () => {
    await sentEarlier('KL0001', HOUR_MS, { values: { temperature: 20 } });
    const [letter] = await rig.openLetters();
    await rig.register('KL0001');
    await rig.stop();
    const now = Date.now();
    await rig.publish('GF3637', { ts: now, values: { temperature: 1 } });
    await rig.append('KL0001', replayTopic('KL0001'), encodeReplay(replayedLetter(letter!, 'job')));
    await rig.publish('GF3637', { ts: now + 1, values: { temperature: 2 } });
    await rig.start();
    await rig.drained();
    expect(await rig.values('GF3637')).toEqual([[now, 'temperature', 1], [now + 1, 'temperature', 2]]); // prettier-ignore
    expect(await rig.values('KL0001')).toHaveLength(1);
    expect(await rig.openLetters()).toEqual([]);
  });

  it('replays a letter once for a job, however often it is delivered, across a restart', async () => {
    await sentEarlier('KL0001', HOUR_MS, { values: { temperature: 20 } }, 'rubbish');
    const letters = await rig.openLetters();
    await rig.register('KL0001');
    await rig.replay([...letters, ...letters], 'twice');
    await rig.stop();
    await rig.start();
    await rig.replay(letters, 'twice');
    expect(await rig.values('KL0001')).toHaveLength(1);
    expect(await rig.openLetters()).toHaveLength(1);
    expect(await rig.store.replayOutcomes('twice')).toEqual({ stored: 1, duplicates: 0, deadLetters: 1 });
    expect(await rig.ledger()).toMatchObject({ stored: 1, duplicates: 4, unaccounted: 0 });
  });

  it('makes duplicates of what another job stored already', async () => {
    await sentEarlier('KL0001', HOUR_MS, { boot: 'a', seq: 1, values: { temperature: 20 } }, { seq: 2, values: { temperature: 21 } }, { values: { humidity: 50 } }); // prettier-ignore
    const letters = await rig.openLetters();
    await rig.register('KL0001');
    await rig.replay(letters, 'first');
    await rig.replay(letters, 'second');
    expect(await rig.values('KL0001')).toHaveLength(3);
    expect(await rig.store.replayOutcomes('second')).toEqual({ stored: 0, duplicates: 3, deadLetters: 0 });
    expect(await rig.openLetters()).toEqual([]);
  });

  it.each([
    ['without sequence', {}],
    ['with a sequence', { seq: 7 }],
    ['with boot and sequence', { boot: 'a', seq: 7 }],
  ])('stores of a reading %s only what was refused, and the rest once', async (_, key) => {
    const ts = Date.now();
    await rig.register('KL0002');
    const payload = { ts, ...key, values: { temperature: 999, humidity: 50 } };
    await rig.publish('KL0002', payload);
    await rig.drained();
    const [letter] = await rig.openLetters();
    expect(letter).toMatchObject({ partial: true });
    const before = await rig.values('KL0002');
    // Still refused: another letter stands for it, and nothing is stored twice.
    await rig.replay([letter!], 'too early');
    expect(await rig.values('KL0002')).toEqual(before);
    const [again, ...more] = await rig.openLetters();
    expect(more).toEqual([]);
    expect(again!.rejections.map(({ pointer }) => pointer)).toEqual(letter!.rejections.map(({ pointer }) => pointer));
    // A codec that was mended reads the value as it was meant.
    const mended = { ...payload, values: { ...payload.values, temperature: 21 } };
    await rig.replay([{ ...again!, payload: Buffer.from(JSON.stringify(mended)) }], 'mended');
    expect((await rig.values('KL0002')).filter(([, metric]) => metric === 'humidity')).toHaveLength(1);
    expect((await rig.values('KL0002')).filter(([, metric]) => metric === 'temperature')).toEqual([
      [ts, 'temperature', 21],
    ]);
    expect(await rig.openLetters()).toEqual([]);
    expect((await rig.ledger()).unaccounted).toBe(0);
  });

  it('stores of an array only the items that were refused', async () => {
    const ts = Date.now() - 60_000;
    await rig.publish('GF3637', [
      { ts, values: { temperature: 20 } },
      { ts: ts + 1_000, values: { temperature: 'hot', humidity: 40 } },
      { ts: ts + 2_000, values: { nonsense: 1 } },
    ]);
    await rig.drained();
    const [letter] = await rig.openLetters();
    expect(letter!.rejections.map(({ pointer }) => pointer).sort()).toEqual([
      '/1/values/temperature',
      '/2/values/nonsense',
    ]);
    const mended = [
      // Another value of what was stored: it must not be looked at again.
      { ts: ts + 9_000, values: { temperature: -5 } },
      { ts: ts + 1_000, values: { temperature: 23, humidity: 40 } },
      { ts: ts + 2_000, values: { nonsense: 1 } },
    ];
    await rig.replay([{ ...letter!, payload: Buffer.from(JSON.stringify(mended)) }]);
    expect(await rig.values('GF3637')).toEqual([
      [ts, 'temperature', 20],
      [ts + 1_000, 'humidity', 40],
      [ts + 1_000, 'temperature', 23],
    ]);
    const open = await rig.openLetters();
    expect(open.map(({ partial, rejections }) => [partial, rejections.map(({ pointer }) => pointer)])).toEqual([
      [true, ['/2/values/nonsense']],
    ]);
  });

  it('knows repetitions of live readings after old ones were replayed and ingest was restarted', async () => {
    const now = Date.now();
    const old = Array.from({ length: 12 }, (_, i) => ({ ts: now - HOUR_MS + i, values: { temperature: i } }));
    await sentEarlier('KL0001', HOUR_MS / 2, ...old);
    const letters = await rig.openLetters();
    await rig.register('KL0001');
    const live = { ts: now, values: { temperature: 30 } };
    await rig.changesSeen();
    await rig.publish('KL0001', live);
    await rig.drained();
    await rig.replay(letters);
    await rig.stop();
    await rig.start();
    await rig.publish('KL0001', live);
    await rig.drained();
    expect(await rig.values('KL0001')).toHaveLength(13);
  });

  it('accounts for envelopes that nobody could have sent', async () => {
    await sentEarlier('KL0001', HOUR_MS, 'rubbish');
    const [letter] = await rig.openLetters();
    await rig.append('KL0001', replayTopic('KL0001'), 'no envelope');
    await rig.append('GF3637', replayTopic('GF3637'), encodeReplay(replayedLetter(letter!, 'job')));
    await rig.publish('GF3637', { values: { temperature: 20 } });
    await rig.drained();
    expect(await rig.ledger()).toEqual({
      stored: 1,
      duplicates: 0,
      deadLetters: { 'bad-json': 1, 'processing-failed': 1, 'wrong-topic': 1 },
      unaccounted: 0,
    });
  });
});
