import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalRecord, RawMessage } from '#core';
import { pause, PATIENCE_MS, until } from '#core/testing';
import type { Journal, JournalBatch, JournalConsumer } from './journal.js';

export interface JournalOptions {
  readonly maxBytes?: number;
  readonly retain?: { readonly bytes: number };
}

/** One journal on its own storage; `open` opens it again after a close. */
export interface JournalUnderTest {
  open(options?: JournalOptions): Promise<Journal>;
  discard(): Promise<void>;
}

const HOUR = 3_600_000;

export const rawMessage = (n: number, over: Partial<RawMessage> = {}): RawMessage => ({
  source: `device-${n % 3}`,
  topic: `city/test/kind/device-${n % 3}/telemetry`,
  payload: Buffer.from(`message ${n}`),
  receivedAt: 1_700_000_000_000 + n,
  ...over,
});

/** Appends and waits for durability. */
export const append = (journal: Journal, message: RawMessage): Promise<void> =>
  new Promise((resolve, reject) => journal.append(message, (error) => (error === null ? resolve() : reject(error))));

export const appendAll = async (journal: Journal, from: number, to: number): Promise<void> => {
  await Promise.all(Array.from({ length: to - from }, (_, i) => append(journal, rawMessage(from + i))));
};

/** Reads until there are `count` records or nothing more comes. */
export async function readAll(consumer: JournalConsumer, count: number, maxMessages = 1000): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for (;;) {
    const batch = await consumer.read({ maxMessages, waitMs: PATIENCE_MS });
    records.push(...batch.records);
    if (batch.records.length === 0 || records.length >= count) return records;
  }
}

const texts = (records: readonly JournalRecord[]): string[] =>
  records.map((record) => Buffer.from(record.payload).toString());
const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `message ${from + i}`);

/** The contract of {@link Journal}, run by every adapter. */
export function describeJournal(name: string, create: () => Promise<JournalUnderTest>): void {
  describe(`Journal: ${name}`, () => {
    let storage: JournalUnderTest;
    let journal: Journal;
    const reopen = async (options?: JournalOptions): Promise<void> => {
      await journal.close();
      journal = await storage.open(options);
    };

    beforeEach(async () => {
      storage = await create();
      journal = await storage.open();
    });
    afterEach(async () => {
      await journal.close();
      await storage.discard();
    });

    describe('appending', () => {
      it('calls done once for each message, in the order of the appends', async () => {
        const order: number[] = [];
        await new Promise<void>((resolve) => {
          for (let n = 0; n < 500; n++) {
            journal.append(rawMessage(n), (error) => {
              expect(error).toBeNull();
              order.push(n);
              if (order.length === 500) resolve();
            });
          }
        });
        expect(order).toEqual(Array.from({ length: 500 }, (_, i) => i));
      });

      it('has taken the message when append returns, so its buffer may be used again', async () => {
        const payload = Buffer.from('message 0');
        const durable = append(journal, rawMessage(0, { payload }));
        payload.fill(0);
        await durable;
        const consumer = await journal.consumer('ingest');
        expect(texts(await readAll(consumer, 1))).toEqual(['message 0']);
      });

      it('keeps every field as it was, whatever the payload holds', async () => {
        const odd = { source: '裝置-1', topic: 'city/é/x', payload: Uint8Array.of(0, 255, 0, 10), receivedAt: 1.5 };
        await append(journal, odd);
        await append(journal, { ...odd, payload: new Uint8Array() });
        const records = await readAll(await journal.consumer('ingest'), 2);
        expect(records).toMatchObject([
          { source: '裝置-1', topic: 'city/é/x', receivedAt: 1.5, sequence: 0 },
          { source: '裝置-1', sequence: 1 },
        ]);
        expect(records.map((r) => [...r.payload])).toEqual([[0, 255, 0, 10], []]);
      });

      it('refuses messages after close', async () => {
        await journal.close();
        await expect(append(journal, rawMessage(0))).rejects.toMatchObject({ code: 'journal-unwritable' });
      });
    });

    describe('continuing after a restart', () => {
      it('keeps what was appended and continues the sequence', async () => {
        await appendAll(journal, 0, 10);
        await reopen();
        expect(journal.state().nextSequence).toBe(10);
        await appendAll(journal, 10, 20);
        const records = await readAll(await journal.consumer('ingest'), 20);
        expect(texts(records)).toEqual(numbered(0, 20));
        expect(records.map((r) => r.sequence)).toEqual(Array.from({ length: 20 }, (_, i) => i));
      });

      it('makes durable on close what was appended before', async () => {
        const durable = appendAll(journal, 0, 50);
        await reopen();
        await durable;
        expect(journal.state().nextSequence).toBe(50);
      });

      it('continues the sequence when everything was committed and trimmed', async () => {
        const consumer = await journal.consumer('ingest');
        await appendAll(journal, 0, 5);
        const batch = await consumer.read({ maxMessages: 100, waitMs: 1000 });
        await consumer.commit(batch.next);
        await reopen();
        await reopen();
        expect(journal.state().nextSequence).toBe(5);
        const again = await journal.consumer('ingest');
        await appendAll(journal, 5, 7);
        expect(texts(await readAll(again, 2))).toEqual(numbered(5, 7));
      });
    });

    describe('consumers', () => {
      it('reads from the oldest record on first use, in batches of any size', async () => {
        for (let n = 0; n < 60; n += 20) await appendAll(journal, n, n + 20);
        const consumer = await journal.consumer('ingest');
        expect(consumer.committed()).toBeNull();
        expect(texts(await readAll(consumer, 60, 7))).toEqual(numbered(0, 60));
      });

      it('never returns more than maxMessages, and says where it stands', async () => {
        await appendAll(journal, 0, 30);
        const consumer = await journal.consumer('ingest');
        let expected = 0;
        for (let batch: JournalBatch; expected < 30;) {
          batch = await consumer.read({ maxMessages: 4, waitMs: 500 });
          expect(batch.records.length).toBeGreaterThan(0);
          expect(batch.records.length).toBeLessThanOrEqual(4);
          expected += batch.records.length;
          expect(batch.nextSequence).toBe(expected);
        }
      });

      it('waits for records, and gives up after waitMs or when told to', async () => {
        const consumer = await journal.consumer('ingest');
        const started = performance.now();
        expect((await consumer.read({ maxMessages: 1, waitMs: 50 })).records).toEqual([]);
        expect(performance.now() - started).toBeGreaterThanOrEqual(45);
        const stop = new AbortController();
        const aborted = consumer.read({ maxMessages: 1, waitMs: 60_000, signal: stop.signal });
        setTimeout(() => stop.abort(), 20);
        expect((await aborted).records).toEqual([]);
        const waiting = consumer.read({ maxMessages: 1, waitMs: PATIENCE_MS });
        await append(journal, rawMessage(0));
        expect(texts((await waiting).records)).toEqual(['message 0']);
      });

      it('continues at the committed offset after a restart, in the middle of a frame too', async () => {
        await appendAll(journal, 0, 10);
        const consumer = await journal.consumer('ingest');
        const batch = await consumer.read({ maxMessages: 4, waitMs: 500 });
        await consumer.read({ maxMessages: 4, waitMs: 500 });
        await consumer.commit(batch.next);
        expect(consumer.backlog()).toBe(10 - batch.records.length);
        await reopen();
        const again = await journal.consumer('ingest');
        expect(again.committed()).toEqual(batch.next);
        expect(texts(await readAll(again, 10 - batch.records.length))).toEqual(numbered(batch.records.length, 10));
      });

      it('reads again what it is told to seek', async () => {
        await appendAll(journal, 0, 10);
        const consumer = await journal.consumer('ingest');
        const first = await consumer.read({ maxMessages: 3, waitMs: 500 });
        await readAll(consumer, 10 - first.records.length);
        consumer.seek(first.next);
        expect(texts(await readAll(consumer, 10 - first.records.length))).toEqual(numbered(first.records.length, 10));
      });

      it('two consumers read the same records without disturbing each other', async () => {
        await appendAll(journal, 0, 10);
        const [one, two] = [await journal.consumer('one'), await journal.consumer('two')];
        await one.commit((await one.read({ maxMessages: 100, waitMs: 500 })).next);
        expect(one.backlog()).toBe(0);
        expect(two.backlog()).toBe(10);
        expect(texts(await readAll(two, 10))).toEqual(numbered(0, 10));
      });

      it('keeps what the slowest registered consumer has not committed', async () => {
        const slow = await journal.consumer('slow');
        const fast = await journal.consumer('fast');
        for (let n = 0; n < 100; n += 10) await appendAll(journal, n, n + 10);
        for (let left = 100; left > 0;) {
          const batch = await fast.read({ maxMessages: 10, waitMs: 500 });
          left -= batch.records.length;
          await fast.commit(batch.next);
        }
        await pause(1_500);
        expect(texts(await readAll(slow, 100))).toEqual(numbered(0, 100));
      });
    });

    describe('tails', () => {
      it('starts at the head and holds nothing back', async () => {
        await appendAll(journal, 0, 5);
        const tail = await journal.tail('head');
        await appendAll(journal, 5, 8);
        const batch = await tail.read({ maxMessages: 100, waitMs: 1000 });
        expect(texts(batch.records)).toEqual(numbered(5, 8));
        expect(batch.skipped).toBe(0);
      });

      it('says how many records were trimmed before it reached them', async () => {
        const tail = await journal.tail('oldest');
        const consumer = await journal.consumer('ingest');
        for (let n = 0; n < 50; n += 10) {
          await appendAll(journal, n, n + 10);
          await consumer.commit((await consumer.read({ maxMessages: 100, waitMs: 500 })).next);
        }
        const full = journal.state().bytes;
        await until(
          'old records to be trimmed',
          () => journal.state().bytes,
          (bytes) => bytes < full,
        );
        const batch = await tail.read({ maxMessages: 100, waitMs: 1000 });
        expect(batch.skipped).toBeGreaterThan(0);
        expect(batch.records[0]!.sequence).toBe(batch.skipped);
      });
    });

    describe('boundedness', () => {
      it('T20 when full, holds acknowledgements back and goes on by itself once a consumer commits; nothing is lost', async () => {
        await reopen({ maxBytes: 20_000 });
        const consumer = await journal.consumer('ingest');
        let [appended, acknowledged] = [0, 0];
        const appendSome = (count: number): void => {
          for (let i = 0; i < count; i++, appended++)
            journal.append(rawMessage(appended, { payload: Buffer.alloc(200, appended) }), () => acknowledged++);
        };
        appendSome(400);
        while (appended < 800 && journal.state().condition === 'writable') {
          appendSome(20);
          await pause(30);
        }
        appendSome(100);
        const state = await until(
          'the journal to be full',
          () => journal.state(),
          ({ condition }) => condition === 'full',
        );
        expect(state.maxBytes).toBe(20_000);
        const held = acknowledged;
        await pause(300);
        expect(acknowledged).toBe(held);
        expect(held).toBeLessThan(appended);

        const sequences: number[] = [];
        while (sequences.length < appended) {
          const batch = await consumer.read({ maxMessages: 500, waitMs: PATIENCE_MS });
          expect(batch.records.length).toBeGreaterThan(0);
          sequences.push(...batch.records.map((r) => r.sequence));
          await consumer.commit(batch.next);
        }
        expect(sequences).toEqual(Array.from({ length: appended }, (_, i) => i));
        await until(
          'every acknowledgement',
          () => acknowledged,
          (count) => count === appended,
        );
        await until(
          'room again',
          () => journal.state(),
          ({ condition }) => condition === 'writable',
        );
      });

      it('with retain, keeps that much for tails and no more, though nobody is registered', async () => {
        await reopen({ retain: { bytes: 30_000 } });
        for (let n = 0; n < 60; n++) await append(journal, rawMessage(n, { payload: Buffer.alloc(2_000, n) }));
        await until(
          'old records to be trimmed',
          () => journal.state().bytes,
          (bytes) => bytes < 40_000,
        );
        expect(journal.state().bytes).toBeGreaterThanOrEqual(30_000);
      });

      it('without retain, keeps everything until a consumer has registered', async () => {
        for (let n = 0; n < 20; n++) await append(journal, rawMessage(n));
        await pause(1_500);
        expect(texts(await readAll(await journal.consumer('late'), 20))).toEqual(numbered(0, 20));
      });
    });

    describe('tally', () => {
      it('counts messages by source and hour of receipt', async () => {
        for (const [source, hour] of [
          ['a', 100],
          ['a', 100],
          ['b', 100],
          ['a', 101],
        ] as const) {
          await append(journal, rawMessage(0, { source, receivedAt: hour * HOUR + 5 }));
        }
        expect(await journal.tally({})).toEqual([
          { source: 'a', hour: 100, messages: 2 },
          { source: 'b', hour: 100, messages: 1 },
          { source: 'a', hour: 101, messages: 1 },
        ]);
        expect(await journal.tally({ source: 'a', fromHour: 101, toHour: 102 })).toEqual([
          { source: 'a', hour: 101, messages: 1 },
        ]);
        expect(await journal.tally({ source: 'c' })).toEqual([]);
      });

      it('is the same after a restart, and does not forget what was trimmed', async () => {
        const consumer = await journal.consumer('ingest');
        await appendAll(journal, 0, 30);
        await consumer.commit((await consumer.read({ maxMessages: 100, waitMs: 500 })).next);
        const before = await journal.tally({});
        expect(before.reduce((sum, entry) => sum + entry.messages, 0)).toBe(30);
        await reopen();
        expect(await journal.tally({})).toEqual(before);
        await pause(1_300);
        await appendAll(journal, 30, 31);
        expect((await journal.tally({})).reduce((sum, entry) => sum + entry.messages, 0)).toBe(31);
      });
    });
  });
}
