import { pause, until } from '#core/testing';
import { DeviceLink } from './device-link.js';
import type { MqttAccess } from './mqtt-access.js';
import { TinyBroker } from './testing/tiny-broker.js';
import { Traffic } from './traffic.js';

const STATUS = 'city/emsd/lpwan-node/a/status';
const access = (password: string): MqttAccess => ({
  clientId: 'a',
  username: 'a',
  password,
  topic: 'city/emsd/lpwan-node/a/telemetry',
});

describe('the connection of a device', () => {
  let broker: TinyBroker;
  let link: DeviceLink;
  let traffic: Traffic;
  const open = (password = 'key', renew = () => Promise.reject(new Error('not expected'))): void => {
    link = new DeviceLink({
      url: broker.url,
      access: access(password),
      statusTopic: STATUS,
      traffic,
      random: () => 0,
      renew: renew as () => Promise<MqttAccess>,
    });
    link.connect();
  };

  const published = (count: number): Promise<unknown> =>
    until(
      `${count} messages`,
      () => broker.published,
      ({ length }) => length === count,
    );

  beforeEach(async () => {
    broker = new TinyBroker();
    traffic = new Traffic();
    await broker.listen();
  });
  afterEach(async () => {
    await link.close();
    await broker.close();
  });

  it('announces itself, registers a will, publishes and says goodbye', async () => {
    open();
    await published(1);
    link.send(['{"seq":1}'], '{"seq":1}');
    await published(2);
    await link.close();
    expect(broker.wills).toEqual([STATUS]);
    expect(broker.published).toEqual([
      { clientId: 'a', topic: STATUS, payload: '{"state":"online"}', retain: true },
      { clientId: 'a', topic: 'city/emsd/lpwan-node/a/telemetry', payload: '{"seq":1}', retain: false },
      { clientId: 'a', topic: STATUS, payload: '{"state":"offline"}', retain: true },
    ]);
  });

  it('keeps sound readings while it is offline and sends them as an array when it is back', async () => {
    open();
    await until('the connection', () => link.connected);
    broker.dropConnections();
    await until('the device to notice', () => !link.connected);
    link.send(['{"seq":1}'], '{"seq":1}');
    link.send(['garbage'], '{"seq":2}');
    await until(
      'telemetry',
      () => broker.published,
      (messages) => messages.some(({ topic }) => topic.endsWith('/telemetry')),
    );
    expect(broker.published.filter(({ topic }) => topic.endsWith('/telemetry')).map(({ payload }) => payload)).toEqual([
      '[{"seq":1},{"seq":2}]',
    ]);
  });

  it('does not pile up publishes that the broker does not acknowledge', async () => {
    open();
    await published(1);
    broker.acknowledge = false;
    for (let i = 0; i < 100; i++) link.send([`{"seq":${i}}`], `{"seq":${i}}`);
    await published(11);
    await pause(50);
    expect(broker.published).toHaveLength(11);
    expect([traffic.sent, traffic.inFlight]).toEqual([10, 10]);
    await link.close();
    expect([traffic.acknowledged, traffic.lost]).toEqual([0, 10]);
  });

  it('gets a new key when the broker refuses the old one', async () => {
    broker.badPasswords.add('old');
    open('old', (() => Promise.resolve(access('new'))) as never);
    await published(1);
    expect(broker.published[0]).toMatchObject({ topic: STATUS });
  });
});
