import { hostToReach, LamplighterError, readEnvironment, variable, type VariableParser } from '#core';
import { checkProductionSecrets, loadOrCreateSecret } from '#identity';
import type { DataDirectory } from './data-directory.js';

export type Environment = Readonly<Record<string, string | undefined>>;

type Declaration = Record<string, VariableParser<unknown>>;
type Values<D extends Declaration> = { readonly [K in keyof D]: ReturnType<D[K]> };

/** What every process is told. */
export const processVariables = {
  LAMPLIGHTER_DATA_DIR: variable.text('.lamplighter'),
  LAMPLIGHTER_LOG_LEVEL: variable.oneOf('info', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
};

export const journalVariables = { LAMPLIGHTER_JOURNAL: variable.text('lmdb') };

export const registryVariables = { LAMPLIGHTER_REGISTRY: variable.text('sqlite') };

export const storeVariables = {
  LAMPLIGHTER_TIMESERIES: variable.oneOf('duckdb', ['duckdb', 'influxdb']),
  INFLUX_URL: variable.text(''),
  INFLUX_TOKEN: variable.text(''),
  INFLUX_ORG: variable.text('lamplighter'),
  INFLUX_BUCKET: variable.text('lamplighter'),
};

export const serviceKeyVariables = { LAMPLIGHTER_SERVICE_KEY: variable.optional() };

/** For clients of the broker; the broker itself has a port of its own range. */
export const busVariables = {
  LAMPLIGHTER_HOST: variable.text('127.0.0.1'),
  LAMPLIGHTER_MQTT_PORT: variable.integer(1883, { min: 1, max: 65_535 }),
  LAMPLIGHTER_MQTT_URL: variable.optional(),
  ...serviceKeyVariables,
};

export interface ProcessSettings {
  readonly pidFile: string;
  readonly logLevel: string;
}

export type RegistrySettings =
  { readonly type: 'sqlite'; readonly path: string } | { readonly type: 'postgres'; readonly url: string };

export interface InfluxSettings {
  readonly type: 'influxdb';
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
}

/** For those who only ask the store; with the embedded engine that means asking ingest. */
export type QueriesSettings = { readonly type: 'remote'; readonly socketPath: string } | InfluxSettings;

export interface ServiceKeySettings {
  /** Null: kept in a file of the data directory, made on first use. */
  readonly serviceKey: string | null;
  readonly serviceKeyFile: string;
}

export interface BusSettings extends ServiceKeySettings {
  readonly mqttUrl: string;
}

/**
 * Everything a process is told, checked before anything is opened.
 *
 * @param title beginning of the error's sentence, such as 'Alerts'
 * @param compose makes the settings of the values and adds to the faults; runs only when each variable by itself is good
 * @throws LamplighterError `bad-configuration` that lists all faults at once, weak secrets in production included (THREATS 8)
 */
export function readSettings<const D extends Declaration, S>(
  title: string,
  environment: Environment,
  declaration: D,
  compose: (values: Values<D>, faults: string[]) => S,
): S {
  const values = readEnvironment(declaration, environment);
  const faults = [...checkProductionSecrets(environment)];
  const settings = compose(values, faults);
  if (faults.length > 0)
    throw new LamplighterError('bad-configuration', `${title} cannot be started.\n  ${faults.join('\n  ')}`);
  return settings;
}

export function processSettings(
  service: string,
  values: Values<typeof processVariables>,
  data: DataDirectory,
): ProcessSettings {
  return { pidFile: data.run(`${service}.pid`), logLevel: values.LAMPLIGHTER_LOG_LEVEL };
}

export function requireEmbeddedJournal(values: Values<typeof journalVariables>, faults: string[]): void {
  // The text is not shown: it may hold a password.
  if (values.LAMPLIGHTER_JOURNAL !== 'lmdb')
    faults.push('LAMPLIGHTER_JOURNAL: expected lmdb; this release has no other journal');
}

export function registrySettings(
  { LAMPLIGHTER_REGISTRY: text }: Values<typeof registryVariables>,
  data: DataDirectory,
  faults: string[],
): RegistrySettings {
  if (/^postgres(ql)?:\/\//.test(text)) return { type: 'postgres', url: text };
  // The text is not shown: it may hold a password.
  if (text !== 'sqlite') faults.push('LAMPLIGHTER_REGISTRY: expected sqlite or postgres://...');
  return { type: 'sqlite', path: data.registry };
}

/** Null with the embedded engine. */
export function influxSettings(values: Values<typeof storeVariables>, faults: string[]): InfluxSettings | null {
  if (values.LAMPLIGHTER_TIMESERIES === 'duckdb') return null;
  for (const name of ['INFLUX_URL', 'INFLUX_TOKEN'] as const) {
    if (values[name] === '') faults.push(`${name}: is needed with LAMPLIGHTER_TIMESERIES=influxdb`);
  }
  const { INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket } = values;
  return { type: 'influxdb', url, token, org, bucket };
}

export function queriesSettings(
  values: Values<typeof storeVariables>,
  data: DataDirectory,
  faults: string[],
): QueriesSettings {
  return influxSettings(values, faults) ?? { type: 'remote', socketPath: data.storeSocket };
}

export function serviceKeySettings(
  values: Values<typeof serviceKeyVariables>,
  data: DataDirectory,
): ServiceKeySettings {
  return { serviceKey: values.LAMPLIGHTER_SERVICE_KEY ?? null, serviceKeyFile: data.secret('service.key') };
}

export function busSettings(values: Values<typeof busVariables>, data: DataDirectory, faults: string[]): BusSettings {
  const mqttUrl =
    values.LAMPLIGHTER_MQTT_URL ?? `mqtt://${hostToReach(values.LAMPLIGHTER_HOST)}:${values.LAMPLIGHTER_MQTT_PORT}`;
  if (!URL.canParse(mqttUrl)) faults.push('LAMPLIGHTER_MQTT_URL: expected mqtt://host:port or mqtts://host:port');
  return { mqttUrl, ...serviceKeySettings(values, data) };
}

/**
 * The key with which services log in to the broker; makes its file on first use.
 *
 * @throws LamplighterError `bad-configuration` when the file cannot be read or made
 */
export function serviceKeyOf({ serviceKey, serviceKeyFile }: ServiceKeySettings): string {
  return serviceKey ?? loadOrCreateSecret(serviceKeyFile, 32);
}
