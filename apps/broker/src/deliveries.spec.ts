import { serviceTopic, type ServiceStatus } from '#core';
import { until } from '#core/testing';
import { BrokerFixture } from './testing/broker-fixture.js';

describe('deliveries', () => {
  let fixture: BrokerFixture;
  beforeAll(async () => {
    fixture = await BrokerFixture.start({ limits: { maxQueuedMessages: 50, maxSubscriptions: 5 } });
  });
  afterAll(() => fixture.stop());

  it('out of order, of QoS 1 and 0 mixed, all arrive once', async () => {
    const listener = await fixture.service('listener');
    await listener.subscribe({ topic: 'lamplighter/mixed/#', qos: 1 }, { topic: 'lamplighter/+/x', qos: 1 });
    const speaker = await fixture.service('speaker');
    for (let n = 0; n < 100; n++) {
      speaker.send({
        cmd: 'publish',
        topic: 'lamplighter/mixed/x',
        payload: String(n),
        qos: n % 2 === 0 ? 1 : 0,
        retain: false,
        dup: false,
        messageId: n + 1,
      });
    }
    const messages = [...(await listener.messages(100)), ...(await fixture.beforeMark(listener))];
    const payloads = messages.map(({ payload }) => Number(payload.toString()));
    expect(payloads.sort((x, y) => x - y)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  it('to an absent session are bounded to the newest', async () => {
    const device = await fixture.device('GF3637');
    const sleeper = await fixture.client({ ...device.login, clean: false });
    await sleeper.subscribe(device.topic('command'));
    await sleeper.disconnect();
    const speaker = await fixture.service('speaker-2');
    for (let n = 0; n < 80; n++) await speaker.publish(device.topic('command'), String(n));
    const awake = await fixture.client({ ...device.login, clean: false });
    const messages = [...(await awake.messages(50)), ...(await fixture.beforeMark(awake, device.topic('command')))];
    const payloads = messages.map(({ payload }) => Number(payload.toString()));
    expect(payloads).toEqual(Array.from({ length: 50 }, (_, index) => index + 30));
    expect(fixture.broker.status().metrics.broker_dropped_deliveries_total).toBe(30);
  });

  it('of telemetry go to whoever subscribed, after it is durable', async () => {
    const device = await fixture.device('GF3638');
    const client = await fixture.client(device.login);
    await client.publish(device.topic('telemetry'), 'nobody listens');
    const listener = await fixture.service('listener-2');
    await listener.subscribe('city/+/+/GF3638/telemetry');
    await client.publish(device.topic('telemetry'), 'heard');
    expect((await listener.messages(1)).map(({ payload, qos }) => [payload.toString(), qos])).toEqual([['heard', 1]]);
    await listener.unsubscribe('city/+/+/GF3638/telemetry');
    await client.publish(device.topic('telemetry'), 'not any more');
    expect(await fixture.beforeMark(listener)).toEqual([]);
  });

  it('a client has a limited number of subscriptions', async () => {
    const service = await fixture.service('greedy');
    expect(await service.subscribe(...Array.from({ length: 6 }, (_, index) => `city/${index}/#`))).toEqual(
      Array(6).fill(0x80),
    );
    expect(await service.subscribe('city/#')).toEqual([1]);
  });

  it('the broker says every second how it is', async () => {
    const service = await fixture.service('monitor');
    await service.subscribe(serviceTopic('broker'));
    const [first, second] = await service.messages(2);
    const status = JSON.parse(second!.payload.toString()) as ServiceStatus;
    expect(first!.retain).toBe(true);
    expect(status).toMatchObject({ service: 'broker', state: 'up', pid: process.pid });
    expect(status.metrics).toMatchObject({ journal_full: 0, journal_writable: 1, journal_corrupt_records_total: 0 });
    await until(
      'the three messages to be in the journal',
      () => fixture.broker.status().metrics.journal_next_sequence,
      (next) => next === 3,
    );
  });
});
