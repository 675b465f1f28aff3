import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, decodeReadingBatch, FEED_SOURCE, type ReadingBatch } from '#core';
import type { JournalConsumer } from '#journal';
import { type Derivation, type Kind, stepEnd } from '#kinds';
import { type Health, type Retry, Stopped } from '#service';
import type { LatestReading, TelemetryStore } from '#timeseries';
import type { Feed } from '../feed.js';
import type { IngestCounters } from '../ingest-counters.js';
import { computeWindows, type DerivedValue, queriesOf, type Task } from './compute-windows.js';
import { derivedBatch } from './derived-rows.js';
import type { Subjects } from './subjects.js';
import { type Touched, TouchedSteps } from './touched-steps.js';

/**
 * Name as a consumer of the feed and of the store, from when the AQHI was the only derived metric: under another name the old consumer
 * would stay and hold the feed back for ever.
 */
export const DERIVE_CONSUMER = 'derive-aqhi';
/** A window is computed this long after its end, when most of what was sent in it has arrived; later arrivals compute it again. */
const SETTLE_MS = 30_000;
const READ = { maxMessages: 256, waitMs: 1_000 };
/** Rows that are gathered before they are written: a commit costs the store about the same for one as for some thousand. */
const ROWS_PER_COMMIT = 4_000;

export interface DeriveParts {
  readonly feed: Feed;
  readonly consumer: JournalConsumer;
  /** Feed records before this sequence were written by an earlier process; those from here on are announced by {@link Derive.accepted}. */
  readonly feedStart: number;
  readonly store: Pick<TelemetryStore, 'aggregate' | 'commit' | 'latest'>;
  /** Resolves when everything announced so far is in the store. */
  readonly whenWritten: () => Promise<void>;
  readonly kinds: readonly Kind[];
  readonly subjects: Subjects;
  readonly retry: Retry;
  readonly health: Health;
  readonly counters: IngestCounters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

interface Plan {
  readonly kind: Kind;
  readonly derivation: Derivation;
  readonly touched: TouchedSteps;
}

/**
 * Computes the derived metrics that kinds declare: each window once it is over, and again when late readings of it arrive. Values are
 * taken from the store, so that nothing is lost with the process: it is a consumer of the feed, which it commits when the windows
 * that are over are computed, and the steps under way are found again from the latest readings.
 */
export class Derive {
  private readonly plans: readonly Plan[];
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: DeriveParts) {
    this.plans = parts.kinds.flatMap((kind) =>
      kind.derivations.map((derivation) => ({ kind, derivation, touched: new TouchedSteps(derivation.window) })),
    );
  }

  start(): void {
    this.running = this.run();
  }

  /** After `signal`. */
  async stop(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal, health, logger } = this.parts;
    let isRestored = false;
    while (!signal.aborted) {
      try {
        if (!isRestored) await this.restore();
        isRestored = true;
        await this.step();
        health.recovered('derived metrics');
      } catch (error) {
        if (error instanceof Stopped || signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        health.troubled('derived metrics', `Derived metrics are not computed: ${reason}`);
        logger.error({ reason }, 'derived metrics could not be computed; the steps stay marked');
        await new Promise((resolve) => setTimeout(resolve, READ.waitMs));
      }
    }
  }

  /** Told of readings before they go to the feed: cheaper than reading them back from it. */
  accepted(batches: readonly ReadingBatch[]): void {
    for (const batch of batches) this.markBatch(batch);
  }

  private markBatch(batch: ReadingBatch): void {
    const { subjects } = this.parts;
    for (const { kind, derivation, touched } of this.plans) {
      if (kind.name !== batch.kind) continue;
      touched.markBatch(batch, derivation.inputs, (device) => subjects.idFor(derivation, device));
    }
  }

  private async step(): Promise<void> {
    const { consumer, feedStart, signal, clock, subjects, retry } = this.parts;
    const { records, next } = await consumer.read({ ...READ, signal });
    for (const { sequence, payload } of records) {
      if (sequence >= feedStart) continue;
      const batch = decodeReadingBatch(payload);
      await retry.run('registry', () => subjects.load(batch.devices));
      this.markBatch(batch);
    }
    const by = clock.now() - SETTLE_MS;
    for (const plan of this.plans) await this.takeAndCompute(plan, by);
    if (records.length > 0) await consumer.commit(next);
  }

  private async takeAndCompute(plan: Plan, by: number): Promise<void> {
    const taken = plan.touched.takeEnded(by);
    if (taken.length === 0) return;
    const started = performance.now();
    try {
      // What was marked before it was taken is in the store after this.
      await this.parts.whenWritten();
      const rows = await this.compute(plan, taken, by);
      const ms = Math.round(performance.now() - started);
      this.parts.logger.debug({ kind: plan.kind.name, derivation: plan.derivation.name, subjects: taken.length, rows, ms }, 'derived'); // prettier-ignore
    } catch (error) {
      plan.touched.giveBack(taken);
      throw error;
    }
  }

  /** Query by query, with a rest in between: what devices send meanwhile is not held up. */
  private async compute({ kind, derivation }: Plan, taken: readonly Touched[], by: number): Promise<number> {
    const { store, retry, subjects, signal } = this.parts;
    const found = await retry.run('registry', () => subjects.find(kind, derivation, taken.map(({ id }) => id))); // prettier-ignore
    const tasks = taken.flatMap(({ id, ends }): Task[] => {
      const subject = found.get(id);
      return subject === undefined ? [] : [{ subject, ends }];
    });
    let rows = 0;
    let waiting: DerivedValue[] = [];
    const onFailure = (subject: string, error: unknown) => this.failed(derivation, subject, error);
    for (const some of queriesOf(derivation, tasks)) {
      if (signal.aborted) throw new Stopped();
      const values = await retry.run('store', () => computeWindows(kind, derivation, some, by, store, onFailure));
      waiting.push(...values);
      rows += values.length;
      if (waiting.length >= ROWS_PER_COMMIT) {
        await this.write(kind, derivation, waiting, by);
        waiting = [];
      }
      await yieldToOthers();
    }
    if (waiting.length > 0) await this.write(kind, derivation, waiting, by);
    return rows;
  }

  /** The window that was over last by then says how things are; those before it are history, whenever they are computed. */
  private async write(kind: Kind, derivation: Derivation, values: readonly DerivedValue[], by: number): Promise<void> {
    const { feed, retry, store, counters, clock } = this.parts;
    const receivedAt = clock.now();
    const isLive = ({ time }: DerivedValue): boolean => time > by - derivation.window.everyMs;
    const batchesOf = (some: readonly DerivedValue[]): ReadingBatch[] =>
      some.length === 0 ? [] : [derivedBatch(kind.name, derivation.metrics, some, receivedAt)];
    await feed.append(batchesOf(values.filter(isLive)));
    await feed.append(batchesOf(values.filter((value) => !isLive(value))), FEED_SOURCE.history);
    const readings = batchesOf(values);
    const commit = { consumer: DERIVE_CONSUMER, readings, deadLetters: [], outcomes: [], position: null };
    await retry.run('store', () => store.commit(commit));
    counters.derivedRows += values.length;
  }

  private failed({ name }: Derivation, subject: string, error: unknown): void {
    this.parts.counters.derivationFailures++;
    this.parts.logger.error({ derivation: name, subject, err: error }, 'a derived value could not be computed');
  }

  /**
   * Marks the steps that may have been under way when the process ended: that of the newest inputs and the one before, unless that one's
   * value is there already. What arrived late before the end is still in the feed.
   */
  private async restore(): Promise<void> {
    const { store, subjects, retry } = this.parts;
    for (const kind of new Set(this.plans.map((plan) => plan.kind))) {
      const latest = await retry.run('store', () => store.latest({ kind: kind.name, devices: null }));
      const known = await retry.run('registry', () => subjects.identify(latest.map(({ device }) => device)));
      const readings = new Map(latest.map((reading) => [reading.device, reading]));
      for (const plan of this.plans) {
        if (plan.kind !== kind) continue;
        for (const identity of known) {
          const id = subjects.idFor(plan.derivation, identity);
          if (id !== null) restoreMarks(plan, id, readings.get(identity.id)!, readings.get(id));
        }
        await yieldToOthers();
      }
    }
  }
}

function restoreMarks({ derivation, touched }: Plan, id: string, reading: LatestReading, result?: LatestReading): void {
  const newest = derivation.inputs.reduce((time, input) => Math.max(time, reading.values[input]?.time ?? -Infinity), -Infinity); // prettier-ignore
  if (newest === -Infinity) return;
  const end = stepEnd(derivation.window, newest);
  touched.mark(id, end);
  const before = end - derivation.window.everyMs;
  if (!derivation.metrics.some((metric) => (result?.values[metric]?.time ?? -Infinity) >= before)) touched.mark(id, before); // prettier-ignore
}
