import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { variable } from '#core';
import { dataDirectory } from './data-directory.js';
import {
  busSettings,
  busVariables,
  type Environment,
  influxSettings,
  processSettings,
  processVariables,
  queriesSettings,
  readSettings,
  registrySettings,
  registryVariables,
  serviceKeyOf,
  storeVariables,
} from './settings.js';

const DECLARATION = { ...processVariables, ...registryVariables, ...storeVariables, ...busVariables };

const read = (environment: Environment) =>
  readSettings('Quality', environment, DECLARATION, (values, faults) => {
    const data = dataDirectory(values.LAMPLIGHTER_DATA_DIR);
    return {
      registry: registrySettings(values, data, faults),
      store: queriesSettings(values, data, faults),
      influx: influxSettings(values, []),
      ...busSettings(values, data, faults),
      ...processSettings('quality', values, data),
    };
  });

describe('the pieces of a service settings', () => {
  it('are the embedded engines in the data directory by default', () => {
    expect(read({ LAMPLIGHTER_DATA_DIR: '/data' })).toEqual({
      registry: { type: 'sqlite', path: '/data/registry.sqlite' },
      store: { type: 'remote', socketPath: '/data/run/store.sock' },
      influx: null,
      mqttUrl: 'mqtt://127.0.0.1:1883',
      serviceKey: null,
      serviceKeyFile: '/data/secrets/service.key',
      pidFile: '/data/run/quality.pid',
      logLevel: 'info',
    });
  });

  it('lie under the working directory when nothing is said', () => {
    expect(read({}).pidFile).toBe(join(process.cwd(), '.lamplighter', 'run', 'quality.pid'));
  });

  it('take servers', () => {
    const environment = {
      LAMPLIGHTER_REGISTRY: 'postgresql://x@localhost/y',
      LAMPLIGHTER_TIMESERIES: 'influxdb',
      INFLUX_URL: 'http://localhost:8086',
      INFLUX_TOKEN: 't',
      LAMPLIGHTER_MQTT_PORT: '1999',
      LAMPLIGHTER_SERVICE_KEY: 'k',
    };
    expect(read(environment)).toMatchObject({
      registry: { type: 'postgres', url: 'postgresql://x@localhost/y' },
      store: {
        type: 'influxdb',
        url: 'http://localhost:8086',
        token: 't',
        org: 'lamplighter',
        bucket: 'lamplighter',
      },
      mqttUrl: 'mqtt://127.0.0.1:1999',
      serviceKey: 'k',
    });
    expect(read({ LAMPLIGHTER_HOST: '10.1.2.3' }).mqttUrl).toBe('mqtt://10.1.2.3:1883');
    expect(read({ LAMPLIGHTER_HOST: '0.0.0.0' }).mqttUrl).toBe('mqtt://127.0.0.1:1883');
    expect(read({ LAMPLIGHTER_MQTT_URL: 'mqtts://broker:8883', LAMPLIGHTER_MQTT_PORT: '1999' }).mqttUrl).toBe(
      'mqtts://broker:8883',
    );
  });

  it('name all faults at once, and the service', () => {
    const bad = {
      LAMPLIGHTER_REGISTRY: 'oracle://u:canary@host',
      LAMPLIGHTER_TIMESERIES: 'influxdb',
      LAMPLIGHTER_MQTT_URL: 'nonsense',
    };
    const act = (): unknown => read(bad);
    expect(act).toThrow(expect.objectContaining({ code: 'bad-configuration' }));
    expect(act).toThrow(
      /^Quality cannot be started\.\n[^]*LAMPLIGHTER_REGISTRY[^]*INFLUX_URL[^]*INFLUX_TOKEN[^]*LAMPLIGHTER_MQTT_URL/,
    );
    expect(act).not.toThrow(/canary/);
  });

  it('T08 weak secrets in production are among the faults', () => {
    expect(() => read({ NODE_ENV: 'production', LAMPLIGHTER_SERVICE_KEY: 'changeme' })).toThrow(
      /LAMPLIGHTER_SERVICE_KEY/,
    );
  });

  it('name a variable that cannot be read before they are put together', () => {
    let composed = false;
    const act = (): unknown =>
      readSettings('Quality', { N: 'many' }, { N: variable.integer(1, { min: 0, max: 9 }) }, () => (composed = true));
    expect(act).toThrow(/N: expected a whole number/);
    expect(composed).toBe(false);
  });
});

describe('the service key', () => {
  const data = dataDirectory(mkdtempSync(join(tmpdir(), 'lamplighter-service-')));

  it('is the one of the environment when there is one', () => {
    expect(serviceKeyOf({ serviceKey: 'given', serviceKeyFile: '/no/such/file' })).toBe('given');
  });

  it('is made on first use, with mode 0600, and stays', () => {
    const settings = { serviceKey: null, serviceKeyFile: data.secret('service.key') };
    const key = serviceKeyOf(settings);
    expect(key).toBe(readFileSync(join(data.path, 'secrets', 'service.key'), 'utf8').trim());
    expect(statSync(settings.serviceKeyFile).mode & 0o777).toBe(0o600);
    expect(serviceKeyOf(settings)).toBe(key);
  });
});
