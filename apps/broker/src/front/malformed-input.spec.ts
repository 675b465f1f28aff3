import mqttPacket from 'mqtt-packet';
import { pause, until } from '#core/testing';
import { BrokerFixture, type TestDevice } from '../testing/broker-fixture.js';
import type { MqttConnection } from '../testing/mqtt-connection.js';

const MEBIBYTE = 1024 * 1024;

describe('malformed input', () => {
  let fixture: BrokerFixture;
  let device: TestDevice;
  beforeAll(async () => {
    fixture = await BrokerFixture.start({
      limits: { connectTimeoutMs: 500, messagesPerSecond: 1_000, messageBurst: 1_000 },
    });
    device = await fixture.device('GF3637');
  });
  afterAll(() => fixture.stop());

  describe('T09', () => {
    // Nobody would wait for the time-out of this one.
    let patient: BrokerFixture;
    beforeAll(async () => {
      patient = await BrokerFixture.start({ limits: { connectTimeoutMs: 3_600_000 } });
    });
    afterAll(() => patient.stop());

    it.each([
      ['a CONNECT that announces 256 MB', '10ffffff7f'],
      ['a PUBLISH that announces 256 MB', '30ffffff7f'],
      ['a remaining length of five bytes', '10ffffffff7f'],
      ['a PUBLISH before CONNECT', '300300017861'],
      ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex')],
    ])('%s closes an unauthenticated socket at once', async (_case, hex) => {
      const socket = await patient.socket();
      socket.sendBytes(Buffer.from(hex, 'hex'));
      expect(await socket.closes()).toBe(true);
    });

    it('a flood behind a large header costs less than 20 MB of memory', async () => {
      const chunk = Buffer.alloc(MEBIBYTE);
      const before = process.memoryUsage().rss;
      for (let i = 0; i < 20; i++) {
        const socket = await fixture.socket();
        socket.sendBytes(Buffer.from('10ffffff7f', 'hex'));
        for (let n = 0; n < 16 && !socket.closed; n++) socket.sendBytes(chunk);
        await socket.closes();
      }
      expect((process.memoryUsage().rss - before) / MEBIBYTE).toBeLessThan(20);
    });

    it('a slow CONNECT is given up after the time-out', async () => {
      const socket = await fixture.socket();
      const packet = mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 60,
        ...device.login,
        password: Buffer.from(device.key),
      });
      let sent = 0;
      for (const byte of packet) {
        if (socket.closed) break;
        socket.sendBytes(Buffer.from([byte]));
        sent++;
        await pause(20);
      }
      expect(socket.closed).toBe(true);
      // The bytes that came did not put the end off.
      expect(sent).toBeLessThan(packet.length);
    });

    it('a silent socket is closed after the time-out', async () => {
      expect(await (await fixture.socket()).closes()).toBe(true);
    });

    it('a packet beyond the limit ends the connection of an authenticated client', async () => {
      const client = await fixture.client(device.login);
      client.send({
        cmd: 'publish',
        topic: device.topic('telemetry'),
        payload: Buffer.alloc(300_000),
        qos: 1,
        retain: false,
        dup: false,
        messageId: 1,
      });
      expect(await client.closes()).toBe(true);
    });

    it('a packet just below the limit that comes in pieces is taken', async () => {
      const client = await fixture.client(device.login);
      const packet = mqttPacket.generate({
        cmd: 'publish',
        topic: device.topic('telemetry'),
        payload: Buffer.alloc(250_000, 0x20),
        qos: 1,
        retain: false,
        dup: false,
        messageId: 5,
      });
      for (let at = 0; at < packet.length; at += 7_000) {
        client.sendBytes(packet.subarray(at, at + 7_000));
        await pause(1);
      }
      expect(await client.next('puback')).toMatchObject({ messageId: 5 });
      await client.disconnect();
    });
  });

  it('a device over its rate is slowed down, and loses nothing', async () => {
    const client = await fixture.client(device.login);
    const before = (await fixture.journalled()).length;
    const since = performance.now();
    const publish = (messageId: number): void =>
      client.send({
        cmd: 'publish',
        topic: device.topic('telemetry'),
        payload: '{}',
        qos: 1,
        retain: false,
        dup: false,
        messageId,
      });
    const acknowledged = (): number => client.inbox.filter(({ cmd }) => cmd === 'puback').length;
    for (let id = 1; id <= 1_800; id++) publish(id);
    await until('1,800 PUBACKs', acknowledged, (count) => count === 1_800);
    // However the socket was cut into reads, the debt of the 800 above the burst is paid before anything more is read.
    publish(1_801);
    await until('the PUBACK of the last', acknowledged, (count) => count === 1_801);
    expect(performance.now() - since).toBeGreaterThan(790);
    expect((await fixture.journalled()).length - before).toBe(1_801);
    await client.disconnect();
  });

  it.each([
    ['without a protocol', '10020000'],
    ['that ends in the middle', '100c00044d5154540402003c0005'],
    ['of a protocol that does not exist', '100c00044d51545509020000000161'],
    ['with a reserved flag', '100d00044d5154540403003c000161'],
  ])('T10 a CONNECT %s ends its connection, and nothing else', async (_name, hex) => {
    const socket = await fixture.socket();
    socket.sendBytes(Buffer.from(hex, 'hex'));
    expect(await socket.closes()).toBe(true);
    const client = await fixture.client(device.login);
    expect(await client.publish(device.topic('telemetry'), '{}')).toBe(true);
    await client.disconnect();
  });

  it('T10 mutated packets leave the broker alive', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    const random = generator(20261121);
    for (let round = 0; round < 300; round++) {
      const socket = await fixture.socket();
      if (round % 2 === 0) await socket.connect(device.login);
      sendMutated(socket, device, random);
      socket.cut();
    }
    await until(
      'the broker to be done with all of them',
      () => fixture.broker.status().metrics.broker_connections,
      (connections) => connections === 0,
    );
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
    const client = await fixture.client(device.login);
    expect(await client.publish(device.topic('telemetry'), '{}')).toBe(true);
  });
});

/** mulberry32: the same mutations in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function sendMutated(socket: MqttConnection, device: TestDevice, random: () => number): void {
  const telemetry = device.topic('telemetry');
  const packets = [
    mqttPacket.generate({
      cmd: 'publish',
      topic: telemetry,
      payload: '{}',
      qos: 1,
      retain: false,
      dup: false,
      messageId: 1,
    }),
    mqttPacket.generate({
      cmd: 'publish',
      topic: telemetry,
      payload: '{}',
      qos: 2,
      retain: true,
      dup: false,
      messageId: 2,
    }),
    mqttPacket.generate({
      cmd: 'subscribe',
      messageId: 3,
      subscriptions: [{ topic: device.topic('command'), qos: 1 }],
    }),
    mqttPacket.generate({ cmd: 'unsubscribe', messageId: 4, unsubscriptions: [device.topic('command')] }),
    mqttPacket.generate({ cmd: 'pubrel', messageId: 2 }),
    mqttPacket.generate({ cmd: 'puback', messageId: 9 }),
    mqttPacket.generate({ cmd: 'pingreq' }),
    mqttPacket.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: false,
      keepalive: 1,
      clientId: device.id,
      will: { topic: telemetry, payload: Buffer.from('x'), qos: 1, retain: true },
    }),
  ];
  for (let n = 0; n < 6; n++) {
    const packet = Buffer.from(packets[Math.floor(random() * packets.length)]!);
    for (let flips = Math.floor(random() * 4); flips > 0; flips--)
      packet[Math.floor(random() * packet.length)] = Math.floor(random() * 256);
    socket.sendBytes(random() < 0.2 ? packet.subarray(0, Math.floor(random() * packet.length)) : packet);
  }
}
