import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { systemClock } from '#core';
import type { Clock } from '#core';
import type { Journal } from '#journal';
import { openJournal } from '#journal/lmdb';
import { DEPARTMENTS, kinds } from '#kinds';
import type { NewDevice, Registry } from '#registry';
import { openSqliteRegistry } from '#registry/sqlite';
import { storeSchemaOf } from '#timeseries';
import type { TelemetryQueries, TelemetryStore } from '#timeseries';
import { DuckDbTelemetryStore } from '#timeseries/duckdb';
import { createApi } from '../src/application.js';
import { readApiSettings } from '../src/environment.js';
import type { ApiSettings } from '../src/environment.js';
import { ApiMetrics } from '../src/health/api-metrics.js';
import { LazyJournalReader } from '../src/journal/lazy-journal-reader.js';
import type { StreamLimits } from '../src/streams/stream-limits.js';
import type { ServiceBus } from '../src/ports.js';
import { FakeServiceBus } from './service-bus.fake.js';

export const PASSWORD = 'correct horse battery staple';

export interface HarnessOptions {
  readonly settings?: Partial<ApiSettings>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly streamLimits?: StreamLimits;
  /** Engines that another service of the test has open; they stay open. By default they are opened here. */
  readonly engines?: Engines;
  /** In place of the stand-in for the broker. */
  readonly bus?: ServiceBus;
  /** Wraps the store, to observe or disturb it. */
  readonly telemetry?: (store: TelemetryStore) => TelemetryQueries;
}

export interface Engines {
  readonly registry: Registry;
  readonly store: TelemetryStore;
  readonly journal: Journal;
  readonly feed: Journal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  readonly body: any;
}

export interface Ask {
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The API over real embedded engines in a folder of its own; only the broker is a stand-in. */
export interface Harness {
  readonly app: NestFastifyApplication;
  readonly registry: Registry;
  readonly store: TelemetryStore;
  readonly journal: Journal;
  readonly feed: Journal;
  readonly bus: FakeServiceBus;
  readonly settings: ApiSettings;
  /** Address of the server, on a free port. */
  readonly url: string;
  readonly directory: string;
  /** `as` is an Authorization header; the administrator's without it, none when ''. */
  ask(method: string, url: string, ask?: Ask): Promise<Answer>;
  close(): Promise<void>;
}

export const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
export const ADMIN = basic('admin', PASSWORD);

export async function startApi(options: HarnessOptions = {}): Promise<Harness> {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-api-'));
  const environment = {
    LAMPLIGHTER_DATA_DIR: directory,
    LAMPLIGHTER_ADMIN_PASSWORD: PASSWORD,
    LAMPLIGHTER_HTTP_RATE: '0',
  };
  const settings: ApiSettings = {
    ...readApiSettings(environment),
    consoleDirectory: join(directory, 'console'),
    ...options.settings,
  };
  const engines = options.engines ?? (await openEngines(directory));
  const { registry, store, journal, feed } = engines;
  const bus = new FakeServiceBus();
  const app = await createApi({
    settings,
    adapters: {
      registry,
      telemetry: options.telemetry?.(store) ?? store,
      journal: new LazyJournalReader(async () => journal),
      feed: new LazyJournalReader(async () => feed),
      bus: options.bus ?? bus,
      clock: options.clock ?? systemClock,
      close: async () => undefined,
    },
    logger: options.logger ?? pino({ level: 'silent' }),
    metrics: new ApiMetrics(),
    ...(options.streamLimits === undefined ? {} : { streamLimits: options.streamLimits }),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = (await app.getUrl()).replace('localhost', '127.0.0.1');
  const close = async (): Promise<void> => {
    await app.close();
    if (options.engines === undefined) {
      await feed.close();
      await journal.close();
      await store.close();
      await registry.close();
    }
    rmSync(directory, { recursive: true, force: true });
  };
  return { app, registry, store, journal, feed, bus, settings, url, directory, ask: asker(url), close };
}

async function openEngines(directory: string): Promise<Engines> {
  return {
    registry: await openSqliteRegistry({ path: join(directory, 'registry.sqlite'), departments: DEPARTMENTS }),
    store: await DuckDbTelemetryStore.open({
      path: join(directory, 'telemetry.duckdb'),
      schema: storeSchemaOf(kinds),
      threads: 1,
    }),
    journal: await openJournal(join(directory, 'journal')),
    feed: await openJournal(join(directory, 'feed'), { retain: { bytes: 1 << 24 } }),
  };
}

function asker(base: string): Harness['ask'] {
  return (method, url, { as = ADMIN, body, headers = {} } = {}) => {
    const json = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
    const payload = json ? JSON.stringify(body) : (body as string | Buffer | undefined);
    const all = {
      ...(as === '' ? {} : { authorization: as }),
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...(payload === undefined ? {} : { 'content-length': String(Buffer.byteLength(payload)) }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const asked = request(new URL(url, base), { method, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve(answerOf(response.statusCode!, response.headers, Buffer.concat(chunks).toString('utf8'))),
        );
        response.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(payload);
    });
  };
}

function answerOf(status: number, headers: Answer['headers'], text: string): Answer {
  const isJson = /json/.test(String(headers['content-type'] ?? ''));
  return { status, headers, text, body: isJson && text !== '' ? JSON.parse(text) : undefined };
}

export const lamppost = (id: string, change: Partial<NewDevice> = {}): NewDevice => ({
  id,
  kind: 'smart-lamppost',
  department: 'hyd',
  latitude: 22.2819,
  longitude: 114.1589,
  ...change,
});
