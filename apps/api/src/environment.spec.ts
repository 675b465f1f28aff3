import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApiSettings } from './environment.js';

describe('settings of the API', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lamplighter-api-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are the embedded engines and secrets of the data directory by default', () => {
    const settings = readApiSettings({ LAMPLIGHTER_DATA_DIR: directory });
    expect(settings).toMatchObject({
      registry: { type: 'sqlite', path: join(directory, 'registry.sqlite') },
      store: { type: 'remote', socketPath: join(directory, 'run', 'store.sock') },
      mqttUrl: 'mqtt://127.0.0.1:1883',
    });
    const again = readApiSettings({ LAMPLIGHTER_DATA_DIR: directory });
    expect(again).toMatchObject({ adminPassword: settings.adminPassword, serviceKey: settings.serviceKey });
  });

  it('name all faults at once, show no password, and make no secret of a start that fails', () => {
    const act = () =>
      readApiSettings({
        LAMPLIGHTER_DATA_DIR: directory,
        LAMPLIGHTER_JOURNAL: 'nats://u:canary@host',
        LAMPLIGHTER_REGISTRY: 'mysql://u:canary@host/db',
        LAMPLIGHTER_TIMESERIES: 'influxdb',
        LAMPLIGHTER_MQTT_URL: 'not an address',
        LAMPLIGHTER_APPROVED_KINDS: 'smart-lamppost=1',
      });
    expect(act).toThrow(
      /LAMPLIGHTER_JOURNAL[^]*LAMPLIGHTER_REGISTRY[^]*INFLUX_URL[^]*INFLUX_TOKEN[^]*LAMPLIGHTER_MQTT_URL[^]*LAMPLIGHTER_APPROVED_KINDS/,
    );
    expect(act).not.toThrow(/canary/);
    expect(existsSync(join(directory, 'secrets'))).toBe(false);
  });
});
