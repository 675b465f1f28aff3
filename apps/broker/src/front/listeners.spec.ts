import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, connect as connectUnix } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import mqtt from 'mqtt';
import { createWebSocketStream, WebSocket } from 'ws';
import { DEFAULT_LIMITS } from '../broker-settings.js';
import { BrokerFixture, type TestDevice } from '../testing/broker-fixture.js';
import { issue, type TestCertificate } from '../testing/certificate.js';
import { MqttConnection } from '../testing/mqtt-connection.js';
import { Listeners } from './listeners.js';

describe('listeners', () => {
  const authority = issue('Lamplighter specs');
  const server = issue('127.0.0.1', authority);
  const own = issue('device-tls', authority);
  const other = issue('somebody-else', authority);
  const socketPath = join(mkdtempSync(join(tmpdir(), 'lamplighter-ws-')), 'mqtt-ws.sock');
  let fixture: BrokerFixture;
  let device: TestDevice;
  beforeAll(async () => {
    fixture = await BrokerFixture.start({
      settings: {
        tls: { port: 0, cert: server.cert, key: server.key, ca: authority.cert },
        webSocketPath: socketPath,
        webSocketPort: 0,
      },
    });
    device = await fixture.device('device-tls');
  });
  afterAll(() => fixture.stop());

  const overTls = async (shown?: TestCertificate): Promise<MqttConnection> => {
    const socket = connectTls({
      port: fixture.broker.ports.tlsPort!,
      host: '127.0.0.1',
      ca: authority.cert,
      ...(shown && { cert: shown.cert, key: shown.key }),
    });
    await once(socket, 'secureConnect');
    return MqttConnection.over(socket);
  };

  it('a device comes over TLS with its key', async () => {
    const client = await overTls();
    expect(await client.connect(device.login)).toBe(0);
    expect(await client.publish(device.topic('telemetry'), '{}')).toBe(true);
    await client.disconnect();
  });

  describe('a credential with a pinned certificate', () => {
    beforeAll(async () => {
      const {
        createdAt: _created,
        revokedAt: _revoked,
        ...credential
      } = (await fixture.registry.credentials.get(device.id))!;
      await fixture.registry.credentials.put([
        { ...credential, certificateFingerprint: new X509Certificate(own.cert).fingerprint256 },
      ]);
      await fixture.changesSeen();
    });

    const { password: _password, ...withoutKey } = { clientId: 'device-tls', username: 'device-tls', password: '' };

    it.each([
      ['its certificate', own, 0],
      ['the certificate of another', other, 5],
      ['no certificate', undefined, 5],
    ])('with %s', async (_case, shown, code) => {
      const client = await overTls(shown);
      expect(await client.connect(withoutKey)).toBe(code);
      client.socket.destroy();
    });

    it('is refused over plain TCP with the right key', async () => {
      expect(await (await fixture.socket()).connect(device.login)).toBe(5);
    });

    it('is refused with its certificate and a wrong key', async () => {
      const client = await overTls(own);
      expect(await client.connect({ ...device.login, password: 'wrong' })).toBe(4);
      client.socket.destroy();
    });
  });

  it('an MQTT library connects over WebSocket', async () => {
    const web = await fixture.device('device-web');
    const client = await mqtt.connectAsync(`ws://127.0.0.1:${fixture.broker.ports.webSocketPort}/mqtt`, {
      ...web.login,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    await client.publishAsync(web.topic('telemetry'), '{"values":{}}', { qos: 1 });
    await client.endAsync();
    expect((await fixture.journalled()).at(-1)).toMatchObject({ source: 'device-web' });
  });

  it('the API forwards WebSocket upgrades over a Unix socket', async () => {
    const web = await fixture.device('device-forwarded');
    const socket = new WebSocket('ws://broker/mqtt', 'mqtt', {
      createConnection: () => connectUnix(socketPath),
      headers: { 'x-forwarded-for': '203.0.113.9' },
    });
    await once(socket, 'open');
    const client = MqttConnection.over(createWebSocketStream(socket) as never);
    expect(await client.connect({ ...web.login, password: 'wrong' })).toBe(4);
    const entries = await fixture.registry.audit.list({ actor: web.id, limit: 10 });
    expect(entries.map(({ subject }) => subject)).toEqual(['203.0.113.9']);
    socket.terminate();
  });

  it('WebSocket without the subprotocol mqtt is not served [MQTT-6.0.0-3]', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${fixture.broker.ports.webSocketPort}/mqtt`);
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1002);
  });

  it.each(['mqtt', 'none'])(
    'a client of subprotocol %s that breaks the framing loses its own connection only',
    async (protocol) => {
      const socket = connectTcp(fixture.broker.ports.webSocketPort!, '127.0.0.1');
      const head = [
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
      ];
      socket.write(
        ['GET /mqtt HTTP/1.1', 'Host: broker', ...head, `Sec-WebSocket-Protocol: ${protocol}`, '', ''].join('\r\n'),
      );
      await once(socket, 'data');
      // RFC 6455 s5.1: a frame of a client has to be masked.
      socket.write(Buffer.from([0x82, 0x01, 0x00]));
      await once(socket, 'close');
      const other = await fixture.device(`device-beside-${protocol}`);
      const client = await fixture.socket();
      expect(await client.connect(other.login)).toBe(0);
      await client.disconnect();
    },
  );

  it('a port for WebSocket that is taken is told to whoever opens the listeners', async () => {
    const settings = {
      host: '127.0.0.1',
      port: 0,
      tls: null,
      webSocketPath: null,
      webSocketPort: fixture.port,
      limits: DEFAULT_LIMITS,
    };
    const listeners = new Listeners(settings as never, () => undefined);
    await expect(listeners.open()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    listeners.close();
  });
});
