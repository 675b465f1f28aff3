import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBroker } from './create-broker.js';
import { defaultSettings } from './broker-settings.js';
import { configurationOf } from './environment.js';

describe('the environment of the broker', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamplighter-environment-'));

  it('has defaults that serve loopback only', () => {
    const { settings, registry } = configurationOf({ LAMPLIGHTER_DATA_DIR: directory });
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 1883,
      tls: null,
      open: false,
      approvals: new Map(),
      webSocketPath: join(directory, 'run', 'mqtt-ws.sock'),
    });
    expect(registry).toEqual({ type: 'sqlite', path: join(directory, 'registry.sqlite') });
  });

  it('names every bad variable at once', () => {
    const bad = { LAMPLIGHTER_MQTT_PORT: '70000', LAMPLIGHTER_MQTT_OPEN: 'yes', LAMPLIGHTER_MQTT_RATE: '0' };
    expect(() => configurationOf(bad)).toThrow(
      /LAMPLIGHTER_MQTT_PORT[^]*LAMPLIGHTER_MQTT_OPEN[^]*LAMPLIGHTER_MQTT_RATE/,
    );
  });

  it('T08 default and empty credentials in production are refused in one message that lists all of them, without showing them', () => {
    const production = {
      NODE_ENV: 'production',
      LAMPLIGHTER_SERVICE_KEY: 'changeme',
      LAMPLIGHTER_ADMIN_PASSWORD: '',
      LAMPLIGHTER_MQTT_OPEN: '1',
      LAMPLIGHTER_DATA_DIR: directory,
    };
    const refused = (): unknown => configurationOf(production);
    expect(refused).toThrow(/LAMPLIGHTER_ADMIN_PASSWORD[^]*LAMPLIGHTER_SERVICE_KEY[^]*LAMPLIGHTER_MQTT_OPEN/);
    expect(refused).not.toThrow(/changeme/);
  });

  it('turns TLS on when certificate and key are there, and says what is missing', () => {
    const cert = join(directory, 'cert.pem');
    writeFileSync(cert, 'certificate');
    expect(configurationOf({ LAMPLIGHTER_TLS_CERT: cert, LAMPLIGHTER_TLS_KEY: cert }).settings.tls).toMatchObject({
      port: 8883,
      ca: null,
    });
    expect(() => configurationOf({ LAMPLIGHTER_TLS_CERT: cert })).toThrow(/LAMPLIGHTER_TLS_KEY/);
    expect(() => configurationOf({ LAMPLIGHTER_TLS_CERT: cert, LAMPLIGHTER_TLS_KEY: '/no/such/key' })).toThrow(
      /ENOENT/,
    );
  });

  it('does not show the password of a registry that it cannot use', () => {
    expect(() =>
      configurationOf({
        LAMPLIGHTER_REGISTRY: 'mysql://u:canary@host/db',
        LAMPLIGHTER_JOURNAL: 'nats://u:canary@host',
      }),
    ).not.toThrow(/canary/);
  });

  it('the open test configuration is refused on anything but loopback', async () => {
    const settings = { ...defaultSettings(directory), host: '0.0.0.0', open: true };
    await expect(createBroker({ settings } as never)).rejects.toThrow(/LAMPLIGHTER_HOST is '0.0.0.0'/);
  });
});
