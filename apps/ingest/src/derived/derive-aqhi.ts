import type { Logger } from 'pino';
import { type Clock, decodeReadingBatch, type DeviceIdentity, type ReadingBatch } from '#core';
import type { JournalConsumer } from '#journal';
import { AQHI_HOURS, AQHI_POLLUTANTS } from '#kinds';
import type { TelemetryStore } from '#timeseries';
import type { Feed } from '../feed.js';
import type { Health } from '../health.js';
import type { IngestCounters } from '../ingest-counters.js';
import { type Retry, Stopped } from '../retry.js';
import { aqhiBatch, aqhiOfHour, type AqhiValue, dependentHours, type MeansByHour, meansOf } from './aqhi-rows.js';
import { HOUR_MS, type TouchedDevice, TouchedHours } from './touched-hours.js';

/** Name as a consumer of the feed and of the store. */
export const AQHI_CONSUMER = 'derive-aqhi';
/** An hour is computed this long after its end, when most of what was sent in it has arrived; later arrivals compute it again. */
const SETTLE_MS = 30_000;
const READ = { maxMessages: 256, waitMs: 1_000 };
const DEVICES_PER_QUERY = 2_000;
const TIME_ZONE = 'Asia/Hong_Kong';

export interface DeriveAqhiParts {
  readonly feed: Feed;
  readonly consumer: JournalConsumer;
  /** Feed records before this sequence were written by an earlier process; those from here on are announced by {@link DeriveAqhi.accepted}. */
  readonly feedStart: number;
  readonly store: Pick<TelemetryStore, 'aggregate' | 'commit' | 'latest'>;
  /** Resolves when everything announced so far is in the store. */
  readonly whenWritten: () => Promise<void>;
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
 * arrive. Means are taken from the store, so that nothing is lost with the process: it is a consumer of the feed, which it commits when
 * the hours that are over are computed, and the hour under way is found again from the latest readings.
 */
export class DeriveAqhi {
  private readonly touched = new Map<string, TouchedHours>();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: DeriveAqhiParts) {
    for (const kind of parts.kinds) this.touched.set(kind, new TouchedHours());
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

  /** Told of readings before they go to the feed: cheaper than reading them back from it. */
  accepted(batches: readonly ReadingBatch[]): void {
    for (const batch of batches) this.touched.get(batch.kind)?.markBatch(batch, AQHI_POLLUTANTS);
  }

  private async step(): Promise<void> {
    const { consumer, feedStart, signal, clock, whenWritten } = this.parts;
    const { records, next } = await consumer.read({ ...READ, signal });
    for (const { sequence, payload } of records) {
      if (sequence < feedStart) this.accepted([decodeReadingBatch(payload)]);
    }
    const by = clock.now() - SETTLE_MS;
    for (const [kind, touched] of this.touched) {
      const taken = touched.takeEnded(by);
      if (taken.length === 0) continue;
      try {
        // What was marked before it was taken is in the store after this.
        await whenWritten();
        await this.compute(kind, taken, by);
      } catch (error) {
        touched.giveBack(taken);
        throw error;
      }
    }
    if (records.length > 0) await consumer.commit(next);
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

  private async compute(kind: string, devices: readonly TouchedDevice[], by: number): Promise<void> {
    const { store, retry, feed, clock, counters } = this.parts;
    for (const group of groupByRange(devices)) {
      const values = await this.valuesOf(kind, group, by);
      if (values.length === 0) continue;
      const batch = aqhiBatch(kind, values, clock.now());
      await feed.append([batch]);
      const commit = { consumer: AQHI_CONSUMER, readings: [batch], deadLetters: [], outcomes: [], position: null };
      await retry.run('store', () => store.commit(commit));
      counters.derivedRows += batch.length;
    }
  }

  private async valuesOf(kind: string, group: readonly TouchedDevice[], by: number): Promise<AqhiValue[]> {
    const hours = group.flatMap((device) => device.hours);
    const first = hours.reduce((a, b) => Math.min(a, b));
    const last = hours.reduce((a, b) => Math.max(a, b));
    const query = {
      kind,
      groups: new Map(group.map(({ identity }) => [identity.id, identity.id])),
      metrics: AQHI_POLLUTANTS,
      from: (first - AQHI_HOURS + 1) * HOUR_MS,
      to: (last + AQHI_HOURS) * HOUR_MS,
      everyMs: HOUR_MS,
      timeZone: TIME_ZONE,
      aggregates: ['mean'] as const,
    };
    const means = meansOf(await this.parts.retry.run('store', () => this.parts.store.aggregate(query)));
    return group.flatMap(({ identity, hours }) => {
      const ended = dependentHours(hours).filter((hour) => (hour + 1) * HOUR_MS <= by);
      return ended.flatMap((hour) => aqhiOfHour(identity, hour, means.get(identity.id) ?? NO_MEANS) ?? []);
    });
  }
}

const NO_MEANS: MeansByHour = new Map();

/** Devices whose hours span the same range share a query: at the turn of an hour that is all of them. */
function groupByRange(devices: readonly TouchedDevice[]): TouchedDevice[][] {
  const groups = new Map<string, TouchedDevice[]>();
  for (const device of devices) {
    const name = `${device.hours.reduce((a, b) => Math.min(a, b))} ${device.hours.reduce((a, b) => Math.max(a, b))}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [device]);
    else group.push(device);
  }
  return [...groups.values()].flatMap((group) => {
    const chunks = Math.ceil(group.length / DEVICES_PER_QUERY);
    return Array.from({ length: chunks }, (_, i) => group.slice(i * DEVICES_PER_QUERY, (i + 1) * DEVICES_PER_QUERY));
  });
}
