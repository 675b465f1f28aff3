import { pino } from 'pino';
import { systemClock } from '#core';
import { until } from '#core/testing';
import { ServiceBus } from '#service';
import { BrokerFixture, SERVICE_KEY } from './testing/broker-fixture.js';

describe('T09 messages of services', () => {
  let fixture: BrokerFixture;
  let bus: ServiceBus;
  beforeEach(async () => {
    // Smaller than what comes over HTTP: the API does not know.
    fixture = await BrokerFixture.start({ limits: { maxPacketBytes: 1_024 } });
    bus = new ServiceBus({
      url: `mqtt://127.0.0.1:${fixture.port}`,
      service: 'api',
      key: SERVICE_KEY,
      clock: systemClock,
      logger: pino({ level: 'silent' }),
      // Reconnects after half a second.
      random: () => 0,
    });
    bus.start();
    await until('the bus to be connected', () => bus.connected);
  });
  afterEach(async () => {
    await bus.close();
    await fixture.stop();
  });
  const topic = 'uplink/meters/0101010101010101';

  it('may be as large as what the API takes, topic and header besides', async () => {
    await bus.publishDurably(topic, Buffer.alloc(256 * 1024, '{'));
    expect((await fixture.journalled()).map(({ payload }) => payload.length)).toEqual([256 * 1024]);
  });

  it('that are larger fail alone: what comes behind them is taken', async () => {
    await expect(bus.publishDurably(topic, Buffer.alloc(1024 * 1024, '{'))).rejects.toThrow();
    await until('the bus to be connected again', () => bus.connected);
    await bus.publishDurably(topic, '{}');
    expect((await fixture.journalled()).map(({ payload }) => payload.length)).toEqual([2]);
  });
});
