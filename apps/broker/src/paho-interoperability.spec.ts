import type { IPublishPacket } from 'mqtt-packet';
import { until } from '#core/testing';
import { BrokerFixture } from './testing/broker-fixture.js';
import type { ConnectWith, MqttConnection } from './testing/mqtt-connection.js';

/**
 * The ten tests of the Eclipse Paho MQTT 3.1.1 interoperability suite (`client_test.py`), written anew from what they
 * check, against the open test configuration that the suite needs.
 */
describe('Paho MQTT 3.1.1 interoperability', () => {
  let fixture: BrokerFixture;
  const TOPICS = ['TopicA', 'TopicA/B', 'Topic/C', 'TopicA/C', '/TopicA'] as const;
  const WILDCARDS = ['TopicA/+', '+/C', '#', '/#', '/+', '+/+', 'TopicA/#'] as const;

  beforeAll(async () => {
    fixture = await BrokerFixture.start({ settings: { open: true } });
  });
  afterAll(() => fixture.stop());

  const client = (clientId: string, options: Partial<ConnectWith> = {}): Promise<MqttConnection> =>
    fixture.client({ clientId, ...options });

  /** Ends sessions and retained messages of the test before. */
  beforeEach(async () => {
    for (const clientId of ['first', 'second']) await (await client(clientId)).disconnect();
    const cleaner = await client('cleaner');
    for (const topic of TOPICS) await cleaner.publish(topic, '', { retain: true });
    await cleaner.disconnect();
  });

  const described = (messages: readonly IPublishPacket[]): string[] =>
    messages.map(({ topic, payload, qos }) => `${topic} ${qos} ${payload.toString()}`).sort();

  it('basic: a client gets what it publishes at each QoS, and a second CONNECT closes the connection', async () => {
    const only = await client('first');
    expect(await only.subscribe({ topic: TOPICS[0], qos: 2 })).toEqual([2]);
    for (const qos of [0, 1, 2] as const) expect(await only.publish(TOPICS[0], `qos ${qos}`, { qos })).toBe(true);
    expect(described(await only.messages(3))).toEqual(['TopicA 0 qos 0', 'TopicA 1 qos 1', 'TopicA 2 qos 2']);
    only.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: 'first',
      clean: true,
      keepalive: 60,
    });
    expect(await only.closes()).toBe(true);
  });

  it('basic: another protocol name is not served', async () => {
    const stranger = await fixture.socket();
    stranger.sendBytes(Buffer.from('101300064d51545466660402003c000566697273740000', 'hex'));
    expect(await stranger.closes()).toBe(true);
    expect(stranger.inbox).toEqual([]);
  });

  it('retained messages: one for each topic that matches, and none after they were cleared', async () => {
    const only = await client('first');
    for (const [index, qos] of ([0, 1, 2] as const).entries())
      await only.publish(TOPICS[index + 1]!, `qos ${qos}`, { qos, retain: true });
    await only.subscribe({ topic: WILDCARDS[5], qos: 2 });
    const retained = await only.messages(3);
    expect(described(retained)).toEqual(['Topic/C 1 qos 1', 'TopicA/B 0 qos 0', 'TopicA/C 2 qos 2']);
    expect(retained.every((message) => message.retain)).toBe(true);
    for (const topic of TOPICS.slice(1, 4)) await only.publish(topic, '', { retain: true });
    await only.disconnect();
    const again = await client('first');
    await again.subscribe({ topic: WILDCARDS[5], qos: 2 });
    expect(await fixture.beforeMark(again, 'the/mark')).toEqual([]);
  });

  it('will message: published when the connection is cut', async () => {
    const doomed = await client('first', {
      keepalive: 2,
      will: { topic: TOPICS[2], payload: 'client not disconnected' },
    });
    const watcher = await client('second', { clean: false });
    await watcher.subscribe({ topic: TOPICS[2], qos: 2 });
    doomed.cut();
    expect(described(await watcher.messages(1))).toEqual(['Topic/C 0 client not disconnected']);
  });

  it('zero-length client id: refused with clean=false, served with clean=true', async () => {
    const refused = await fixture.socket();
    refused.sendBytes(Buffer.from('100c00044d5154540400003c0000', 'hex'));
    expect(await refused.next('connack')).toMatchObject({ returnCode: 2 });
    expect(await refused.closes()).toBe(true);
    const served = await fixture.socket();
    expect(await served.connect({ clientId: '', clean: true })).toBe(0);
    await served.disconnect();
  });

  it('offline message queueing: what was published meanwhile is delivered on reconnection', async () => {
    const sleeper = await client('first', { clean: false });
    await sleeper.subscribe({ topic: WILDCARDS[5], qos: 2 });
    await sleeper.disconnect();
    const publisher = await client('second');
    for (const [index, qos] of ([0, 1, 2] as const).entries())
      await publisher.publish(TOPICS[index + 1]!, `qos ${qos}`, { qos });
    await publisher.disconnect();
    const awake = await client('first', { clean: false });
    // Whether what was published with QoS 0 is kept is up to the broker.
    const assured = (): IPublishPacket[] =>
      awake.inbox.flatMap((packet) => (packet.cmd === 'publish' && packet.qos > 0 ? [packet] : []));
    await until('both messages', () => assured().length >= 2);
    const messages = (await fixture.beforeMark(awake, 'the/mark')).filter(({ qos }) => qos > 0);
    expect(described(messages)).toEqual(['Topic/C 1 qos 1', 'TopicA/C 2 qos 2']);
  });

  it('overlapping subscriptions: one message of the highest QoS, or one for each subscription', async () => {
    const only = await client('first');
    await only.subscribe({ topic: WILDCARDS[6], qos: 2 }, { topic: WILDCARDS[0], qos: 1 });
    await only.publish(TOPICS[3], 'overlapping topic filters', { qos: 2 });
    const messages = [...(await only.messages(1)), ...(await fixture.beforeMark(only, 'TopicA/mark'))];
    const qos = messages.map((message) => message.qos).sort();
    expect([[2], [1, 2]]).toContainEqual(qos);
  });

  it('keepalive: a silent client is cut off and its will published', async () => {
    await client('first', { keepalive: 1, will: { topic: TOPICS[4], payload: 'keepalive expiry' } });
    const watcher = await client('second', { keepalive: 0 });
    await watcher.subscribe({ topic: TOPICS[4], qos: 2 });
    expect(described(await watcher.messages(1))).toEqual(['/TopicA 0 keepalive expiry']);
  });

  it('redelivery on reconnect: QoS 1 and 2 messages that were not acknowledged come again', async () => {
    const forgetful = await client('first', { clean: false });
    await forgetful.subscribe({ topic: WILDCARDS[6], qos: 2 });
    forgetful.acknowledges = false;
    const publisher = await client('second');
    await publisher.publish(TOPICS[1], 'of qos 1', { qos: 1 });
    await publisher.publish(TOPICS[3], 'of qos 2', { qos: 2 });
    expect(await forgetful.messages(2)).toHaveLength(2);
    const connections = (): number => fixture.broker.status().metrics.broker_connections!;
    const before = connections();
    forgetful.cut();
    await until('the broker to notice', connections, (now) => now < before);
    const again = await client('first', { clean: false });
    const messages = await again.messages(2);
    expect(described(messages)).toEqual(['TopicA/B 1 of qos 1', 'TopicA/C 2 of qos 2']);
    expect(messages.every((message) => message.dup)).toBe(true); // [MQTT-3.3.1-1]
    await again.disconnect();
    expect(await fixture.beforeMark(await client('first', { clean: false }), 'TopicA/mark')).toEqual([]);
  });

  it('$ topics: a filter that begins with a wildcard does not match them', async () => {
    const only = await client('first');
    await only.subscribe({ topic: WILDCARDS[5], qos: 2 }, { topic: WILDCARDS[2], qos: 2 });
    await only.publish(`$${TOPICS[1]}`, 'hidden', { qos: 1 });
    expect(await fixture.beforeMark(only, 'the/mark')).toEqual([]);
  });

  it('unsubscribe: only what is still subscribed is delivered', async () => {
    const only = await client('first');
    await only.subscribe({ topic: TOPICS[0], qos: 2 }, { topic: TOPICS[1], qos: 2 }, { topic: TOPICS[2], qos: 2 });
    expect(await only.unsubscribe(TOPICS[0])).toBe(true);
    for (const topic of TOPICS.slice(0, 3)) await only.publish(topic, 'x');
    const messages = [...(await only.messages(2)), ...(await fixture.beforeMark(only, TOPICS[1]))];
    expect(described(messages)).toEqual(['Topic/C 1 x', 'TopicA/B 1 x']);
  });

  it('subscribe failure: a filter that is not permitted is answered with 0x80', async () => {
    const only = await client('first');
    expect(await only.subscribe({ topic: 'test/nosubscribe', qos: 2 })).toEqual([0x80]);
  });

  it('journals nothing', async () => {
    expect(await fixture.journalled()).toEqual([]);
  });
});
