import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { BrokerFixture, eventually, SERVICE_KEY } from '../../../broker/src/testing/broker-fixture.js';
import { CuttableProxy } from '../../../../tests/network-servers/cuttable-proxy.js';
import { thingsStackJoin } from '../../../../tests/network-servers/events.js';
import { SimulatedThingsStack } from '../../../../tests/network-servers/things-stack.server.js';
import { ThingsStackConnector, type OwnBroker } from './things-stack-connector.js';

const ACCESS = { username: 'lamps@ttn', key: 'NNSXS.canary' };
const DEVICE = { devEui: '4200000000000000', deviceId: 'dev1' };
const UP = 'v3/lamps@ttn/devices/dev1/up';

/** Real brokers on both sides, and a line in between that can be cut. */
describe('the connector to The Things Stack', () => {
  let fixture: BrokerFixture;
  let cloud: SimulatedThingsStack;
  let line: CuttableProxy;
  let bus: MqttClient;
  let connector: ThingsStackConnector;
  const log: string[] = [];

  const ownBroker = (client: MqttClient): OwnBroker => ({
    get connected() {
      return client.connected;
    },
    publishDurably: async (topic, payload) => {
      await client.publishAsync(topic, payload, { qos: 1 });
    },
  });

  function start(broker: OwnBroker, key = ACCESS.key): ThingsStackConnector {
    const made = new ThingsStackConnector({
      thingsStack: { url: `mqtt://127.0.0.1:${line.port}`, username: ACCESS.username, key, clientId: 'lamplighter-1' },
      own: {
        url: `mqtt://127.0.0.1:${fixture.port}`,
        username: 'service:connector',
        clientId: 'service:connector:downlinks',
        key: SERVICE_KEY,
      },
      broker,
      pauses: { firstMs: 40, longestMs: 640 },
      random: Math.random,
      logger: pino({ level: 'debug' }, { write: (text: string) => void log.push(text) }),
    });
    made.start();
    return made;
  }
  const connected = (): Promise<boolean> => eventually(() => connector.metrics()['connector_connected'] === 1);
  const bodies = async (topic = UP): Promise<string[]> =>
    (await fixture.journalled())
      .filter((record) => record.topic === topic)
      .map(({ payload }) => Buffer.from(payload).toString());

  beforeEach(async () => {
    log.length = 0;
    fixture = await BrokerFixture.start();
    await fixture.registry.networkServers.create({
      id: 'tts',
      name: 'tts',
      type: 'things-stack',
      applications: [ACCESS.username],
      downlink: null,
    });
    await new Promise((done) => setTimeout(done, 250));
    cloud = new SimulatedThingsStack(ACCESS);
    await cloud.start();
    line = new CuttableProxy(cloud.port);
    await line.listen();
    bus = await connectAsync(`mqtt://127.0.0.1:${fixture.port}`, {
      clientId: 'service:connector',
      username: 'service:connector',
      password: SERVICE_KEY,
    });
  });
  afterEach(async () => {
    await connector.close();
    await bus.endAsync(true);
    await line.close();
    await cloud.stop();
    await fixture.stop();
    expect(log.join('')).not.toContain('canary');
  });

  it('puts every event on our disk, topic and body as they are, down to the network server', async () => {
    connector = start(ownBroker(bus));
    expect(await connected()).toBe(true);
    const up = await cloud.uplink(DEVICE, { fCnt: 1 });
    await cloud.publish(DEVICE, 'join', thingsStackJoin('lamps', DEVICE));
    expect(await eventually(async () => (await fixture.journalled()).length === 2)).toBe(true);
    const records = await fixture.journalled();
    expect(records.map(({ topic, source }) => [topic, source])).toEqual([
      [UP, 'tts'],
      ['v3/lamps@ttn/devices/dev1/join', 'tts'],
    ]);
    expect(Buffer.from(records[0]!.payload)).toEqual(up);
    expect(connector.trouble).toBeNull();
    expect(await eventually(() => connector.counters.forwarded === 2)).toBe(true);
    expect(connector.metrics()).toMatchObject({ connector_received_total: 2, connector_granted_qos: 1 });
  });

  it('loses nothing and doubles nothing when the line is cut, also before an acknowledgement has arrived', async () => {
    connector = start(ownBroker(bus));
    expect(await connected()).toBe(true);
    const sent: string[] = [];
    const send = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) sent.push((await cloud.uplink(DEVICE, { fCnt: sent.length + 1 })).toString());
    };
    await send(5);
    expect(await eventually(async () => (await bodies()).length === 5)).toBe(true);
    // The next one gets here and onto the disk, but our acknowledgement never gets there.
    line.holdClients();
    await send(1);
    expect(await eventually(async () => (await bodies()).length === 6)).toBe(true);
    line.cut({ refuse: true });
    await send(20);
    await new Promise((done) => setTimeout(done, 500));
    line.admit();
    expect(await eventually(async () => (await bodies()).length >= 26, 10_000)).toBe(true);
    for (let i = 0; i < 3; i++) {
      await send(10);
      line.cut();
      await send(10);
      expect(await connected()).toBe(true);
    }
    expect(await eventually(async () => (await bodies()).length >= sent.length, 10_000)).toBe(true);
    await new Promise((done) => setTimeout(done, 300));
    const stored = await bodies();
    expect([...stored].sort()).toEqual([...sent].sort());
    expect(new Set(stored).size).toBe(stored.length);
    expect(connector.counters.repeated).toBeGreaterThanOrEqual(1);
  }, 60_000);

  it('comes back after growing, uneven pauses', async () => {
    connector = start(ownBroker(bus));
    expect(await connected()).toBe(true);
    line.connectedAt.length = 0;
    line.cut({ refuse: true });
    expect(await eventually(() => line.connectedAt.length >= 7, 10_000)).toBe(true);
    const pauses = line.connectedAt.slice(1).map((at, i) => at - line.connectedAt[i]!);
    expect(pauses.at(-1)!).toBeGreaterThan(pauses[0]! * 2);
    expect(new Set(pauses.map((pause) => Math.round(pause / 10))).size).toBeGreaterThan(3);
    expect(Math.max(...pauses)).toBeLessThan(1_500);
    expect(connector.trouble).toMatch(/no connection to The Things Stack/);
    line.admit();
    expect(await connected()).toBe(true);
    expect(connector.trouble).toBeNull();
  }, 30_000);

  it('acknowledges nothing that is not on our disk: it is asked for again', async () => {
    const real = ownBroker(bus);
    const flaky: OwnBroker = {
      get connected() {
        return real.connected;
      },
      publishDurably: () => Promise.reject(new Error('disk full')),
    };
    connector = start(flaky);
    expect(await connected()).toBe(true);
    const up = await cloud.uplink(DEVICE, { fCnt: 1 });
    expect(await eventually(() => connector.trouble?.includes('disk full') === true)).toBe(true);
    // The process ends before it is on the disk: it has to come again from the session at The Things Stack.
    await connector.close();
    expect(await bodies()).toEqual([]);
    connector = start(real);
    expect(await eventually(async () => (await bodies()).length > 0, 10_000)).toBe(true);
    expect(await bodies()).toEqual([up.toString()]);
    expect(await eventually(() => connector.trouble === null)).toBe(true);
  }, 30_000);

  it('takes downlinks the other way, also those from while the line was cut', async () => {
    connector = start(ownBroker(bus));
    expect(await connected()).toBe(true);
    await cloud.uplink(DEVICE, { fCnt: 1 });
    const push = (fPort: number): Promise<unknown> =>
      bus.publishAsync(
        'v3/lamps@ttn/devices/dev1/down/push',
        JSON.stringify({
          downlinks: [{ f_port: fPort, frm_payload: 'vu8=', confirmed: true, correlation_ids: [`c-${fPort}`] }],
        }),
        { qos: 1 },
      );
    // Its session at our broker is made a moment after the connection to The Things Stack.
    expect(
      await eventually(async () => {
        await push(1);
        return cloud.downlinks.length > 0;
      }),
    ).toBe(true);
    line.cut({ refuse: true });
    expect(await eventually(() => connector.metrics()['connector_connected'] === 0)).toBe(true);
    await push(2);
    await new Promise((done) => setTimeout(done, 200));
    expect(cloud.downlinks.map(({ downlink }) => downlink.f_port)).not.toContain(2);
    line.admit();
    expect(await eventually(() => cloud.downlinks.some(({ downlink }) => downlink.f_port === 2), 10_000)).toBe(true);
    expect(await eventually(async () => (await bodies('v3/lamps@ttn/devices/dev1/down/ack')).length >= 2)).toBe(true);
  }, 30_000);

  it('says when the key is wrong, without saying the key', async () => {
    connector = start(ownBroker(bus), 'NNSXS.canary-wrong');
    expect(await eventually(() => log.some((line) => line.includes('cannot be reached')))).toBe(true);
    expect(connector.trouble).toMatch(/no connection/);
  });
});
