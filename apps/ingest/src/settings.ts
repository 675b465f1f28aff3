import { join, resolve } from 'node:path';
import { LamplighterError, readEnvironment, variable } from '#core';
import { checkProductionSecrets } from '#identity';
import type { TimePolicy } from './stages/time-policy.stage.js';

const DAY_MS = 86_400_000;

const DECLARATION = {
  LAMPLIGHTER_DATA_DIR: variable.text('.lamplighter'),
  LAMPLIGHTER_JOURNAL: variable.text('lmdb'),
  LAMPLIGHTER_REGISTRY: variable.text('sqlite'),
  LAMPLIGHTER_TIMESERIES: variable.oneOf('duckdb', ['duckdb', 'influxdb']),
  INFLUX_URL: variable.text(''),
  INFLUX_TOKEN: variable.text(''),
  INFLUX_ORG: variable.text('lamplighter'),
  INFLUX_BUCKET: variable.text('lamplighter'),
  LAMPLIGHTER_MQTT_PORT: variable.integer(1883, { min: 1, max: 65_535 }),
  LAMPLIGHTER_MQTT_URL: variable.optional(),
  LAMPLIGHTER_SERVICE_KEY: variable.optional(),
  LAMPLIGHTER_MAX_AGE_DAYS: variable.integer(7, { min: 0, max: 36_500 }),
  LAMPLIGHTER_MAX_FUTURE_MS: variable.integer(300_000, { min: 0, max: 10 * 365 * DAY_MS }),
  LAMPLIGHTER_FEED_MAX_BYTES: variable.integer(4 * 2 ** 30, { min: 2 ** 20, max: 2 ** 50 }),
  LAMPLIGHTER_FEED_RETAIN_BYTES: variable.integer(256 * 2 ** 20, { min: 0, max: 2 ** 50 }),
  LAMPLIGHTER_BATCH_MESSAGES: variable.integer(8_192, { min: 1, max: 65_536 }),
  LAMPLIGHTER_LOG_LEVEL: variable.oneOf('info', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
};

export type StoreSettings =
  | { readonly type: 'duckdb'; readonly path: string; readonly socketPath: string }
  | {
      readonly type: 'influxdb';
      readonly url: string;
      readonly token: string;
      readonly org: string;
      readonly bucket: string;
    };

export interface IngestSettings {
  readonly journalDirectory: string;
  readonly feed: { readonly directory: string; readonly maxBytes: number; readonly retainBytes: number };
  readonly registry:
    { readonly type: 'sqlite'; readonly path: string } | { readonly type: 'postgres'; readonly url: string };
  readonly store: StoreSettings;
  readonly timePolicy: TimePolicy;
  /** Messages of one batch at most. */
  readonly batchMessages: number;
  readonly mqttUrl: string;
  /** Null: kept in a file of the data directory, made on first use. */
  readonly serviceKey: string | null;
  readonly serviceKeyFile: string;
  readonly pidFile: string;
  readonly logLevel: string;
}

/**
 * Everything the process is told, checked before anything is opened.
 *
 * @throws LamplighterError `bad-configuration` that lists all faults at once
 */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): IngestSettings {
  const values = readEnvironment(DECLARATION, environment);
  const data = resolve(values.LAMPLIGHTER_DATA_DIR);
  const run = join(data, 'run');
  const faults = [...checkProductionSecrets(environment)];
  if (values.LAMPLIGHTER_JOURNAL !== 'lmdb') faults.push('LAMPLIGHTER_JOURNAL: expected lmdb');
  const settings: IngestSettings = {
    journalDirectory: join(data, 'journal'),
    feed: {
      directory: join(data, 'feed'),
      maxBytes: values.LAMPLIGHTER_FEED_MAX_BYTES,
      retainBytes: values.LAMPLIGHTER_FEED_RETAIN_BYTES,
    },
    registry: registryOf(values.LAMPLIGHTER_REGISTRY, data, faults),
    store: storeOf(values, data, run, faults),
    timePolicy: { maxAgeMs: values.LAMPLIGHTER_MAX_AGE_DAYS * DAY_MS, maxFutureMs: values.LAMPLIGHTER_MAX_FUTURE_MS },
    batchMessages: values.LAMPLIGHTER_BATCH_MESSAGES,
    mqttUrl: values.LAMPLIGHTER_MQTT_URL ?? `mqtt://127.0.0.1:${values.LAMPLIGHTER_MQTT_PORT}`,
    serviceKey: values.LAMPLIGHTER_SERVICE_KEY ?? null,
    serviceKeyFile: join(data, 'secrets', 'service.key'),
    pidFile: join(run, 'ingest.pid'),
    logLevel: values.LAMPLIGHTER_LOG_LEVEL,
  };
  if (!URL.canParse(settings.mqttUrl))
    faults.push('LAMPLIGHTER_MQTT_URL: expected mqtt://host:port or mqtts://host:port');
  if (faults.length > 0)
    throw new LamplighterError('bad-configuration', `Ingest cannot be started.\n  ${faults.join('\n  ')}`);
  return settings;
}

function registryOf(text: string, data: string, faults: string[]): IngestSettings['registry'] {
  if (/^postgres(ql)?:\/\//.test(text)) return { type: 'postgres', url: text };
  if (text !== 'sqlite') faults.push('LAMPLIGHTER_REGISTRY: expected sqlite or postgres://...');
  return { type: 'sqlite', path: join(data, 'registry.sqlite') };
}

function storeOf(
  values: {
    LAMPLIGHTER_TIMESERIES: 'duckdb' | 'influxdb';
    INFLUX_URL: string;
    INFLUX_TOKEN: string;
    INFLUX_ORG: string;
    INFLUX_BUCKET: string;
  },
  data: string,
  run: string,
  faults: string[],
): StoreSettings {
  if (values.LAMPLIGHTER_TIMESERIES === 'duckdb') {
    return { type: 'duckdb', path: join(data, 'telemetry.duckdb'), socketPath: join(run, 'store.sock') };
  }
  for (const name of ['INFLUX_URL', 'INFLUX_TOKEN'] as const) {
    if (values[name] === '') faults.push(`${name}: is needed with LAMPLIGHTER_TIMESERIES=influxdb`);
  }
  const { INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket } = values;
  return { type: 'influxdb', url, token, org, bucket };
}
