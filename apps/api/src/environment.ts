import { resolve } from 'node:path';
import { LamplighterError, quotaVariable, readEnvironment, variable } from '#core';
import type { QuotaDefaults } from '#core';
import { checkProductionSecrets, generatePassword, loadOrCreateSecret } from '#identity';
import { type Approvals, kinds, readApprovals } from '#kinds';
import { dataDirectory, type Environment, type ProcessSettings, processSettings, processVariables } from '#service';

const DECLARATION = {
  ...processVariables,
  LAMPLIGHTER_HTTP_PORT: variable.integer(3000, { min: 0, max: 65_535 }),
  LAMPLIGHTER_HOST: variable.text('127.0.0.1'),
  LAMPLIGHTER_ADMIN_PASSWORD: variable.optional(),
  LAMPLIGHTER_SERVICE_KEY: variable.optional(),
  LAMPLIGHTER_CONSOLE_DIR: variable.text('dist/apps/console'),
  LAMPLIGHTER_MQTT_URL: variable.optional(),
  LAMPLIGHTER_MQTT_PORT: variable.integer(1883, { min: 0, max: 65_535 }),
  LAMPLIGHTER_REGISTRY: variable.text('sqlite'),
  LAMPLIGHTER_TIMESERIES: variable.oneOf('duckdb', ['duckdb', 'influxdb']),
  LAMPLIGHTER_JOURNAL: variable.text('lmdb'),
  /** Requests a second of one address, on average; 0 for no limit. */
  LAMPLIGHTER_HTTP_RATE: variable.integer(500, { min: 0, max: 1_000_000 }),
  /** Dead letters a second that a replay sends at most. */
  LAMPLIGHTER_REPLAYS_PER_SECOND: variable.integer(500, { min: 1, max: 100_000 }),
  /** As the broker has it: a letter that does not fit cannot be replayed. */
  LAMPLIGHTER_MQTT_MAX_PACKET_BYTES: variable.integer(256 * 1024, { min: 1_024, max: 64 * 2 ** 20 }),
  /** Set behind a proxy that terminates TLS: cookies get `Secure`, and the proxy's X-Forwarded-For is believed. */
  LAMPLIGHTER_BEHIND_PROXY: variable.flag(),
  /** References of recorded approvals by kind, such as `journey-time=PIA/2026/3`. */
  LAMPLIGHTER_APPROVED_KINDS: variable.text(''),
  LAMPLIGHTER_DEVICE_QUOTA: quotaVariable(),
  INFLUX_URL: variable.optional(),
  INFLUX_TOKEN: variable.optional(),
  INFLUX_ORG: variable.text('lamplighter'),
  INFLUX_BUCKET: variable.text('lamplighter'),
};

export interface ApiSettings extends ProcessSettings {
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly consoleDirectory: string;
  readonly mqttUrl: string;
  readonly registry: string;
  readonly timeseries: 'duckdb' | 'influxdb';
  readonly influx: {
    readonly url: string;
    readonly token: string;
    readonly org: string;
    readonly bucket: string;
  } | null;
  readonly requestsPerSecond: number;
  readonly replaysPerSecond: number;
  readonly maxPacketBytes: number;
  readonly behindProxy: boolean;
  /** Of kinds that could identify people (THREATS 40). */
  readonly approvals: Approvals;
  /** Of devices that have no quota of their own. */
  readonly deviceQuotas: QuotaDefaults;
  readonly adminPassword: string;
  readonly serviceKey: string;
  /** HMAC key of device and API keys. */
  readonly pepper: string;
  /** HMAC key of session cookies. */
  readonly sessionKey: string;
}

/**
 * Reads the environment and the secrets of the data directory, which it makes on first use.
 * @throws LamplighterError `bad-configuration` that names every fault of the environment
 */
export function readApiSettings(environment: Environment): ApiSettings {
  const read = readEnvironment(DECLARATION, environment);
  const { approvals, faults } = readApprovals(read.LAMPLIGHTER_APPROVED_KINDS, kinds);
  const approvalFaults = faults.map((fault) => `LAMPLIGHTER_APPROVED_KINDS: ${fault}`);
  refuse([...faultsOf(read), ...approvalFaults, ...checkProductionSecrets(environment)]);
  const data = dataDirectory(read.LAMPLIGHTER_DATA_DIR);
  const secret = (name: string, make: number | (() => string)): string => loadOrCreateSecret(data.secret(name), make);
  return {
    host: read.LAMPLIGHTER_HOST,
    port: read.LAMPLIGHTER_HTTP_PORT,
    dataDirectory: data.path,
    consoleDirectory: resolve(read.LAMPLIGHTER_CONSOLE_DIR),
    mqttUrl: read.LAMPLIGHTER_MQTT_URL ?? `mqtt://127.0.0.1:${read.LAMPLIGHTER_MQTT_PORT}`,
    registry: read.LAMPLIGHTER_REGISTRY,
    timeseries: read.LAMPLIGHTER_TIMESERIES,
    influx: influxOf(read),
    requestsPerSecond: read.LAMPLIGHTER_HTTP_RATE,
    replaysPerSecond: read.LAMPLIGHTER_REPLAYS_PER_SECOND,
    maxPacketBytes: read.LAMPLIGHTER_MQTT_MAX_PACKET_BYTES,
    behindProxy: read.LAMPLIGHTER_BEHIND_PROXY,
    approvals,
    deviceQuotas: read.LAMPLIGHTER_DEVICE_QUOTA,
    ...processSettings('api', read, data),
    adminPassword: read.LAMPLIGHTER_ADMIN_PASSWORD ?? secret('admin-password', generatePassword),
    serviceKey: read.LAMPLIGHTER_SERVICE_KEY ?? secret('service.key', 32),
    pepper: secret('pepper.key', 32),
    sessionKey: secret('session.key', 32),
  };
}

type Read = ReturnType<typeof readEnvironment<typeof DECLARATION>>;

function faultsOf(read: Read): string[] {
  const faults: string[] = [];
  if (read.LAMPLIGHTER_JOURNAL !== 'lmdb')
    faults.push('LAMPLIGHTER_JOURNAL: expected lmdb; this release has no other journal');
  if (read.LAMPLIGHTER_REGISTRY !== 'sqlite' && !/^postgres(ql)?:\/\//.test(read.LAMPLIGHTER_REGISTRY)) {
    faults.push('LAMPLIGHTER_REGISTRY: expected sqlite or postgres://...');
  }
  if (
    read.LAMPLIGHTER_TIMESERIES === 'influxdb' &&
    (read.INFLUX_URL === undefined || read.INFLUX_TOKEN === undefined)
  ) {
    faults.push('INFLUX_URL and INFLUX_TOKEN: needed with LAMPLIGHTER_TIMESERIES=influxdb');
  }
  return faults;
}

function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new LamplighterError('bad-configuration', `The environment cannot be used.\n  ${faults.join('\n  ')}`);
}

function influxOf(read: Read): ApiSettings['influx'] {
  if (read.LAMPLIGHTER_TIMESERIES !== 'influxdb') return null;
  return { url: read.INFLUX_URL!, token: read.INFLUX_TOKEN!, org: read.INFLUX_ORG, bucket: read.INFLUX_BUCKET };
}
