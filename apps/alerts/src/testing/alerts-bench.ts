import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  type Clock,
  encodeReadingBatch,
  FEED_SOURCE,
  type FeedSource,
  type Reading,
  ReadingBatchBuilder,
  type ServiceStatus,
  systemClock,
} from '#core';
import type { Journal } from '#journal';
import { openJournal, openJournalReader } from '#journal/lmdb';
import { kinds } from '#kinds';
import type { AlarmTransition, Registry } from '#registry';
import { openSqliteRegistry } from '#registry/sqlite';
import type { LatestReading, OutcomeCount, StorePosition } from '#timeseries';
import { createAlerts, type RunningAlerts } from '../create-alerts.js';
import type { Adapters } from '../open-adapters.js';

const lamppost = kinds.find((kind) => kind.name === 'smart-lamppost')!;
const METRICS = lamppost.metrics.map((metric) => metric.name);

export interface Row {
  readonly device: string;
  readonly time: number;
  readonly sequence: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What the store would say; specs fill it in. */
export class StoreDouble {
  latestReadings: LatestReading[] = [];
  total: OutcomeCount[] = [];
  at: StorePosition | null = null;
  isDown = false;

  latest({ kind }: { readonly kind: string }): Promise<LatestReading[]> {
    if (this.isDown) return Promise.reject(new Error('the store is down'));
    return Promise.resolve(kind === lamppost.name ? this.latestReadings : []);
  }

  outcomes(): Promise<OutcomeCount[]> {
    return Promise.resolve(this.total);
  }

  position(): Promise<StorePosition | null> {
    return Promise.resolve(this.at);
  }
}

/** A broker that takes everything while it is connected. */
export class BusDouble {
  connected = true;
  readonly published: { topic: string; transition: AlarmTransition }[] = [];
  readonly statuses: ServiceStatus[] = [];

  publishDurably(topic: string, payload: string): Promise<void> {
    if (!this.connected) return Promise.reject(new Error('no connection'));
    this.published.push({ topic, transition: JSON.parse(payload) as AlarmTransition });
    return Promise.resolve();
  }

  publishStatus(status: ServiceStatus): void {
    this.statuses.push(status);
  }
}

/** Alerts over a real feed, a real journal and a real registry in a directory of their own. */
export class AlertsBench {
  readonly bus = new BusDouble();
  readonly store = new StoreDouble();
  readonly failures: unknown[] = [];
  /** Wall clock; runs with the system's until it is moved. */
  readonly clock: Clock & { ahead: number } = {
    ahead: 0,
    now: () => systemClock.now() + this.clock.ahead,
    monotonic: () => systemClock.monotonic(),
  };
  alerts!: RunningAlerts;

  private constructor(
    readonly directory: string,
    readonly feed: Journal,
    readonly journal: Journal,
    readonly registry: Registry,
  ) {}

  static async open(): Promise<AlertsBench> {
    const directory = mkdtempSync(join(tmpdir(), 'lamplighter-alerts-'));
    const feed = await openJournal(join(directory, 'feed'));
    const journal = await openJournal(join(directory, 'journal'));
    const registry = await openSqliteRegistry({ path: join(directory, 'registry.sqlite') });
    return new AlertsBench(directory, feed, journal, registry);
  }

  async start(): Promise<void> {
    const feed = await openJournalReader(join(this.directory, 'feed'));
    const journal = await openJournalReader(join(this.directory, 'journal'));
    const adapters = { feed, journal, registry: this.registry, store: this.store as unknown as Adapters['store'] };
    const { bus, clock } = this;
    const logger = pino({ level: 'silent' });
    const running = await createAlerts({
      adapters,
      bus,
      kinds,
      clock,
      logger,
      onFatal: (error) => void this.failures.push(error),
    });
    this.alerts = {
      ...running,
      close: async () => {
        await running.close();
        await feed.close();
        await journal.close();
      },
    };
  }

  async close(): Promise<void> {
    await this.alerts.close();
    await this.feed.close();
    await this.journal.close();
    await this.registry.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async addDevices(...ids: string[]): Promise<void> {
    await this.registry.devices.create(
      ids.map((id) => ({ id, kind: lamppost.name, department: 'hyd', latitude: 22.3, longitude: 114.17 })),
    );
  }

  /** What ingest does with readings of one kind. */
  appendFeed(rows: readonly Row[], source: FeedSource = FEED_SOURCE.live): Promise<void> {
    const builder = new ReadingBatchBuilder(lamppost.name, METRICS);
    for (const row of rows) builder.add(readingOf(row));
    return this.append(encodeReadingBatch(builder.build()), source);
  }

  append(payload: Uint8Array, source: FeedSource = FEED_SOURCE.live): Promise<void> {
    return new Promise((resolve, reject) => {
      this.feed.append({ source, topic: lamppost.name, payload, receivedAt: this.clock.now() }, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  }

  async transitions(): Promise<string[]> {
    const transitions = await this.registry.alarms.transitions(0, 10_000);
    return transitions.map(({ type, snapshot }) => `${type} ${snapshot.rule} ${snapshot.device}`);
  }
}

function readingOf({ device, time, sequence, values }: Row): Reading {
  return {
    device: { id: device, kind: lamppost.name, department: 'hyd', district: 'A', latitude: 22.3, longitude: 114.17 },
    time,
    receivedAt: time,
    boot: null,
    seq: null,
    sequence,
    values: Float64Array.from(METRICS, (metric) => values[metric] ?? NaN),
  };
}
