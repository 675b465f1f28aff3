import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { throwError } from 'rxjs';
import type { JournalOffset } from '#core';
import { pause, until } from '#core/testing';
import type { JournalBatch, JournalConsumer, ReadOptions } from '#journal';
import { JOURNAL_BATCH, JournalStrategy } from './journal.strategy.js';

/** Hands out one record a batch, forty in all. */
class FakeConsumer implements JournalConsumer {
  read$ = 0;
  readonly commits: number[] = [];

  async read({ signal }: ReadOptions): Promise<JournalBatch> {
    if (this.read$ === 40) await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    const sequence = this.read$;
    const record = {
      sequence,
      frame: sequence + 1,
      index: 0,
      source: 'a',
      topic: 't',
      payload: new Uint8Array(),
      receivedAt: 0,
    };
    const records = this.read$ === 40 ? [] : [record];
    this.read$ += records.length;
    return { records, corrupt: [], next: { frame: this.read$ + 1, index: 0 }, nextSequence: this.read$ };
  }

  seek(): void {
    this.commits.length = 0;
  }

  commit({ frame }: JournalOffset): Promise<void> {
    this.commits.push(frame - 1);
    return Promise.resolve();
  }

  committed(): null {
    return null;
  }

  backlog(): number {
    return 0;
  }
}

describe('journal strategy', () => {
  let consumer: FakeConsumer;
  let stopping: AbortController;
  let fatal: unknown[];
  let strategy: JournalStrategy;
  beforeEach(() => {
    consumer = new FakeConsumer();
    stopping = new AbortController();
    fatal = [];
    strategy = new JournalStrategy(consumer, {
      maxMessages: 1,
      maxInFlight: 2,
      lingerMs: 0,
      signal: stopping.signal,
      onFatal: (error) => fatal.push(error),
    });
  });
  afterEach(async () => {
    stopping.abort();
    await strategy.close();
  });

  const listen = (handler: (batch: JournalBatch) => Promise<unknown>): unknown => {
    strategy.addHandler(JOURNAL_BATCH, handler as never, true);
    let failure: unknown;
    strategy.listen((error) => (failure = error));
    return failure;
  };

  it('acknowledges in order, whatever order handlers finish in', async () => {
    listen(async ({ nextSequence }) => pause(nextSequence % 2 === 0 ? 1 : 6));
    await until(
      'all to be acknowledged',
      () => consumer.commits.length,
      (count) => count >= 40,
    );
    expect(consumer.commits).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it('acknowledges nothing before its handler has resolved, and handles at most two batches at once', async () => {
    const waiting: (() => void)[] = [];
    listen(() => new Promise<void>((resolve) => waiting.push(resolve)));
    const handled = (count: number): Promise<unknown> =>
      until(
        `${count} batches to be handled`,
        () => waiting.length,
        (now) => now >= count,
      );
    await handled(2);
    await pause(30);
    expect([waiting.length, consumer.commits]).toEqual([2, []]);
    waiting[1]!();
    await pause(10);
    expect(consumer.commits).toEqual([]);
    waiting[0]!();
    await handled(4);
    await until(
      'both to be acknowledged',
      () => consumer.commits,
      ({ length }) => length >= 2,
    );
    await pause(10);
    expect(consumer.commits).toEqual([1, 2]);
    expect(waiting.length).toBe(4);
    stopping.abort();
    for (const resolve of waiting) resolve();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['throws', () => Promise.reject(new Error('no'))],
    ['answers with an observable that fails, as Nest does', () => Promise.resolve(throwError(() => new Error('no')))],
  ])('acknowledges nothing after a handler that %s, and says so', async (_, failing) => {
    listen((batch) => (batch.nextSequence === 3 ? failing() : Promise.resolve()));
    await until('it to say so', () => fatal.length > 0);
    await pause(50);
    expect(consumer.commits).toEqual([1, 2]);
    expect((fatal[0] as Error).message).toBe('no');
  });

  it('says when no handler takes its batches', () => {
    let failure: unknown;
    strategy.listen((error) => (failure = error));
    expect((failure as Error).message).toMatch(/No handler/);
  });
});
