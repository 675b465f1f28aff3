import { jest } from '@jest/globals';
import { pino } from 'pino';
import { LamplighterError } from '#core';
import { pause, until } from '#core/testing';
import type { BrokerLimits } from './broker-settings.js';
import { AckDroppingProxy } from './testing/ack-dropping-proxy.js';
import { BrokerFixture } from './testing/broker-fixture.js';
import { MqttConnection } from './testing/mqtt-connection.js';
import { TroubledJournal } from './testing/troubled-journal.js';

describe('faults', () => {
  let fixture: BrokerFixture;
  let journal: TroubledJournal;
  beforeEach(async () => {
    fixture = await BrokerFixture.start({
      limits: { refuseWhenFullMs: 100 },
      journal: (real) => (journal = new TroubledJournal(real)).over(),
    });
  });
  afterEach(() => fixture.stop());

  const restart = async (limits: Partial<BrokerLimits>): Promise<void> => {
    await fixture.stop();
    fixture = await BrokerFixture.start({ limits, journal: (real) => (journal = new TroubledJournal(real)).over() });
  };

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
    await until(
      'the PUBACK to be lost',
      () => proxy.dropped,
      (bytes) => bytes > 0,
    );
    expect(await fixture.journalled()).toHaveLength(1);
    expect(cut.inbox).toEqual([]);
    cut.cut();
    const again = await fixture.client({ ...device.login, clean: false });
    expect(await again.publish(device.topic('telemetry'), '{"seq":1}', { messageId: 11, dup: true })).toBe(true);
    const records = await fixture.journalled();
    expect(records.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['{"seq":1}', '{"seq":1}']);
    proxy.stop();
  });

  it('T19 a frozen subscriber does not hold up others while it is waited for', async () => {
    // Whoever waited for the frozen one would wait longer than a test may take.
    await restart({ maxOutboundBytes: 256 * 1024, drainTimeoutMs: 3_600_000 });
    const device = await fixture.device('GF3637');
    const frozen = await fixture.service('frozen');
    const lively = await fixture.service('lively');
    await frozen.subscribe({ topic: 'city/#', qos: 0 });
    await lively.subscribe({ topic: 'city/#', qos: 0 });
    frozen.socket.pause();
    const publisher = await fixture.client(device.login);
    const payload = Buffer.alloc(100_000, 0x20);
    for (let n = 0; n < 150; n++) {
      await publisher.publish(device.topic('telemetry'), payload, { qos: 0 });
      expect(await lively.messages(1)).toHaveLength(1);
    }
    const { broker_dropped_deliveries_total: dropped, broker_connections: connections } =
      fixture.broker.status().metrics;
    expect(dropped).toBeGreaterThan(0);
    expect(connections).toBe(3);
  });

  it.each([
    ['when it takes nothing for a while', 0],
    ['when it misses what it must not miss', 1],
  ] as const)('T19 a frozen subscriber is disconnected %s', async (_case, qos) => {
    await restart({ maxOutboundBytes: 256 * 1024, drainTimeoutMs: 1_000 });
    const device = await fixture.device('GF3637');
    const frozen = await fixture.service('frozen');
    await frozen.subscribe({ topic: 'city/#', qos: 0 });
    frozen.socket.pause();
    const publisher = await fixture.client(device.login);
    const payload = Buffer.alloc(100_000, 0x20);
    for (let n = 0; n < 150; n++) await publisher.publish(device.topic('telemetry'), payload, { qos });
    // A client that does not read cannot see the end of its connection: ask the broker.
    await until(
      'the connection of the frozen subscriber to end',
      () => fixture.broker.status().metrics.broker_connections,
      (connections) => connections === 1,
    );
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
    await until(
      'the message to reach the journal',
      () => journal.held,
      (held) => held === 1,
    );
    expect(fixture.broker.status()).toMatchObject({ state: 'degraded', metrics: { journal_full: 1 } });
    await until(
      'newcomers to be refused',
      async () => (await fixture.socket()).connect(other.login),
      (code) => code === 3,
    );
    expect(client.inbox).toEqual([]);
    journal.recover();
    expect(await client.next('puback')).toMatchObject({ messageId: 1 });
    await until(
      'the broker to be up',
      () => fixture.broker.status(),
      ({ state }) => state === 'up',
    );
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
    await restart({ maxUnacknowledged: 10 });
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
    await until(
      'the window to be full',
      () => journal.held,
      (held) => held >= 10,
    );
    // Another connection is served after this one would have been.
    expect(await (await fixture.service('other')).ping()).toBe(true);
    expect(fixture.broker.status().metrics.broker_messages_total).toBeLessThan(20);
    journal.recover();
    await until(
      'every PUBACK',
      () => client.inbox.length,
      (count) => count === 20,
    );
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
    await until(
      'every PUBACK',
      () => client.inbox.length,
      (count) => count === 30,
    );
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
    await until(
      'the journal to have it',
      () => fixture.journalled(),
      ({ length }) => length === 1,
    );
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

  it('stopping waits for no registry that does not answer before it closes connections', async () => {
    const client = await fixture.client((await fixture.device('GF3637')).login);
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const changes = jest.spyOn(fixture.registry, 'changes').mockImplementation(() => answered.then(() => []));
    await until('the registry to be asked', () => changes.mock.calls.length > 0);
    const closing = fixture.broker.close();
    await until('the connection to be closed', () => client.closed);
    answer();
    await closing;
    changes.mockRestore();
    await fixture.journal.close();
    await fixture.startBroker();
  });

  it('a registry that cannot be read is in the status while it lasts, and in the log once', async () => {
    const lines: string[] = [];
    await fixture.stop();
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    fixture = await BrokerFixture.start({ logger });
    const down = new LamplighterError('registry-unavailable', 'The registry failed: gone', { retryable: true });
    const changes = jest.spyOn(fixture.registry, 'changes').mockRejectedValue(down);
    await until('three looks in vain', () => changes.mock.calls.length > 3);
    expect(fixture.broker.status()).toMatchObject({
      state: 'degraded',
      reason: 'Changes of credentials cannot be read: The registry failed: gone',
    });
    changes.mockRestore();
    await until('the broker to be well', () => fixture.broker.status().state === 'up');
    expect(lines.filter((line) => line.includes('could not be read'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('read again'))).toHaveLength(1);
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
    const messages = [...(await watcher.messages(1)), ...(await fixture.beforeMark(watcher))];
    expect(messages.map(({ topic, payload, retain }) => [topic, payload.toString(), retain])).toEqual([
      [kept!.topic('status'), 'online', true],
    ]);
  });
});
