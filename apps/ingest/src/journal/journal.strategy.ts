import { setTimeout as sleep } from 'node:timers/promises';
import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { JournalBatch, JournalConsumer } from '#journal';
import { invoke } from '#journal/nest';
import { Stopped } from '#service';
import { payloadBytes, splitBatch } from './split-batch.js';

/** Pattern of the handler that takes the batches. */
export const JOURNAL_BATCH = 'journal.batch';

export interface JournalStrategyOptions {
  /** Messages of one read at most; fewer when they are large. */
  readonly maxMessages: number;
  /** Batches that are handled at once: one is written while the next is decided. */
  readonly maxInFlight: number;
  /** A small batch is followed by this pause, so that the next is worth its commit. */
  readonly lingerMs: number;
  /** Ends reading and every wait. */
  readonly signal: AbortSignal;
  /** Told about the failure that ended the strategy. Nothing was acknowledged since: exit, and start again from the store's position. */
  readonly onFatal: (error: unknown) => void;
}

const READ_WAIT_MS = 1_000;
/** Messages of the first read, before it is known how large they are. */
const FIRST_READ = 512;
const SMALL_BATCH = 512;
const MAX_BATCH_BYTES = 4 * 2 ** 20;

/**
 * Nest's transport over a journal: handlers get batches, and a batch is acknowledged (`consumer.commit`) when its handler has resolved, in
 * the order of the journal. The stock transports acknowledge before the handler is done, and read patterns out of payloads; here the
 * payload is never looked at.
 */
export class JournalStrategy extends Server implements CustomTransportStrategy {
  private reading: Promise<void> = Promise.resolve();
  private acknowledged: Promise<void> = Promise.resolve();
  private readonly inFlight = new Set<Promise<void>>();

  constructor(
    private readonly consumer: JournalConsumer,
    private readonly options: JournalStrategyOptions,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    const handler = this.getHandlerByPattern(JOURNAL_BATCH);
    if (handler === null) {
      callback(new Error(`No handler takes the pattern '${JOURNAL_BATCH}'.`));
      return;
    }
    this.reading = this.read(handler).catch((error: unknown) => this.fail(error));
    callback();
  }

  /** After `signal`: resolves when the batches in flight are acknowledged or given up. */
  async close(): Promise<void> {
    await this.reading;
    await Promise.allSettled([...this.inFlight]);
  }

  on(): void {
    throw new Error('The journal strategy has no events.');
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  private async read(handler: MessageHandler): Promise<void> {
    const { lingerMs, signal } = this.options;
    let maxMessages = Math.min(FIRST_READ, this.options.maxMessages);
    while (!signal.aborted) {
      const batch = await this.consumer.read({ maxMessages, waitMs: READ_WAIT_MS, signal });
      const size = batch.records.length + batch.corrupt.length;
      if (size === 0) continue;
      for (const part of splitBatch(batch, MAX_BATCH_BYTES)) {
        while (this.inFlight.size >= this.options.maxInFlight) await Promise.race(this.inFlight);
        if (signal.aborted) return;
        this.dispatch(handler, part);
      }
      maxMessages = this.nextRead(size, payloadBytes(batch));
      if (size < SMALL_BATCH) await sleep(lingerMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** So many messages as have lately made a full batch, growing at most twofold. */
  private nextRead(messages: number, bytes: number): number {
    const fitting = Math.floor((messages * MAX_BATCH_BYTES) / (bytes + 1));
    return Math.max(1, Math.min(this.options.maxMessages, fitting, Math.max(FIRST_READ, messages * 2)));
  }

  private dispatch(handler: MessageHandler, batch: JournalBatch): void {
    const handled = invoke(handler, batch);
    // A failure is reported by `settled`; until its turn comes it must not count as unhandled.
    handled.catch(() => undefined);
    this.acknowledged = this.acknowledged.then(async () => {
      await handled;
      await this.consumer.commit(batch.next);
    });
    const settled = this.acknowledged
      .catch((error: unknown) => this.fail(error))
      .finally(() => this.inFlight.delete(settled));
    this.inFlight.add(settled);
  }

  private fail(error: unknown): void {
    if (!(error instanceof Stopped) && !this.options.signal.aborted) this.options.onFatal(error);
  }
}
