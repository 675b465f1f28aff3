import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect as connectLater, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { until } from '#core/testing';
import { BrokerFixture, SERVICE_KEY, type TestDevice } from './testing/broker-fixture.js';

/** A client library of MQTT 5 against the real broker. */
describe('clients of MQTT 5', () => {
  let fixture: BrokerFixture;
  let device: TestDevice;
  const clients: MqttClient[] = [];
  beforeAll(async () => {
    fixture = await BrokerFixture.start();
    [device] = (await fixture.devices('device-5')) as [TestDevice];
  });
  afterAll(async () => {
    for (const client of clients) client.end(true);
    await fixture.stop();
  });

  async function connect(change: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${fixture.port}`, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...device.login,
      ...change,
    });
    clients.push(client);
    return client;
  }

  it('publish, and their PUBACK means that it is on disk', async () => {
    const client = await connect();
    const payload = JSON.stringify({ values: { temperature: 21 } });
    const properties = { messageExpiryInterval: 60, contentType: 'application/json', userProperties: { a: 'b' } };
    for (const qos of [1, 2] as const)
      await client.publishAsync(device.topic('telemetry'), payload, { qos, properties });
    const records = await fixture.journalled();
    expect(records.map(({ source, topic, payload: bytes }) => [source, topic, Buffer.from(bytes).toString()])).toEqual(
      Array(2).fill([device.id, device.topic('telemetry'), payload]),
    );
    await client.endAsync();
  });

  it('subscribe, are told of what is refused, and get what came while they were away', async () => {
    const service = { clientId: 'service:five', username: 'service:five', password: SERVICE_KEY, clean: false };
    const properties = { sessionExpiryInterval: 3_600 };
    const first = await connect({ ...service, properties });
    expect(await first.subscribeAsync('city/+/+/+/command', { qos: 1 })).toMatchObject([{ qos: 1 }]);
    await expect(first.subscribeAsync('$share/group/city/#', { qos: 1 })).rejects.toThrow();
    await first.unsubscribeAsync(['nothing/of/it', 'nor/of/that']);
    await first.endAsync();
    const other = await fixture.service('other');
    expect(await other.publish(device.topic('command'), 'while away')).toBe(true);
    const heard: string[] = [];
    const again = connectLater(`mqtt://127.0.0.1:${fixture.port}`, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      ...service,
      properties,
    });
    clients.push(again);
    again.on('message', (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
    await until(
      'the message that came while it was away',
      () => heard,
      ({ length }) => length > 0,
    );
    expect(heard).toEqual([`${device.topic('command')} while away`]);
    await again.endAsync();
    await other.disconnect();
  });

  it('are refused with the reasons of MQTT 5', async () => {
    await expect(connect({ password: 'wrong' })).rejects.toMatchObject({ code: 0x86 });
    await expect(connect({ clientId: 'another' })).rejects.toMatchObject({ code: 0x85 });
  });

  it('are held to the same limits: a foreign topic ends the connection', async () => {
    const client = await connect();
    let closed = false;
    client.once('close', () => (closed = true));
    client.publish('city/hyd/smart-lamppost/other/telemetry', 'x', { qos: 0 });
    await until('the connection to be closed', () => closed);
  });
});
