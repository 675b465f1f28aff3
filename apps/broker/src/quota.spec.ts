import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_QUOTA, type QuotaAnswer, type QuotaNotice } from '#core';
import { pause, quickest, until } from '#core/testing';
import type { Packet } from 'mqtt-packet';
import { BrokerFixture, type TestDevice } from './testing/broker-fixture.js';
import type { MqttConnection } from './testing/mqtt-connection.js';

const PAYLOAD = JSON.stringify({ values: { temperature: 20 } });

const acknowledged = (client: MqttConnection): number => client.inbox.filter(({ cmd }) => cmd === 'puback').length;

/** Publishes so many messages as fast as the socket takes them. */
function send(client: MqttConnection, device: TestDevice, count: number): void {
  const topic = device.topic('telemetry');
  for (let messageId = 1; messageId <= count; messageId++)
    client.send({ cmd: 'publish', topic, payload: PAYLOAD, qos: 1, retain: false, dup: false, messageId });
}

/** Resolves when all are acknowledged, or the connection is closed. */
async function flood(client: MqttConnection, device: TestDevice, count: number): Promise<void> {
  const before = acknowledged(client);
  send(client, device, count);
  await until(
    `${count} messages to be acknowledged`,
    () => (client.closed ? Infinity : acknowledged(client) - before),
    (come) => come >= count,
  );
}

/** Documents that came on a topic. */
const heard = <T>(packets: readonly Packet[], topic: string): T[] =>
  packets.flatMap((packet) =>
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
    await flood(again, device, 100);
    // From the beginning: what passed before it was back has filled its bucket, to go on with.
    expect(performance.now() - startedAt).toBeGreaterThan(1_600);
    expect(fixture.broker.status().metrics).toMatchObject({ broker_quota_throttled_devices: 1 });
  });

  it('change for an open connection, and leave the connection open', async () => {
    await start();
    const device = await fixture.device('A');
    const client = await fixture.client(device.login);
    await flood(client, device, 100);
    await fixture.registry.devices.update('A', { quota: { messagesPerMinute: 600, burst: 5, bytesPerDay: null } });
    await fixture.changesSeen();
    const startedAt = performance.now();
    await flood(client, device, 15);
    expect(performance.now() - startedAt).toBeGreaterThan(800);
    await fixture.registry.devices.update('A', { quota: null });
    await fixture.changesSeen();
    // By the quota that was lifted they would take more than a minute and a half, which `flood` does not wait for.
    await flood(client, device, 1_000);
    expect(client.closed).toBe(false);
  });

  it('of bytes hold a device back as well', async () => {
    await start({ bytesPerDay: 2_000 });
    const device = await fixture.device('A');
    const client = await fixture.client(device.login);
    await flood(client, device, 10);
    expect(await client.publish(device.topic('telemetry'), 'x'.repeat(2_000), { messageId: 11 })).toBe(true);
    client.send({
      cmd: 'publish',
      topic: device.topic('telemetry'),
      payload: PAYLOAD,
      qos: 0,
      retain: false,
      dup: false,
    });
    await until(
      'the device to be held back',
      () => fixture.broker.status().metrics.broker_quota_throttled_devices,
      (devices) => devices === 1,
    );
    // Another device is served after this one would have been.
    const other = await fixture.device('B');
    expect(await (await fixture.client(other.login)).publish(other.topic('telemetry'), '{}')).toBe(true);
    const records = await fixture.journalled();
    expect(records.map(({ source }) => source)).toEqual([...Array(11).fill('A'), 'B']);
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
    await until('a notice', () => heard(owner.inbox, device.topic('quota')).length > 0);
    const notices: QuotaNotice[] = heard(await fixture.beforeMark(owner), device.topic('quota'));
    expect(notices).toMatchObject([{ device: 'A', state: 'throttled', quota: '6000:10', path: 'mqtt' }]);
    const entries = await until(
      'the audit trail to have it',
      () => fixture.registry.audit.list({ subject: 'A', limit: 10 }),
      ({ length }) => length > 0,
    );
    expect(entries.map(({ action }) => action)).toEqual(['device-over-quota']);

    await owner.subscribe('lamplighter/quota/answer/q1');
    await owner.publish('lamplighter/quota/ask', JSON.stringify({ id: 'q1', device: 'A' }));
    const answers = (): QuotaAnswer[] => heard(owner.inbox, 'lamplighter/quota/answer/q1');
    await until('an answer', () => answers().length > 0);
    expect(answers()[0]).toMatchObject({ service: 'broker', usage: { messagesLastMinute: 60, messagesLastDay: 60 } });
    expect(answers()[0]!.usage!.throttledForMs).toBeGreaterThan(0);
    await expect(client.subscribe('lamplighter/#')).resolves.toEqual([128]);
  });

  it('keep a runaway device away from fifty others', async () => {
    await start({ messagesPerMinute: 6_000, burst: 1_000 });
    const ids = Array.from({ length: 50 }, (_, i) => `D${i}`);
    const [runaway, ...others] = await fixture.devices('RUNAWAY', ...ids);
    const clients = await Promise.all(others.map((device) => fixture.client(device.login)));
    let measurements = 0;
    const p99Ms = async (): Promise<number> => {
      measurements++;
      return p99(await latencies(clients, others));
    };
    const aloneMs = await p99Ms();
    const wild = await fixture.client(runaway!.login);
    const heldBack = (): number => fixture.broker.status().metrics.broker_quota_held_back_total!;
    const startedAt = performance.now();
    send(wild, runaway!, 20_000);
    await until('the runaway device to be held back', heldBack);
    // It goes on with it for minutes.
    expect(await quickest(aloneMs + 150, p99Ms)).toBeLessThan(aloneMs + 150);
    wild.socket.destroy();
    const records = await fixture.journalled();
    const count = (source: string): number => records.filter((record) => record.source === source).length;
    for (const { id } of others) expect(count(id)).toBe(measurements * ROUNDS);
    // A burst of a thousand, then a hundred a second, read in strokes.
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(count('RUNAWAY')).toBeGreaterThan(1_000);
    expect(count('RUNAWAY')).toBeLessThan(1_000 + 100 * (seconds + 1));
  });
});

const ROUNDS = 20;

/** Each device sends twenty messages, fifty milliseconds apart; milliseconds from PUBLISH to PUBACK. */
async function latencies(clients: readonly MqttConnection[], devices: readonly TestDevice[]): Promise<number[]> {
  const measured: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
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
