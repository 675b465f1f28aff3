import { describe, expect, it } from '@jest/globals';
import { settingsOf } from './settings.js';

describe('settings', () => {
  it('are the embedded engines in the data directory by default', () => {
    expect(settingsOf({ LAMPLIGHTER_DATA_DIR: '/data' })).toMatchObject({
      journalDirectory: '/data/journal',
      feed: { directory: '/data/feed' },
      registry: { type: 'sqlite', path: '/data/registry.sqlite' },
      store: { type: 'duckdb', path: '/data/telemetry.duckdb', socketPath: '/data/run/store.sock' },
      timePolicy: { maxAgeMs: 7 * 86_400_000, maxFutureMs: 300_000 },
      mqttUrl: 'mqtt://127.0.0.1:1883',
      pidFile: '/data/run/ingest.pid',
    });
  });

  it('take InfluxDB and PostgreSQL', () => {
    const environment = {
      LAMPLIGHTER_TIMESERIES: 'influxdb',
      INFLUX_URL: 'http://localhost:8086',
      INFLUX_TOKEN: 't',
      INFLUX_ORG: 'o',
      INFLUX_BUCKET: 'b',
      LAMPLIGHTER_REGISTRY: 'postgres://x@localhost/y',
    };
    expect(settingsOf(environment)).toMatchObject({
      store: { type: 'influxdb', url: 'http://localhost:8086', token: 't', org: 'o', bucket: 'b' },
      registry: { type: 'postgres', url: 'postgres://x@localhost/y' },
    });
  });

  it('name all faults at once', () => {
    const environment = {
      LAMPLIGHTER_TIMESERIES: 'influxdb',
      LAMPLIGHTER_REGISTRY: 'mysql',
      LAMPLIGHTER_JOURNAL: 'kafka',
      LAMPLIGHTER_MQTT_URL: 'nowhere',
    };
    const faults = /LAMPLIGHTER_JOURNAL[^]*LAMPLIGHTER_REGISTRY[^]*INFLUX_URL[^]*INFLUX_TOKEN[^]*LAMPLIGHTER_MQTT_URL/;
    expect(() => settingsOf(environment)).toThrow(faults);
    expect(() => settingsOf({ LAMPLIGHTER_MAX_AGE_DAYS: 'week', LAMPLIGHTER_BATCH_MESSAGES: '0' })).toThrow(
      /LAMPLIGHTER_MAX_AGE_DAYS[^]*LAMPLIGHTER_BATCH_MESSAGES/,
    );
  });
});
