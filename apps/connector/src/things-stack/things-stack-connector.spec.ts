import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { pause, until } from '#core/testing';
import { BrokerFixture, SERVICE_KEY } from '../../../broker/src/testing/broker-fixture.js';
import { CuttableProxy } from '../../../../tests/servers/cuttable-proxy.js';
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
  const connected = (): Promise<unknown> =>
    until(
      'the connector to be connected',
      () => connector.metrics(),
      (metrics) => metrics['connector_connected'] === 1,
    );
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
    await fixture.changesSeen();
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
    await connected();
    const up = await cloud.uplink(DEVICE, { fCnt: 1 });
    await cloud.publish(DEVICE, 'join', thingsStackJoin('lamps', DEVICE));
    const records = await until(
      'two records',
      () => fixture.journalled(),
      ({ length }) => length === 2,
    );
    expect(records.map(({ topic, source }) => [topic, source])).toEqual([
      [UP, 'tts'],
      ['v3/lamps@ttn/devices/dev1/join', 'tts'],
    ]);
    expect(Buffer.from(records[0]!.payload)).toEqual(up);
    expect(connector.trouble).toBeNull();
    await until(
      'both to be counted',
      () => connector.counters,
      ({ forwarded }) => forwarded === 2,
    );
    expect(connector.metrics()).toMatchObject({ connector_received_total: 2, connector_granted_qos: 1 });
  });

  it('loses nothing and doubles nothing when the line is cut, also before an acknowledgement has arrived', async () => {
    connector = start(ownBroker(bus));
    await connected();
    const sent: string[] = [];
    const send = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) sent.push((await cloud.uplink(DEVICE, { fCnt: sent.length + 1 })).toString());
    };
    await send(5);
    await until(
      'five events',
      () => bodies(),
      ({ length }) => length === 5,
    );
    // The next one gets here and onto the disk, but our acknowledgement never gets there.
    line.holdClients();
    await send(1);
    await until(
      'the sixth event',
      () => bodies(),
      ({ length }) => length === 6,
    );
    const before = line.connectedAt.length;
    line.cut({ refuse: true });
    await send(20);
    await until('an attempt in vain', () => line.connectedAt.length > before);
    line.admit();
    await until(
      '26 events',
      () => bodies(),
      ({ length }) => length >= 26,
    );
    for (let i = 0; i < 3; i++) {
      await send(10);
      line.cut();
      await send(10);
      await connected();
    }
    await until(
      'every event',
      () => bodies(),
      ({ length }) => length >= sent.length,
    );
    // Nothing that comes twice: it would come at once.
    await pause(300);
    const stored = await bodies();
    expect([...stored].sort()).toEqual([...sent].sort());
    expect(new Set(stored).size).toBe(stored.length);
    expect(connector.counters.repeated).toBeGreaterThanOrEqual(1);
  });

  it('puts an event down once that comes again while it is still on its way to the disk', async () => {
    const real = ownBroker(bus);
    const held: (() => void)[] = [];
    const slow: OwnBroker = {
      get connected() {
        return real.connected;
      },
      publishDurably: async (topic, payload) => {
        await new Promise<void>((resolve) => held.push(resolve));
        await real.publishDurably(topic, payload);
      },
    };
    connector = start(slow);
    await connected();
    const up = await cloud.uplink(DEVICE, { fCnt: 1 });
    await until('the event to be on its way', () => held.length === 1);
    line.cut();
    await until('the event to come again', () => connector.counters.received === 2);
    for (const letGo of held) letGo();
    await until(
      'both to be dealt with',
      () => connector.counters,
      ({ forwarded, repeated }) => forwarded + repeated === 2,
    );
    expect(connector.counters).toMatchObject({ forwarded: 1, repeated: 1 });
    expect(await bodies()).toEqual([up.toString()]);
  });

  it('comes back after growing, uneven pauses', async () => {
    connector = start(ownBroker(bus));
    await connected();
    const pausesOfACut = async (): Promise<number[]> => {
      line.connectedAt.length = 0;
      line.cut({ refuse: true });
      await until(
        'seven attempts',
        () => line.connectedAt,
        ({ length }) => length >= 7,
      );
      expect(connector.trouble).toMatch(/no connection to The Things Stack/);
      const pauses = line.connectedAt.slice(1).map((at, i) => at - line.connectedAt[i]!);
      line.admit();
      await connected();
      expect(connector.trouble).toBeNull();
      return pauses;
    };
    // A host that stands still makes one pause longer than it was meant to be, in one cut or another.
    await until(
      'pauses of a cut that grow, differ, and have a limit',
      pausesOfACut,
      (pauses) =>
        pauses.at(-1)! > pauses[0]! * 2 &&
        new Set(pauses.map((ms) => Math.round(ms / 10))).size > 3 &&
        Math.max(...pauses) < 1_500,
    );
  });

  it('acknowledges nothing that is not on our disk: it is asked for again', async () => {
    const real = ownBroker(bus);
    const flaky: OwnBroker = {
      get connected() {
        return real.connected;
      },
      publishDurably: () => Promise.reject(new Error('disk full')),
    };
    connector = start(flaky);
    await connected();
    const up = await cloud.uplink(DEVICE, { fCnt: 1 });
    await until(
      'its trouble',
      () => connector.trouble,
      (trouble) => trouble?.includes('disk full') === true,
    );
    // The process ends before it is on the disk: it has to come again from the session at The Things Stack.
    await connector.close();
    expect(await bodies()).toEqual([]);
    connector = start(real);
    await until(
      'the event to come again',
      () => bodies(),
      ({ length }) => length > 0,
    );
    expect(await bodies()).toEqual([up.toString()]);
    await until(
      'no trouble',
      () => connector.trouble,
      (trouble) => trouble === null,
    );
  });

  it('takes downlinks the other way, also those from while the line was cut', async () => {
    connector = start(ownBroker(bus));
    await connected();
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
    await until('a downlink', async () => {
      await push(1);
      return cloud.downlinks.length > 0;
    });
    line.cut({ refuse: true });
    await until(
      'the connector to notice',
      () => connector.metrics(),
      (metrics) => metrics['connector_connected'] === 0,
    );
    await push(2);
    await pause(200);
    expect(cloud.downlinks.map(({ downlink }) => downlink.f_port)).not.toContain(2);
    line.admit();
    await until(
      'the other downlink',
      () => cloud.downlinks,
      (downlinks) => downlinks.some(({ downlink }) => downlink.f_port === 2),
    );
    await until(
      'two acknowledgements',
      () => bodies('v3/lamps@ttn/devices/dev1/down/ack'),
      ({ length }) => length >= 2,
    );
  });

  it('says when the key is wrong, without saying the key', async () => {
    connector = start(ownBroker(bus), 'NNSXS.canary-wrong');
    await until(
      'it to say so',
      () => log,
      (lines) => lines.some((line) => line.includes('cannot be reached')),
    );
    expect(connector.trouble).toMatch(/no connection/);
  });
});
