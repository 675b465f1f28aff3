import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type Clock, encodeReplay, replayedLetter, replayTopic, type ServiceStatus, systemClock } from '#core';
import { PATIENCE_MS, until } from '#core/testing';
import { builtInTypes, type ManagedTranscoder, type Transcoder } from '#device-types';
import type { Journal } from '#journal';
import { openJournal } from '#journal/lmdb';
import { type Approvals, kinds } from '#kinds';
import type { Registry } from '#registry';
import { openSqliteRegistry } from '#registry/sqlite';
import { FollowedRegistry } from '#registry/testing';
import { type StoredDeadLetter, storeSchemaOf, type TelemetryStore } from '#timeseries';
import { DuckDbTelemetryStore } from '#timeseries/duckdb';
import { DeviceTypes } from '../devices/device-types.js';
import { DERIVE_CONSUMER } from '../derived/derive.js';
import { createIngest, type IngestParts, type RunningIngest } from '../create-ingest.js';

export const DAY_MS = 86_400_000;

export interface SentReport {
  readonly topic: string;
  readonly report: { readonly code: string; readonly pointer: string } & Record<string, unknown>;
}

export interface RigOptions {
  readonly clock?: Clock;
  readonly maxAgeMs?: number;
  readonly maxFutureMs?: number;
  readonly batchMessages?: number;
  /** What device types make of payloads; without it there are no device types. */
  readonly transcoder?: Pick<Transcoder, 'find' | 'decode' | 'map'>;
  readonly approvals?: Approvals;
  /** Stands between ingest and the store. */
  readonly wrapStore?: (store: TelemetryStore) => TelemetryStore;
}

/** Ingest over the real embedded engines, with the broker's part played by the test: it appends to the journal. */
export class IngestRig {
  readonly reports: SentReport[] = [];
  readonly statuses: ServiceStatus[] = [];
  readonly fatal: unknown[] = [];
  private running: RunningIngest | null = null;
  private followed!: FollowedRegistry;

  private constructor(
    private readonly directory: string,
    private readonly options: RigOptions,
    readonly journal: Journal,
    readonly feed: Journal,
    readonly registry: Registry,
    readonly store: TelemetryStore,
  ) {}

  static async open(options: RigOptions = {}): Promise<IngestRig> {
    const directory = mkdtempSync(join(tmpdir(), 'ingest-'));
    const registry = await openSqliteRegistry({ path: join(directory, 'registry.sqlite') });
    const store = await DuckDbTelemetryStore.open({
      path: join(directory, 'telemetry.duckdb'),
      schema: storeSchemaOf(kinds),
      threads: 1,
    });
    const journal = await openJournal(join(directory, 'journal'));
    const feed = await openJournal(join(directory, 'feed'), { retain: { bytes: 1 << 20 } });
    return new IngestRig(directory, options, journal, feed, registry, store);
  }

  get ingest(): RunningIngest {
    if (this.running === null) throw new Error('ingest is not running');
    return this.running;
  }

  async start(): Promise<void> {
    const { maxAgeMs = 7 * DAY_MS, maxFutureMs = 300_000, wrapStore = (store) => store } = this.options;
    this.followed = new FollowedRegistry(this.registry);
    const { registry } = this.followed;
    const parts: IngestParts = {
      adapters: { journal: this.journal, feed: this.feed, registry, store: wrapStore(this.store) },
      ...this.typesOf(this.options.transcoder ?? NO_DEVICE_TYPES),
      bus: {
        connected: true,
        publish: (topic, payload) => this.reports.push({ topic, report: JSON.parse(payload) as SentReport['report'] }),
        publishStatus: (status) => this.statuses.push(status),
      },
      timePolicy: { maxAgeMs, maxFutureMs },
      batchMessages: this.options.batchMessages ?? 8_192,
      approvals: this.options.approvals ?? new Map(),
      deadLetterDays: 90,
      clock: this.options.clock ?? systemClock,
      logger: pino({ level: process.env.LAMPLIGHTER_LOG_LEVEL ?? 'silent' }),
      random: () => 0,
      onFatal: (error) => this.fatal.push(error),
    };
    this.running = await createIngest(parts);
  }

  /** A transcoder whose types are managed gets those of the release and of the registry, as in the process. */
  private typesOf(transcoder: NonNullable<RigOptions['transcoder']>): Pick<IngestParts, 'transcoder' | 'deviceTypes'> {
    const logger = pino({ level: 'silent' });
    if (!('use' in transcoder)) return { transcoder, deviceTypes: { load: () => Promise.resolve() } };
    const deviceTypes = new DeviceTypes(this.registry, transcoder as ManagedTranscoder, builtInTypes(), logger);
    return { transcoder, deviceTypes };
  }

  async stop(): Promise<void> {
    await this.running?.close();
    this.running = null;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.feed.close();
    await this.journal.close();
    await this.store.close();
    await this.registry.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async register(...ids: string[]): Promise<void> {
    await this.registry.devices.create(
      ids.map((id) => ({ id, kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.17 })),
    );
  }

  /** Journals messages as the broker does; resolves when they are durable. */
  async publish(device: string, ...payloads: readonly unknown[]): Promise<void> {
    await Promise.all(payloads.map((payload) => this.append(device, telemetryTopic(device), payload)));
  }

  append(
    source: string,
    topic: string,
    payload: unknown,
    receivedAt = (this.options.clock ?? systemClock).now(),
  ): Promise<void> {
    const bytes =
      payload instanceof Uint8Array
        ? payload
        : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    return new Promise((resolve, reject) => {
      this.journal.append({ source, topic, payload: bytes, receivedAt }, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  }

  /** Journals dead letters as a replay job of the API does. */
  async replay(letters: readonly StoredDeadLetter[], job = 'job'): Promise<void> {
    await Promise.all(
      letters.map((letter) =>
        this.append(letter.source, replayTopic(letter.source), encodeReplay(replayedLetter(letter, job))),
      ),
    );
    await this.drained();
  }

  /** Letters that nobody has resolved, oldest first. */
  async openLetters(): Promise<readonly StoredDeadLetter[]> {
    const { deadLetters } = await this.store.deadLetters({ departments: null, open: true, limit: 1_000 });
    return [...deadLetters].reverse();
  }

  /** Waits until everything journalled is in the store. */
  async drained(): Promise<void> {
    const { nextSequence: journalled } = this.journal.state();
    const stored = async (): Promise<number> => {
      if (this.fatal.length > 0) throw this.fatal[0];
      return (await this.store.position('ingest'))?.nextSequence ?? 0;
    };
    await until(`${journalled} messages to be in the store`, stored, (position) => position >= journalled);
  }

  /** Waits until everything in the store has been looked at for what is derived from it. */
  async derived(): Promise<void> {
    await this.drained();
    await until(
      'the feed to be read for what is derived',
      async () => (await this.feed.consumer(DERIVE_CONSUMER)).backlog(),
      (backlog) => backlog === 0,
      { everyMs: 20, withinMs: 2 * PATIENCE_MS },
    );
  }

  /** Waits until ingest has taken in every change of the registry so far. */
  changesSeen(): Promise<void> {
    return this.followed.changesSeen();
  }

  /** Outcomes in all, and what the ledger cannot account for. */
  async ledger(): Promise<{
    stored: number;
    duplicates: number;
    deadLetters: Record<string, number>;
    unaccounted: number;
  }> {
    const [total] = await this.store.outcomes({ groupBy: 'total' });
    const { stored, duplicates, deadLetters } = total!;
    const refused = Object.values(deadLetters).reduce((sum, count) => sum + count, 0);
    return {
      stored,
      duplicates,
      deadLetters: { ...deadLetters },
      unaccounted: this.journal.state().nextSequence - stored - duplicates - refused,
    };
  }

  /** `[time, metric, value]` of everything stored of a lamppost. */
  async values(device: string): Promise<[number, string, number][]> {
    const page = await this.store.history({
      kind: 'smart-lamppost',
      devices: [device],
      metrics: [],
      from: -8e15,
      to: 8e15,
      limit: 100_000,
    });
    return page.values.map(({ time, metric, value }) => [time, metric, value]);
  }
}

const NO_DEVICE_TYPES: Pick<Transcoder, 'find' | 'decode' | 'map'> = {
  find: () => undefined,
  decode: () => Promise.reject(new Error('there are no device types')),
  map: () => ({ readings: [], rejections: [], warnings: [] }),
};

export function telemetryTopic(device: string): string {
  return `city/hyd/smart-lamppost/${device}/telemetry`;
}
