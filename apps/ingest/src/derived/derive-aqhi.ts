import type { Logger } from 'pino';
import { type Clock, decodeReadingBatch, type DeviceIdentity, type ReadingBatch } from '#core';
import type { JournalConsumer } from '#journal';
import { AQHI_HOURS, AQHI_POLLUTANTS } from '#kinds';
import type { TelemetryStore } from '#timeseries';
import type { Health } from '../health.js';
import type { IngestCounters } from '../ingest-counters.js';
import { type Retry, Stopped } from '../retry.js';
import { aqhiBatch, aqhiOfHour, type AqhiValue, dependentHours, meansOf } from './aqhi-rows.js';
import { HOUR_MS, TouchedHours } from './touched-hours.js';

/** Name as a consumer of the feed and of the store. */
export const AQHI_CONSUMER = 'derive-aqhi';
/** An hour is computed this long after its end, when most of what was sent in it has arrived; later arrivals compute it again. */
const SETTLE_MS = 30_000;
const READ = { maxMessages: 256, waitMs: 1_000 };
const DEVICES_PER_QUERY = 2_000;
const TIME_ZONE = 'Asia/Hong_Kong';

export interface DeriveAqhiParts {
  readonly feed: JournalConsumer;
  readonly store: Pick<TelemetryStore, 'aggregate' | 'commit' | 'latest'>;
  /** Resolves when everything that was given to the feed so far is in the store: rows are in the feed a moment before. */
  readonly whenWritten: () => Promise<void>;
  readonly appendFeed: (batches: readonly ReadingBatch[]) => Promise<void>;
  /** Names of the kinds that have the derived metric 'aqhi'. */
  readonly kinds: readonly string[];
  /** Registry entries of devices; those it does not know are left out. */
  readonly identify: (ids: readonly string[]) => Promise<DeviceIdentity[]>;
  readonly retry: Retry;
  readonly health: Health;
  readonly counters: IngestCounters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Computes the Air Quality Health Index of each air-measuring device for each hour that is over, and again when late readings of the hour
 * arrive. Means are taken from the store, so nothing is lost with the process: the feed tells which hours were touched and is committed
 * when those that are over are computed; the hour under way is found again from the latest readings.
 */
export class DeriveAqhi {
  private readonly touched = new Map<string, TouchedHours>();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: DeriveAqhiParts) {
    for (const kind of parts.kinds) this.touched.set(kind, new TouchedHours());
  }

  start(): void {
    if (this.parts.kinds.length > 0) this.running = this.run();
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
        health.recovered('AQHI');
      } catch (error) {
        if (error instanceof Stopped || signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        health.troubled('AQHI', `The AQHI is not computed: ${reason}`);
        logger.error({ reason }, 'the AQHI could not be computed; the hours stay marked');
        await new Promise((resolve) => setTimeout(resolve, READ.waitMs));
      }
    }
  }

  /** Reads what was accepted, marks its hours, computes those that are over. */
  async step(): Promise<void> {
    const { feed, signal, clock, whenWritten } = this.parts;
    const { records, next } = await feed.read({ ...READ, signal });
    for (const record of records) {
      const touched = this.touched.get(record.topic);
      if (touched !== undefined) touched.markBatch(decodeReadingBatch(record.payload), AQHI_POLLUTANTS);
    }
    await whenWritten();
    for (const [kind, touched] of this.touched) await this.computeEnded(kind, touched, clock.now() - SETTLE_MS);
    if (records.length > 0) await feed.commit(next);
  }

  /** The hours that may have been under way when the process ended. */
  private async restore(): Promise<void> {
    const { store, identify, retry } = this.parts;
    for (const [kind, touched] of this.touched) {
      const latest = await retry.run('store', () => store.latest({ kind, devices: null }));
      const timeOf = new Map(latest.map(({ device, time }) => [device, time]));
      for (const identity of await retry.run('registry', () => identify([...timeOf.keys()]))) {
        const hour = Math.floor(timeOf.get(identity.id)! / HOUR_MS);
        touched.mark(identity, hour);
        touched.mark(identity, hour - 1);
      }
    }
  }

  private async computeEnded(kind: string, touched: TouchedHours, before: number): Promise<void> {
    const { store, retry, appendFeed, clock, counters } = this.parts;
    for (const group of groupByRange(touched.ended(before))) {
      const values = await this.compute(kind, group, before);
      if (values.length > 0) {
        const batch = aqhiBatch(kind, values, clock.now());
        await appendFeed([batch]);
        const commit = { consumer: AQHI_CONSUMER, readings: [batch], deadLetters: [], outcomes: [], position: null };
        await retry.run('store', () => store.commit(commit));
        counters.derivedRows += batch.length;
      }
      for (const { identity, hours } of group) touched.settle(identity.id, hours);
    }
  }

  private async compute(kind: string, group: DeviceGroup, before: number): Promise<AqhiValue[]> {
    const hours = group.flatMap((device) => device.hours);
    const first = hours.reduce((a, b) => Math.min(a, b));
    const last = hours.reduce((a, b) => Math.max(a, b));
    const rows = await this.parts.retry.run('store', () =>
      this.parts.store.aggregate({
        kind,
        groups: new Map(group.map(({ identity }) => [identity.id, identity.id])),
        metrics: AQHI_POLLUTANTS,
        from: (first - AQHI_HOURS + 1) * HOUR_MS,
        to: (last + AQHI_HOURS) * HOUR_MS,
        everyMs: HOUR_MS,
        timeZone: TIME_ZONE,
        aggregates: ['mean'],
      }),
    );
    const means = meansOf(rows);
    return group.flatMap(({ identity, hours }) =>
      dependentHours(hours).flatMap((hour) => {
        const value =
          (hour + 1) * HOUR_MS > before ? null : aqhiOfHour(identity, hour, means.get(identity.id) ?? new Map());
        return value === null ? [] : [value];
      }),
    );
  }
}

type DeviceGroup = readonly { readonly identity: DeviceIdentity; readonly hours: readonly number[] }[];

/** Devices whose hours span the same range share a query: at the turn of an hour that is all of them. */
function groupByRange(devices: DeviceGroup): DeviceGroup[] {
  const groups = new Map<string, DeviceGroup[number][]>();
  for (const device of devices) {
    const range = `${Math.min(...device.hours)} ${Math.max(...device.hours)}`;
    const group = groups.get(range);
    if (group === undefined) groups.set(range, [device]);
    else group.push(device);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / DEVICES_PER_QUERY) }, (_, i) =>
      group.slice(i * DEVICES_PER_QUERY, (i + 1) * DEVICES_PER_QUERY),
    ),
  );
}
