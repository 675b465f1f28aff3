import { resolve } from 'node:path';
import { type QuotaDefaults, quotaVariable, variable } from '#core';
import { generatePassword, loadOrCreateSecret } from '#identity';
import { type Approvals, approvalSettings } from '#kinds';
import {
  type BusSettings,
  busSettings,
  busVariables,
  type DataDirectory,
  dataDirectory,
  type Environment,
  journalVariables,
  type ProcessSettings,
  processSettings,
  processVariables,
  type QueriesSettings,
  queriesSettings,
  readSettings,
  type RegistrySettings,
  registrySettings,
  registryVariables,
  requireEmbeddedJournal,
  serviceKeyOf,
  storeVariables,
} from '#service';

const DECLARATION = {
  ...processVariables,
  ...journalVariables,
  ...registryVariables,
  ...storeVariables,
  ...busVariables,
  LAMPLIGHTER_HTTP_PORT: variable.integer(3000, { min: 0, max: 65_535 }),
  LAMPLIGHTER_HOST: variable.text('127.0.0.1'),
  LAMPLIGHTER_ADMIN_PASSWORD: variable.optional(),
  LAMPLIGHTER_CONSOLE_DIR: variable.text('dist/apps/console'),
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
};

export interface ApiSettings extends ProcessSettings {
  readonly host: string;
  readonly port: number;
  readonly data: DataDirectory;
  readonly consoleDirectory: string;
  readonly mqttUrl: string;
  readonly registry: RegistrySettings;
  readonly store: QueriesSettings;
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
 * Reads the environment, then the secrets of the data directory, which it makes on first use.
 *
 * @throws LamplighterError `bad-configuration` that names every fault of the environment
 */
export function readApiSettings(environment: Environment): ApiSettings {
  const { adminPassword, bus, ...checked } = checkedSettings(environment);
  const secret = (name: string, make: number | (() => string)): string =>
    loadOrCreateSecret(checked.data.secret(name), make);
  return {
    ...checked,
    mqttUrl: bus.mqttUrl,
    adminPassword: adminPassword ?? secret('admin-password', generatePassword),
    serviceKey: serviceKeyOf(bus),
    pepper: secret('pepper.key', 32),
    sessionKey: secret('session.key', 32),
  };
}

type Secret = 'adminPassword' | 'serviceKey' | 'pepper' | 'sessionKey';
type CheckedSettings = Omit<ApiSettings, Secret | 'mqttUrl'> & {
  readonly adminPassword: string | undefined;
  readonly bus: BusSettings;
};

function checkedSettings(environment: Environment): CheckedSettings {
  return readSettings('The API', environment, DECLARATION, (values, faults) => {
    const data = dataDirectory(values.LAMPLIGHTER_DATA_DIR);
    requireEmbeddedJournal(values, faults);
    return {
      host: values.LAMPLIGHTER_HOST,
      port: values.LAMPLIGHTER_HTTP_PORT,
      data,
      consoleDirectory: resolve(values.LAMPLIGHTER_CONSOLE_DIR),
      registry: registrySettings(values, data, faults),
      store: queriesSettings(values, data, faults),
      bus: busSettings(values, data, faults),
      requestsPerSecond: values.LAMPLIGHTER_HTTP_RATE,
      replaysPerSecond: values.LAMPLIGHTER_REPLAYS_PER_SECOND,
      maxPacketBytes: values.LAMPLIGHTER_MQTT_MAX_PACKET_BYTES,
      behindProxy: values.LAMPLIGHTER_BEHIND_PROXY,
      approvals: approvalSettings(values, faults),
      deviceQuotas: values.LAMPLIGHTER_DEVICE_QUOTA,
      ...processSettings('api', values, data),
      adminPassword: values.LAMPLIGHTER_ADMIN_PASSWORD,
    };
  });
}
