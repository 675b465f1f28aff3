import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { REGISTRY_LOOK_TOPIC, registrySeenTopic } from '#core';
import { generateKey, hashKey } from '#identity';
import type { NewNetworkServer } from '#registry';
import { until } from '#core/testing';
import { BrokerFixture, PEPPER } from './testing/broker-fixture.js';
import type { MqttConnection } from './testing/mqtt-connection.js';

const UP = '{"deviceInfo":{"devEui":"0101010101010101"}}';
const EUI = '0101010101010101';

describe('network servers', () => {
  let fixture: BrokerFixture;
  let api: MqttConnection;
  beforeAll(async () => {
    fixture = await BrokerFixture.start();
    api = await fixture.service('api');
  });
  afterAll(() => fixture.stop());

  async function add(server: Pick<NewNetworkServer, 'id' | 'type' | 'applications'>): Promise<string> {
    await fixture.registry.networkServers.create({ name: server.id, downlink: null, ...server });
    const key = generateKey();
    await fixture.registry.credentials.put([
      {
        username: server.id,
        clientId: server.id,
        type: 'gateway',
        subject: server.id,
        application: null,
        keyHash: hashKey(PEPPER, key),
        certificateFingerprint: null,
      },
    ]);
    return key;
  }
  const connect = (id: string, key: string): Promise<MqttConnection> =>
    fixture.client({ clientId: id, username: id, password: key });
  const sourceOf = async (topic: string): Promise<string | undefined> =>
    (await fixture.journalled()).filter((record) => record.topic === topic).at(-1)?.source;

  it('ChirpStack of all applications publishes every event and hears its commands, and nothing else', async () => {
    const server = await connect('gwin', await add({ id: 'gwin', type: 'chirpstack', applications: 'all' }));
    for (const event of ['up', 'join', 'ack', 'txack', 'status', 'log', 'location', 'integration']) {
      const topic = `application/17c82e96-be03-4f38-aef3-f83d48582d97/device/${EUI}/event/${event}`;
      expect(await server.publish(topic, UP)).toBe(true);
      expect(await sourceOf(topic)).toBe('gwin');
    }
    // What ChirpStack subscribes to by itself.
    expect(await server.subscribe('application/+/device/+/command/+')).toEqual([1]);
    expect(await server.subscribe('application/+/device/+/event/+')).toEqual([0x80]);
    expect(await server.subscribe('city/#')).toEqual([0x80]);
    const down = `application/any/device/${EUI}/command/down`;
    expect(await api.publish(down, '{}')).toBe(true);
    expect((await server.messages(1)).map(({ topic }) => topic)).toEqual([down]);
    expect(await sourceOf(down)).toBeUndefined();
    await server.disconnect();
  });

  it('two ChirpStack servers with one and the same application speak and hear each for itself', async () => {
    const harbour = await connect('harbour', await add({ id: 'harbour', type: 'chirpstack', applications: 'own' }));
    const airport = await connect('airport', await add({ id: 'airport', type: 'chirpstack', applications: 'own' }));
    const topic = (id: string, end: string): string => `chirpstack/${id}/application/same/device/${EUI}/${end}`;
    expect(await harbour.publish(topic('harbour', 'event/up'), UP)).toBe(true);
    expect(await airport.publish(topic('airport', 'event/up'), UP)).toBe(true);
    expect(await sourceOf(topic('harbour', 'event/up'))).toBe('harbour');
    expect(await sourceOf(topic('airport', 'event/up'))).toBe('airport');
    const filterOf = (id: string): string => `chirpstack/${id}/application/+/device/+/command/+`;
    expect(await harbour.subscribe(filterOf('harbour'))).toEqual([1]);
    expect(await airport.subscribe(filterOf('airport'))).toEqual([1]);
    expect(await airport.subscribe(filterOf('+'))).toEqual([0x80]);
    for (const id of ['harbour', 'airport']) expect(await api.publish(topic(id, 'command/down'), id)).toBe(true);
    expect((await harbour.messages(1)).map(({ payload }) => payload.toString())).toEqual(['harbour']);
    expect((await airport.messages(1)).map(({ payload }) => payload.toString())).toEqual(['airport']);
    // What the API publishes for one, after its HTTP integration; nobody owns what is not there.
    for (const [id, source] of [
      ['harbour', 'harbour'],
      ['nowhere', 'service:api'],
    ] as const) {
      // prettier-ignore
      expect(await api.publish(topic(id, 'event/status'), UP)).toBe(true);
      expect(await sourceOf(topic(id, 'event/status'))).toBe(source);
    }
    expect(await airport.publish(topic('harbour', 'event/up'), UP)).toBe(false);
    await harbour.disconnect();
  });

  it('knows a new network server as soon as it has answered that it looked at the registry', async () => {
    const id = '0123456789abcdef';
    const asker = await fixture.service('asker');
    expect(await asker.subscribe(registrySeenTopic('+'))).toEqual([1]);
    await add({ id: 'fresh', type: 'http', applications: ['fresh'] });
    await asker.publish(REGISTRY_LOOK_TOPIC, id);
    expect((await asker.messages(1)).map(({ topic }) => topic)).toEqual([registrySeenTopic(id)]);
    const topic = `uplink/fresh/${EUI}`;
    expect(await asker.publish(topic, UP)).toBe(true);
    expect(await sourceOf(topic)).toBe('fresh');
    await asker.disconnect();
  });

  it('puts what a service publishes down to the network server that has the application', async () => {
    await add({ id: 'tts', type: 'things-stack', applications: ['app1@ttn'] });
    await add({ id: 'other', type: 'http', applications: ['meters'] });
    const topics: [topic: string, source: string][] = [
      ['v3/app1@ttn/devices/dev1/up', 'tts'],
      ['v3/app1@ttn/devices/dev1/down/ack', 'tts'],
      ['v3/app1/devices/dev1/up', 'service:api'],
      [`uplink/meters/${EUI}`, 'other'],
      [`uplink/lamps/${EUI}`, 'service:api'],
      [`application/app-1/device/${EUI}/event/up`, 'gwin'],
    ];
    for (const [topic, source] of topics) {
      const put = async (): Promise<boolean> => (await api.publish(topic, UP)) && (await sourceOf(topic)) === source;
      // The broker sees a new network server with its next look at the registry's changes.
      await until(`${topic} to be put down to ${source}`, put);
    }
    for (const topic of ['v3/app1@ttn/devices/dev1/down/push', 'v3/app1@ttn/devices/dev1/down/replace']) {
      expect(await api.publish(topic, '{}')).toBe(true);
      expect(await sourceOf(topic)).toBeUndefined();
    }
  });

  it('closes the connection of a network server whose applications change, and ends it with its credential', async () => {
    const key = await add({ id: 'second', type: 'chirpstack', applications: ['a'] });
    const first = await connect('second', key);
    expect(await first.publish(`application/a/device/${EUI}/event/up`, UP)).toBe(true);
    expect(await first.subscribe('application/a/device/+/command/down')).toEqual([1]);
    await fixture.registry.networkServers.update('second', { applications: ['b'] });
    expect(await first.closes()).toBe(true);
    const then = await connect('second', key);
    expect(await then.subscribe('application/a/device/+/command/down')).toEqual([0x80]);
    expect(await then.publish(`application/b/device/${EUI}/event/up`, UP)).toBe(true);
    await fixture.registry.networkServers.remove('second');
    expect(await then.closes()).toBe(true);
    await expect(connect('second', key)).rejects.toThrow('CONNACK');
  });
});
