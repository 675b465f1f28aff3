import { describe, expect, it } from '@jest/globals';
import { settingsOf } from './settings.js';

describe('settings of alerts', () => {
  it('stand without any variable', () => {
    expect(settingsOf({ LAMPLIGHTER_DATA_DIR: '/data' })).toMatchObject({
      feedDirectory: '/data/feed',
      registry: { type: 'sqlite', path: '/data/registry.sqlite' },
      store: { type: 'remote', socketPath: '/data/run/store.sock' },
      mqttUrl: 'mqtt://127.0.0.1:1883',
      pidFile: '/data/run/alerts.pid',
    });
  });

  it('name all faults at once', () => {
    const act = (): unknown =>
      settingsOf({
        LAMPLIGHTER_REGISTRY: 'oracle',
        LAMPLIGHTER_TIMESERIES: 'influxdb',
        LAMPLIGHTER_MQTT_URL: 'nonsense',
      });
    expect(act).toThrow(expect.objectContaining({ code: 'bad-configuration' }));
    expect(act).toThrow(/LAMPLIGHTER_REGISTRY[^]*INFLUX_URL[^]*INFLUX_TOKEN[^]*LAMPLIGHTER_MQTT_URL/);
  });
});
