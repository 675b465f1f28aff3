import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_QUOTA, type QuotaAnswer, type QuotaNotice } from '#core';
import { BrokerFixture, eventually, pause, type TestDevice } from './testing/broker-fixture.js';
import type { MqttConnection } from './testing/mqtt-connection.js';

const PAYLOAD = JSON.stringify({ values: { temperature: 20 } });

const acknowledged = (client: MqttConnection): number => client.inbox.filter(({ cmd }) => cmd === 'puback').length;

/** Publishes so many messages as fast as the socket takes them; resolves when all are acknowledged. */
async function flood(client: MqttConnection, device: TestDevice, count: number): Promise<void> {
  const before = acknowledged(client);
  const topic = device.topic('telemetry');
  for (let messageId = 1; messageId <= count; messageId++)
    client.send({ cmd: 'publish', topic, payload: PAYLOAD, qos: 1, retain: false, dup: false, messageId });
  await eventually(() => client.closed || acknowledged(client) >= before + count, 30_000);
}

/** Documents that came on a topic. */
const heard = <T>(client: MqttConnection, topic: string): T[] =>
  client.inbox.flatMap((packet) =>
    packet.cmd === 'publish' && packet.topic === topic ? [JSON.parse(packet.payload.toString()) as T] : [],
  );

describe('quotas of devices', () => {
  let fixture: BrokerFixture;
  afterEach(() => fixture.stop());

  const start = async (quota: object = {}): Promise<void> => {
    fixture = await BrokerFixture.start({
      limits: { deviceQuotas: { fallback: { ...DEFAULT_QUOTA, ...quota }, byKind: new Map() } },
    });
  };

  it('slow down a device that sends more, lose nothing, and go on after it reconnects', async () => {
    await start({ messagesPerMinute: 6_000, burst: 100 });
    const device = await fixture.device('RUNAWAY');
    const client = await fixture.client(device.login);
    const startedAt = performance.now();
    await flood(client, device, 200);
    // A hundred at once, a hundred at a hundred a second.
    expect(performance.now() - startedAt).toBeGreaterThan(800);
    expect(await fixture.journalled()).toHaveLength(200);
    client.socket.destroy();
    const again = await fixture.client(device.login);
    const againAt = performance.now();
    await flood(again, device, 50);
    expect(performance.now() - againAt).toBeGreaterThan(350);
    expect(fixture.broker.status().metrics).toMatchObject({ broker_quota_throttled_devices: 1 });
  });

  it('change for an open connection, and leave the connection open', async () => {
    await start();
    const device = await fixture.device('A');
    const client = await fixture.client(device.login);
    await flood(client, device, 100);
    await fixture.registry.devices.update('A', { quota: { messagesPerMinute: 600, burst: 5, bytesPerDay: null } });
    await pause(300);
    const startedAt = performance.now();
    await flood(client, device, 15);
    expect(performance.now() - startedAt).toBeGreaterThan(800);
    await fixture.registry.devices.update('A', { quota: null });
    await pause(300);
    const liftedAt = performance.now();
    await flood(client, device, 500);
    expect(performance.now() - liftedAt).toBeLessThan(1_000);
    expect(client.closed).toBe(false);
  });

  it('of bytes hold a device back as well', async () => {
    await start({ bytesPerDay: 2_000 });
    const device = await fixture.device('A');
    const client = await fixture.client(device.login);
    await flood(client, device, 10);
    await pause(50);
    void client.publish(device.topic('telemetry'), 'x'.repeat(2_000));
    await pause(100);
    const startedWith = (await fixture.journalled()).length;
    void client.publish(device.topic('telemetry'), PAYLOAD);
    await pause(300);
    expect((await fixture.journalled()).length).toBe(startedWith);
  });

  it('do not keep a device from keeping its connection alive', async () => {
    await start({ messagesPerMinute: 60, burst: 1 });
    const device = await fixture.device('A');
    const client = await fixture.client({ ...device.login, keepalive: 1 });
    await flood(client, device, 3);
    expect(client.closed).toBe(false);
  });

  it('are told to the owner once, and to the API when it asks', async () => {
    await start({ messagesPerMinute: 6_000, burst: 10 });
    const device = await fixture.device('A');
    const owner = await fixture.service('alerts');
    await owner.subscribe('city/hyd/#');
    const client = await fixture.client(device.login);
    await flood(client, device, 60);
    const notices = (): QuotaNotice[] => heard(owner, device.topic('quota'));
    expect(await eventually(() => notices().length > 0)).toBe(true);
    await pause(200);
    expect(notices()).toMatchObject([{ device: 'A', state: 'throttled', quota: '6000:10', path: 'mqtt' }]);
    const entries = await fixture.registry.audit.list({ subject: 'A', limit: 10 });
    expect(entries.map(({ action }) => action)).toEqual(['device-over-quota']);

    await owner.subscribe('lamplighter/quota/answer/q1');
    await owner.publish('lamplighter/quota/ask', JSON.stringify({ id: 'q1', device: 'A' }));
    const answers = (): QuotaAnswer[] => heard(owner, 'lamplighter/quota/answer/q1');
    expect(await eventually(() => answers().length > 0)).toBe(true);
    expect(answers()[0]).toMatchObject({ service: 'broker', usage: { messagesLastMinute: 60, messagesLastDay: 60 } });
    expect(answers()[0]!.usage!.throttledForMs).toBeGreaterThan(0);
    await expect(client.subscribe('lamplighter/#')).resolves.toEqual([128]);
  });

  it('keep a runaway device away from fifty others', async () => {
    await start({ messagesPerMinute: 6_000, burst: 1_000 });
    const ids = Array.from({ length: 50 }, (_, i) => `D${i}`);
    const [runaway, ...others] = await fixture.devices('RUNAWAY', ...ids);
    const clients = await Promise.all(others.map((device) => fixture.client(device.login)));
    const alone = await latencies(clients, others);
    const wild = await fixture.client(runaway!.login);
    const flooding = flood(wild, runaway!, 20_000);
    await pause(100);
    const beside = await latencies(clients, others);
    expect(p99(beside)).toBeLessThan(p99(alone) + 150);
    const records = await fixture.journalled();
    const count = (source: string): number => records.filter((record) => record.source === source).length;
    for (const { id } of others) expect(count(id)).toBe(40);
    expect(count('RUNAWAY')).toBeGreaterThan(1_000);
    expect(count('RUNAWAY')).toBeLessThan(3_000);
    wild.socket.destroy();
    await flooding;
  }, 30_000);
});

/** Each device sends twenty messages, fifty milliseconds apart; milliseconds from PUBLISH to PUBACK. */
async function latencies(clients: readonly MqttConnection[], devices: readonly TestDevice[]): Promise<number[]> {
  const measured: number[] = [];
  for (let round = 0; round < 20; round++) {
    const sent = clients.map(async (client, i) => {
      const at = performance.now();
      await client.publish(devices[i]!.topic('telemetry'), PAYLOAD);
      measured.push(performance.now() - at);
    });
    await Promise.all(sent);
    await pause(50);
  }
  return measured;
}

function p99(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)]!;
}
