import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quotaVariable, type readEnvironment, variable } from '#core';
import { type Approvals, approvalSettings } from '#kinds';
import {
  type DataDirectory,
  dataDirectory,
  type Environment,
  journalVariables,
  type ProcessSettings,
  processSettings,
  processVariables,
  readSettings,
  type RegistrySettings,
  registrySettings,
  registryVariables,
  requireEmbeddedJournal,
  type ServiceKeySettings,
  serviceKeySettings,
  serviceKeyVariables,
} from '#service';
import { type BrokerSettings, DEFAULT_LIMITS, type TlsSettings } from './broker-settings.js';
import { SERVICE } from './status/broker-status.js';

const port = { min: 0, max: 65_535 };

const DECLARATION = {
  ...processVariables,
  ...registryVariables,
  ...serviceKeyVariables,
  LAMPLIGHTER_HOST: variable.text('127.0.0.1'),
  LAMPLIGHTER_MQTT_PORT: variable.integer(1883, port),
  LAMPLIGHTER_MQTTS_PORT: variable.integer(8883, port),
  /** A WebSocket listener of the broker's own; 0 leaves WebSocket to the HTTP port of the API. */
  LAMPLIGHTER_MQTT_WS_PORT: variable.integer(0, port),
  LAMPLIGHTER_MQTT_OPEN: variable.flag(),
  LAMPLIGHTER_TLS_CERT: variable.optional(),
  LAMPLIGHTER_TLS_KEY: variable.optional(),
  LAMPLIGHTER_TLS_CA: variable.optional(),
  ...journalVariables,
  LAMPLIGHTER_JOURNAL_MAX_BYTES: variable.integer(4 * 2 ** 30, { min: 2 ** 20, max: 2 ** 50 }),
  LAMPLIGHTER_MQTT_MAX_CONNECTIONS: variable.integer(DEFAULT_LIMITS.maxConnections, { min: 1, max: 1_000_000 }),
  LAMPLIGHTER_MQTT_MAX_PER_ADDRESS: variable.integer(DEFAULT_LIMITS.maxConnectionsPerAddress, {
    min: 1,
    max: 1_000_000,
  }),
  LAMPLIGHTER_MQTT_RATE: variable.integer(DEFAULT_LIMITS.messagesPerSecond, { min: 1, max: 1_000_000 }),
  LAMPLIGHTER_DEVICE_QUOTA: quotaVariable(),
  LAMPLIGHTER_MQTT_MAX_PACKET_BYTES: variable.integer(DEFAULT_LIMITS.maxPacketBytes, { min: 1_024, max: 64 * 2 ** 20 }),
  LAMPLIGHTER_APPROVED_KINDS: variable.text(''),
};

export interface BrokerConfiguration extends ProcessSettings, ServiceKeySettings {
  readonly settings: BrokerSettings;
  readonly registry: RegistrySettings;
  readonly journal: { readonly directory: string; readonly maxBytes: number };
  readonly pepperFile: string;
}

/**
 * Everything the process is told, checked before anything is opened.
 *
 * @throws LamplighterError `bad-configuration` that lists all faults at once, weak secrets in production included (THREATS 8)
 */
export function configurationOf(environment: Environment): BrokerConfiguration {
  return readSettings('The broker', environment, DECLARATION, (values, faults) => {
    const data = dataDirectory(values.LAMPLIGHTER_DATA_DIR);
    requireEmbeddedJournal(values, faults);
    const tls = tlsOf(values, data.path, faults);
    return {
      settings: brokerSettings(values, data, tls, approvalSettings(values, faults)),
      registry: registrySettings(values, data, faults),
      journal: { directory: data.journal, maxBytes: values.LAMPLIGHTER_JOURNAL_MAX_BYTES },
      pepperFile: data.secret('pepper.key'),
      ...serviceKeySettings(values, data),
      ...processSettings(SERVICE, values, data),
    };
  });
}

type Values = ReturnType<typeof readEnvironment<typeof DECLARATION>>;

function brokerSettings(
  values: Values,
  data: DataDirectory,
  tls: TlsSettings | null,
  approvals: Approvals,
): BrokerSettings {
  return {
    host: values.LAMPLIGHTER_HOST,
    port: values.LAMPLIGHTER_MQTT_PORT,
    tls,
    webSocketPath: data.run('mqtt-ws.sock'),
    webSocketPort: values.LAMPLIGHTER_MQTT_WS_PORT === 0 ? null : values.LAMPLIGHTER_MQTT_WS_PORT,
    dataDirectory: data.path,
    open: values.LAMPLIGHTER_MQTT_OPEN,
    approvals,
    limits: {
      ...DEFAULT_LIMITS,
      maxConnections: values.LAMPLIGHTER_MQTT_MAX_CONNECTIONS,
      maxConnectionsPerAddress: values.LAMPLIGHTER_MQTT_MAX_PER_ADDRESS,
      messagesPerSecond: values.LAMPLIGHTER_MQTT_RATE,
      messageBurst: values.LAMPLIGHTER_MQTT_RATE * 2,
      maxPacketBytes: values.LAMPLIGHTER_MQTT_MAX_PACKET_BYTES,
      deviceQuotas: values.LAMPLIGHTER_DEVICE_QUOTA,
    },
  };
}

/** TLS is on when a certificate is named, or lies in the data directory. */
function tlsOf(
  values: {
    LAMPLIGHTER_TLS_CERT: string | undefined;
    LAMPLIGHTER_TLS_KEY: string | undefined;
    LAMPLIGHTER_TLS_CA: string | undefined;
    LAMPLIGHTER_MQTTS_PORT: number;
  },
  data: string,
  faults: string[],
): TlsSettings | null {
  const certPath = values.LAMPLIGHTER_TLS_CERT ?? present(join(data, 'tls', 'cert.pem'));
  const keyPath = values.LAMPLIGHTER_TLS_KEY ?? present(join(data, 'tls', 'key.pem'));
  const caPath = values.LAMPLIGHTER_TLS_CA ?? present(join(data, 'tls', 'ca.pem'));
  if (certPath === undefined && keyPath === undefined) {
    if (values.LAMPLIGHTER_TLS_CA !== undefined)
      faults.push('LAMPLIGHTER_TLS_CA: needs LAMPLIGHTER_TLS_CERT and LAMPLIGHTER_TLS_KEY as well');
    return null;
  }
  if (certPath === undefined) faults.push('LAMPLIGHTER_TLS_CERT: is missing beside the key');
  if (keyPath === undefined) faults.push('LAMPLIGHTER_TLS_KEY: is missing beside the certificate');
  const cert = fileOf('LAMPLIGHTER_TLS_CERT', certPath, faults);
  const key = fileOf('LAMPLIGHTER_TLS_KEY', keyPath, faults);
  const ca = caPath === undefined ? null : fileOf('LAMPLIGHTER_TLS_CA', caPath, faults);
  return cert === null || key === null ? null : { port: values.LAMPLIGHTER_MQTTS_PORT, cert, key, ca };
}

function present(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

function fileOf(name: string, path: string | undefined, faults: string[]): Buffer | null {
  if (path === undefined) return null;
  try {
    return readFileSync(path);
  } catch (error) {
    faults.push(`${name}: '${path}' cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return null;
  }
}
