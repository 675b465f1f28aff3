import { join, resolve } from 'node:path';
import { LamplighterError, readEnvironment, variable } from '#core';
import { checkProductionSecrets } from '#identity';

const DECLARATION = {
  LAMPLIGHTER_DATA_DIR: variable.text('.lamplighter'),
  LAMPLIGHTER_REGISTRY: variable.text('sqlite'),
  LAMPLIGHTER_TIMESERIES: variable.oneOf('duckdb', ['duckdb', 'influxdb']),
  INFLUX_URL: variable.text(''),
  INFLUX_TOKEN: variable.text(''),
  INFLUX_ORG: variable.text('lamplighter'),
  INFLUX_BUCKET: variable.text('lamplighter'),
  LAMPLIGHTER_MQTT_PORT: variable.integer(1883, { min: 1, max: 65_535 }),
  LAMPLIGHTER_MQTT_URL: variable.optional(),
  LAMPLIGHTER_SERVICE_KEY: variable.optional(),
  LAMPLIGHTER_LOG_LEVEL: variable.oneOf('info', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
};

export type StoreSettings =
  | { readonly type: 'remote'; readonly socketPath: string }
  | {
      readonly type: 'influxdb';
      readonly url: string;
      readonly token: string;
      readonly org: string;
      readonly bucket: string;
    };

export interface AlertsSettings {
  readonly feedDirectory: string;
  readonly journalDirectory: string;
  readonly registry:
    { readonly type: 'sqlite'; readonly path: string } | { readonly type: 'postgres'; readonly url: string };
  readonly store: StoreSettings;
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
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): AlertsSettings {
  const values = readEnvironment(DECLARATION, environment);
  const data = resolve(values.LAMPLIGHTER_DATA_DIR);
  const run = join(data, 'run');
  const faults = [...checkProductionSecrets(environment)];
  const settings: AlertsSettings = {
    feedDirectory: join(data, 'feed'),
    journalDirectory: join(data, 'journal'),
    registry: registryOf(values.LAMPLIGHTER_REGISTRY, data, faults),
    store: storeOf(values, run, faults),
    mqttUrl: values.LAMPLIGHTER_MQTT_URL ?? `mqtt://127.0.0.1:${values.LAMPLIGHTER_MQTT_PORT}`,
    serviceKey: values.LAMPLIGHTER_SERVICE_KEY ?? null,
    serviceKeyFile: join(data, 'secrets', 'service.key'),
    pidFile: join(run, 'alerts.pid'),
    logLevel: values.LAMPLIGHTER_LOG_LEVEL,
  };
  if (!URL.canParse(settings.mqttUrl))
    faults.push('LAMPLIGHTER_MQTT_URL: expected mqtt://host:port or mqtts://host:port');
  if (faults.length > 0)
    throw new LamplighterError('bad-configuration', `Alerts cannot be started.\n  ${faults.join('\n  ')}`);
  return settings;
}

function registryOf(text: string, data: string, faults: string[]): AlertsSettings['registry'] {
  if (/^postgres(ql)?:\/\//.test(text)) return { type: 'postgres', url: text };
  if (text !== 'sqlite') faults.push('LAMPLIGHTER_REGISTRY: expected sqlite or postgres://...');
  return { type: 'sqlite', path: join(data, 'registry.sqlite') };
}

function storeOf(
  values: Record<'LAMPLIGHTER_TIMESERIES' | 'INFLUX_URL' | 'INFLUX_TOKEN' | 'INFLUX_ORG' | 'INFLUX_BUCKET', string>,
  run: string,
  faults: string[],
): StoreSettings {
  if (values.LAMPLIGHTER_TIMESERIES === 'duckdb') return { type: 'remote', socketPath: join(run, 'store.sock') };
  for (const name of ['INFLUX_URL', 'INFLUX_TOKEN'] as const) {
    if (values[name] === '') faults.push(`${name}: is needed with LAMPLIGHTER_TIMESERIES=influxdb`);
  }
  const { INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket } = values;
  return { type: 'influxdb', url, token, org, bucket };
}
