import { jest } from '@jest/globals';
import { performance } from 'node:perf_hooks';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { LamplighterError } from '#core';
import type { Journal, JournalState } from '#journal';
import { BrokerFixture, eventually, pause } from './testing/broker-fixture.js';
import { MqttConnection } from './testing/mqtt-connection.js';

/** A journal whose disk can be full, whose fsync can fail, and that can hold its acknowledgements back. */
class TroubledJournal implements Pick<Journal, 'append' | 'state'> {
  trouble: 'none' | 'full' | 'failing' = 'none';
  private readonly waiting: [Parameters<Journal['append']>[0], Parameters<Journal['append']>[1]][] = [];

  constructor(private readonly real: Journal) {}

  append(...record: Parameters<Journal['append']>): void {
    if (this.trouble === 'none') this.real.append(...record);
    else if (this.trouble === 'full') this.waiting.push(record);
    else record[1](new LamplighterError('journal-unwritable', 'fsync failed'));
  }

  state(): JournalState {
    const state = this.real.state();
    if (this.trouble === 'none') return state;
    return { ...state, condition: this.trouble === 'full' ? 'full' : 'unwritable', reason: 'no space left' };
  }

  recover(): void {
    this.trouble = 'none';
    for (const record of this.waiting.splice(0)) this.real.append(...record);
  }

  over(): Journal {
    const { real } = this;
    return {
      append: (...record) => this.append(...record),
      state: () => this.state(),
      consumer: (name) => real.consumer(name),
      tail: (from) => real.tail(from),
      tally: (query) => real.tally(query),
      close: () => real.close(),
    };
  }
}

describe('faults', () => {
  let fixture: BrokerFixture;
  let journal: TroubledJournal;
  beforeEach(async () => {
    fixture = await BrokerFixture.start({
      limits: { refuseWhenFullMs: 100, maxOutboundBytes: 256 * 1024, drainTimeoutMs: 1_000 },
      journal: (real) => (journal = new TroubledJournal(real)).over(),
    });
  });
  afterEach(() => fixture.stop());

  it('T18 a PUBACK that is lost is followed by a redelivery, which is journalled again for ingest to recognise', async () => {
    const device = await fixture.device('GF3637');
    const proxy = await AckDroppingProxy.start(fixture.port);
    const cut = await MqttConnection.open(proxy.port);
    expect(await cut.connect({ ...device.login, clean: false })).toBe(0);
    proxy.dropping = true;
    cut.send({
      cmd: 'publish',
      topic: device.topic('telemetry'),
      payload: '{"seq":1}',
      qos: 1,
      retain: false,
      dup: false,
      messageId: 11,
    });
    expect(await eventually(async () => (await fixture.journalled()).length === 1)).toBe(true);
    await pause(50);
    expect(cut.inbox).toEqual([]);
    cut.cut();
    const again = await fixture.client({ ...device.login, clean: false });
    expect(await again.publish(device.topic('telemetry'), '{"seq":1}', { messageId: 11, dup: true })).toBe(true);
    const records = await fixture.journalled();
    expect(records.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['{"seq":1}', '{"seq":1}']);
    proxy.stop();
  });

  it('T19 a frozen subscriber does not slow down others', async () => {
    const device = await fixture.device('GF3637');
    const frozen = await fixture.service('frozen');
    const lively = await fixture.service('lively');
    await frozen.subscribe({ topic: 'city/#', qos: 0 });
    await lively.subscribe({ topic: 'city/#', qos: 0 });
    frozen.socket.pause();
    const publisher = await fixture.client(device.login);
    const times: number[] = [];
    const payload = Buffer.alloc(100_000, 0x20);
    for (let n = 0; n < 150; n++) {
      const since = performance.now();
      expect(await publisher.publish(device.topic('telemetry'), payload)).toBe(true);
      expect(await lively.messages(1, 3_000)).toHaveLength(1);
      times.push(performance.now() - since);
    }
    times.sort((x, y) => x - y);
    expect(times[Math.floor(times.length * 0.99)]!).toBeLessThan(500);
    expect(fixture.broker.status().metrics.broker_dropped_deliveries_total).toBeGreaterThan(0);
    // A client that does not read cannot see the end of its connection: ask the broker.
    expect(await eventually(() => fixture.broker.status().metrics.broker_connections === 2, 5_000)).toBe(true);
  });

  it('T21 a full disk holds PUBACKs back, reports it, refuses newcomers after a while, and recovers by itself', async () => {
    const device = await fixture.device('GF3637');
    const other = await fixture.device('GF3638');
    const client = await fixture.client(device.login);
    journal.trouble = 'full';
    client.send({
      cmd: 'publish',
      topic: device.topic('telemetry'),
      payload: '{"seq":1}',
      qos: 1,
      retain: false,
      dup: false,
      messageId: 1,
    });
    await pause(200);
    expect(client.inbox).toEqual([]);
    expect(fixture.broker.status()).toMatchObject({ state: 'degraded', metrics: { journal_full: 1 } });
    await pause(150);
    expect(await (await fixture.socket()).connect(other.login)).toBe(3);
    journal.recover();
    expect(await client.next('puback')).toMatchObject({ messageId: 1 });
    expect(await eventually(() => fixture.broker.status().state === 'up')).toBe(true);
    expect(await (await fixture.socket()).connect(other.login)).toBe(0);
    expect(await fixture.journalled()).toHaveLength(1);
  });

  it('T21 a failed fsync acknowledges nothing and ends the connection', async () => {
    const device = await fixture.device('GF3637');
    const client = await fixture.client(device.login);
    journal.trouble = 'failing';
    for (const qos of [1, 2] as const)
      client.send({
        cmd: 'publish',
        topic: device.topic('telemetry'),
        payload: '{}',
        qos,
        retain: false,
        dup: false,
        messageId: qos,
      });
    expect(await client.closes()).toBe(true);
    expect(client.inbox).toEqual([]);
    expect(fixture.broker.status()).toMatchObject({ state: 'degraded', metrics: { journal_writable: 0 } });
  });

  it('a window of unacknowledged messages stops the reading of a socket, and nothing is lost', async () => {
    await fixture.stop();
    fixture = await BrokerFixture.start({
      limits: { maxUnacknowledged: 10 },
      journal: (real) => (journal = new TroubledJournal(real)).over(),
    });
    const device = await fixture.device('GF3637');
    const client = await fixture.client(device.login);
    journal.trouble = 'full';
    for (let id = 1; id <= 20; id++) {
      client.send({
        cmd: 'publish',
        topic: device.topic('telemetry'),
        payload: `{"seq":${id}}`,
        qos: 1,
        retain: false,
        dup: false,
        messageId: id,
      });
      await pause(2);
    }
    expect(fixture.broker.status().metrics.broker_messages_total).toBeLessThan(20);
    journal.recover();
    expect(await eventually(() => client.inbox.length === 20)).toBe(true);
    expect(client.inbox.map((packet) => packet.messageId)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await fixture.journalled()).toHaveLength(20);
  });

  it('PUBACKs keep the order of the PUBLISH packets, also of those that need no fsync [MQTT-4.6.0-2]', async () => {
    const device = await fixture.device('GF3637');
    const client = await fixture.client(device.login);
    const packet = (messageId: number, channel: 'telemetry' | 'status', retain = false): void =>
      client.send({
        cmd: 'publish',
        topic: device.topic(channel),
        payload: '{}',
        qos: 1,
        retain,
        dup: false,
        messageId,
      });
    for (let id = 1; id <= 30; id += 3) {
      packet(id, 'telemetry');
      packet(id + 1, 'status', true);
      packet(id + 2, 'telemetry', true);
    }
    expect(await eventually(() => client.inbox.length === 30)).toBe(true);
    expect(client.inbox.map(({ messageId }) => messageId)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(await fixture.journalled()).toHaveLength(20);
  });

  it('QoS 2 telemetry is journalled before its PUBREC', async () => {
    const device = await fixture.device('GF3637');
    const client = await fixture.client(device.login);
    expect(await client.publish(device.topic('telemetry'), '{"seq":2}', { qos: 2 })).toBe(true);
    expect(await fixture.journalled()).toHaveLength(1);
  });

  it('QoS 0 telemetry is journalled, too', async () => {
    const device = await fixture.device('GF3637');
    const client = await fixture.client(device.login);
    await client.publish(device.topic('telemetry'), '{"seq":3}', { qos: 0 });
    expect(await eventually(async () => (await fixture.journalled()).length === 1)).toBe(true);
  });

  it('stopping acknowledges what was taken', async () => {
    const device = await fixture.device('GF3637');
    const client = await fixture.client(device.login);
    for (let id = 1; id <= 200; id++)
      client.send({
        cmd: 'publish',
        topic: device.topic('telemetry'),
        payload: '{}',
        qos: 1,
        retain: false,
        dup: false,
        messageId: id,
      });
    await client.next('puback');
    await fixture.stopBroker();
    await client.closes();
    const acknowledged = 1 + client.inbox.filter(({ cmd }) => cmd === 'puback').length;
    await fixture.startBroker();
    expect(await fixture.journalled()).toHaveLength(acknowledged);
  });

  it('a retained status survives a restart, a removed one does not come back', async () => {
    const [kept, removed] = await fixture.devices('GF3637', 'GF3638');
    for (const device of [kept!, removed!]) {
      const client = await fixture.client(device.login);
      await client.publish(device.topic('status'), 'online', { retain: true });
      if (device === removed) await client.publish(device.topic('status'), '', { retain: true });
      await client.disconnect();
    }
    await fixture.stopBroker();
    await fixture.startBroker();
    const watcher = await fixture.service('watcher');
    await watcher.subscribe('city/#');
    const messages = await watcher.messages(2, 300);
    expect(messages.map(({ topic, payload, retain }) => [topic, payload.toString(), retain])).toEqual([
      [kept!.topic('status'), 'online', true],
    ]);
  });
});

describe('many devices', () => {
  const DEVICES = 2_000;
  it(`T24 ${DEVICES} devices come back at once`, async () => {
    const fixture = await BrokerFixture.start({ limits: { connectTimeoutMs: 60_000 } });
    const devices = await fixture.devices(...Array.from({ length: DEVICES }, (_, index) => `device-${index}`));
    await fixture.stopBroker();
    await fixture.startBroker();
    const since = performance.now();
    const answers = await Promise.all(
      devices.map(async (device) => {
        const connection = await MqttConnection.open(fixture.port);
        const code = await connection.connect(device.login);
        const acknowledged = await connection.publish(device.topic('telemetry'), '{}');
        connection.socket.destroy();
        return [code, acknowledged];
      }),
    );
    expect(answers.every(([code, acknowledged]) => code === 0 && acknowledged === true)).toBe(true);
    // The clients share the event loop of the broker here; 10,000 in a process of their own take about as long.
    expect((performance.now() - since) / 1_000).toBeLessThan(60);
    await fixture.stop();
  }, 90_000);
});

describe('T26 clocks', () => {
  it('a device that only publishes telemetry stays connected beyond its keep-alive, whatever the wall clock does', async () => {
    const fixture = await BrokerFixture.start();
    const device = await fixture.device('GF3637');
    const client = await fixture.client({ ...device.login, keepalive: 1 });
    const now = jest.spyOn(Date, 'now').mockImplementation(() => 0);
    for (let n = 0; n < 12; n++) {
      expect(await client.publish(device.topic('telemetry'), '{}')).toBe(true);
      await pause(200);
    }
    now.mockRestore();
    expect(client.closed).toBe(false);
    expect(await client.closes(2_500)).toBe(true);
    await fixture.stop();
  });
});

/** Forwards everything, but swallows PUBACKs on demand. */
class AckDroppingProxy {
  dropping = false;
  private readonly sockets: Socket[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(target: number): Promise<AckDroppingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new AckDroppingProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.join(client, connect(target, '127.0.0.1')));
    return proxy;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private join(client: Socket, broker: Socket): void {
    this.sockets.push(client, broker);
    client.on('error', () => broker.destroy()).pipe(broker);
    client.on('close', () => broker.destroy());
    broker
      .on('error', () => client.destroy())
      .on('data', (data) => {
        if (!this.dropping) client.write(data);
      });
  }
}
