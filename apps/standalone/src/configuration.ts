import { resolve } from 'node:path';
import { readEnvironment, variable } from '#core';

/** What the supervisor itself has to know; every service reads the rest of the environment for itself. */
export interface StandaloneConfiguration {
  readonly dataDirectory: string;
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Devices of the simulated city; 0 for none. */
  readonly simulate: number;
  /** Whether the connector to The Things Stack runs: when its address is set. */
  readonly thingsStack: boolean;
  readonly adminPassword: string | undefined;
  readonly logEverything: boolean;
}

const DEFAULT_SIMULATED_DEVICES = 100;
const MOST_SIMULATED_DEVICES = 200_000;
const PORT = { min: 1, max: 65_535 };

export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): StandaloneConfiguration {
  const values = readEnvironment(
    {
      LAMPLIGHTER_DATA_DIR: variable.text('.lamplighter'),
      LAMPLIGHTER_HOST: variable.text('127.0.0.1'),
      LAMPLIGHTER_HTTP_PORT: variable.integer(3000, PORT),
      LAMPLIGHTER_MQTT_PORT: variable.integer(1883, PORT),
      LAMPLIGHTER_SIMULATE: variable.integer(DEFAULT_SIMULATED_DEVICES, { min: 0, max: MOST_SIMULATED_DEVICES }),
      LAMPLIGHTER_THINGS_STACK_URL: variable.text(''),
      LAMPLIGHTER_ADMIN_PASSWORD: variable.optional(),
      LAMPLIGHTER_LOG: variable.oneOf('warnings', ['warnings', 'all']),
    },
    environment,
  );
  return {
    dataDirectory: resolve(values.LAMPLIGHTER_DATA_DIR),
    host: values.LAMPLIGHTER_HOST,
    httpPort: values.LAMPLIGHTER_HTTP_PORT,
    mqttPort: values.LAMPLIGHTER_MQTT_PORT,
    simulate: values.LAMPLIGHTER_SIMULATE,
    thingsStack: values.LAMPLIGHTER_THINGS_STACK_URL !== '',
    adminPassword: values.LAMPLIGHTER_ADMIN_PASSWORD,
    logEverything: values.LAMPLIGHTER_LOG === 'all',
  };
}

/** Host to put into a URL for somebody on this machine. */
export function localHost(host: string): string {
  if (host === '127.0.0.1' || host === '0.0.0.0' || host === '::' || host === '::1') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
