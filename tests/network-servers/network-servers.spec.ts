import { pause, until } from '#core/testing';
import { startPlatform, type Platform } from '../acceptance/platform.js';
import { SimulatedChirpStack } from './chirpstack.server.js';
import { CuttableProxy } from '../servers/cuttable-proxy.js';
import { chirpStackUp, thingsStackUp } from './events.js';
import { SimulatedThingsStack } from './things-stack.server.js';

const LAMPS = 'street-lamps@ttn';
const APPLICATION = '17c82e96-be03-4f38-aef3-f83d48582d97';
/** One device behind each edge. */
const DEVICES = {
  chirpStack: { id: 'LPN-CS', devEui: '0101010101010101' },
  harbour: { id: 'LPN-HB', devEui: '0101010101010103' },
  chirpStackHttp: { id: 'LPN-CSH', devEui: '0101010101010102' },
  webhook: { id: 'LPN-WH', devEui: '4200000000000001', deviceId: 'node-wh' },
  connector: { id: 'LPN-TTS', devEui: '4200000000000002', deviceId: 'node-tts' },
  plain: { id: 'LPN-PL', devEui: '4200000000000003' },
} as const;
type Edge = keyof typeof DEVICES;

/** The real processes, the connector among them, between simulated network servers. */
describe('from a network server to stored readings, and back to a device', () => {
  let platform: Platform;
  let chirpStack: SimulatedChirpStack;
  /** A second one, with an application of the same id. */
  let harbour: SimulatedChirpStack;
  let cloud: SimulatedThingsStack;
  let line: CuttableProxy;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    cloud = new SimulatedThingsStack({ username: LAMPS, key: 'NNSXS.canary' });
    await cloud.start();
    line = new CuttableProxy(cloud.port);
    await line.listen();
    platform = await startPlatform({
      environment: {
        LAMPLIGHTER_THINGS_STACK_URL: `mqtt://127.0.0.1:${line.port}`,
        LAMPLIGHTER_THINGS_STACK_USERNAME: LAMPS,
        LAMPLIGHTER_THINGS_STACK_KEY: 'NNSXS.canary',
        LAMPLIGHTER_LOG: 'all',
      },
    });
    for (const server of [
      { id: 'gwin', type: 'chirpstack' },
      { id: 'harbour', type: 'chirpstack' },
      { id: 'tts', type: 'things-stack', applications: [LAMPS] },
      { id: 'hooks', type: 'things-stack', applications: ['bins@ttn'] },
      { id: 'meters', type: 'http', applications: ['meters'] },
    ]) {
      const { status, body } = await platform.request('POST', '/v1/network-servers', server);
      expect(status).toBe(201);
      keys[server.id] = body.key;
    }
    const devices = Object.values(DEVICES).map(({ id, devEui }) => ({
      id,
      devEui,
      kind: 'lpwan-node',
      department: 'emsd',
      latitude: 22.315157,
      longitude: 114.224991,
    }));
    expect((await platform.request('POST', '/v1/devices', devices)).status).toBe(201);
    const url = `mqtt://127.0.0.1:${platform.mqttPort}`;
    chirpStack = await SimulatedChirpStack.connect({ url, id: 'gwin', key: keys['gwin']! });
    harbour = await SimulatedChirpStack.connect({
      url,
      id: 'harbour',
      key: keys['harbour']!,
      prefix: 'chirpstack/harbour/',
    });
    await everybodyKnows();
  }, 600_000);

  afterAll(async () => {
    await chirpStack.close();
    await harbour.close();
    await platform.stop();
    await line.close();
    await cloud.stop();
    expect(platform.output()).not.toContain('canary');
  }, 300_000);

  /** Broker and ingest follow the registry one change after the other: when they know these two, they know all before them. */
  async function everybodyKnows(): Promise<void> {
    const server = { id: 'last', type: 'http', applications: ['last'] };
    keys['last'] = (await platform.request('POST', '/v1/network-servers', server)).body.key;
    const [id, devEui] = ['LPN-LAST', '4200000000000009'];
    const place = { kind: 'lpwan-node', department: 'emsd', latitude: 22.315157, longitude: 114.224991 };
    expect((await platform.request('POST', '/v1/devices', { id, devEui, ...place })).status).toBe(201);
    let fCnt = 0;
    await until('an uplink to go all the way, put down to its network server', async () => {
      await post('/v1/uplinks', 'last', { devEui, fPort: 1, fCnt: ++fCnt, ...object(20) });
      return (await journalled('last')) > 0 && (await temperatures(id)).length > 0;
    });
  }

  const temperatures = async (device: string): Promise<number[]> => {
    const { body } = await platform.request('GET', `/v1/devices/${device}/readings?metric=temperature&limit=1000`);
    return body.readings.map(({ value }: { value: number }) => value);
  };
  const post = (path: string, server: string, body: object): Promise<{ status: number; body: { topic: string } }> =>
    platform.request('POST', path, body, { authorization: `Bearer ${keys[server]!}`, 'x-network-server': server });
  const journalled = async (source: string): Promise<number> => {
    const { body } = await platform.request('GET', `/v1/ledger?device=${source}`);
    return body.journalled as number;
  };

  const object = (temperature: number): { object: object } => ({ object: { temperature, humidity: 70 } });
  const edges: Record<Edge, { source: string; send: (temperature: number, fCnt: number) => Promise<unknown> }> = {
    chirpStack: {
      source: 'gwin',
      send: (t, fCnt) => chirpStack.uplink(APPLICATION, DEVICES.chirpStack, { fCnt, ...object(t) }),
    },
    harbour: {
      source: 'harbour',
      send: (t, fCnt) => harbour.uplink(APPLICATION, DEVICES.harbour, { fCnt, ...object(t) }),
    },
    chirpStackHttp: {
      source: 'gwin',
      send: (t, fCnt) =>
        post(
          '/v1/network/chirpstack/gwin?event=up',
          'gwin',
          chirpStackUp(APPLICATION, DEVICES.chirpStackHttp, { fCnt, ...object(t) }),
        ),
    },
    webhook: {
      source: 'hooks',
      send: (t, fCnt) =>
        post(
          '/v1/network/things-stack/hooks/uplink',
          'hooks',
          thingsStackUp('bins', DEVICES.webhook, { fCnt, ...object(t) }),
        ),
    },
    connector: { source: 'tts', send: (t, fCnt) => cloud.uplink(DEVICES.connector, { fCnt, ...object(t) }) },
    plain: {
      source: 'meters',
      send: (t, fCnt) => post('/v1/uplinks', 'meters', { devEui: DEVICES.plain.devEui, fPort: 1, fCnt, ...object(t) }),
    },
  };

  it.each(Object.keys(edges) as Edge[])('an uplink through %s becomes a reading of its device', async (edge) => {
    const { source, send } = edges[edge];
    const before = await journalled(source);
    await send(21.5, 1);
    await until(
      'the reading',
      () => temperatures(DEVICES[edge].id),
      (values) => values.length === 1 && values[0] === 21.5,
    );
    // Put down to the network server, whoever published it for it.
    expect(await journalled(source)).toBe(before + 1);
  });

  it('a downlink goes through ChirpStack to the device, and its acknowledgement comes back', async () => {
    const path = `/v1/devices/${DEVICES.chirpStack.id}/downlinks`;
    // The way is known from the uplink.
    const sent = await until(
      'a way to the device',
      () => platform.request('POST', path, { fPort: 10, hex: '0a64', confirmed: true }),
      ({ status }) => status === 202,
    );
    const { body } = await until(
      'the acknowledgement',
      () => platform.request('GET', path),
      (answer) => answer.body.downlinks[0]?.status === 'acknowledged',
    );
    expect(body.downlinks[0]).toMatchObject({ id: sent.body.id, networkServer: 'gwin', hex: '0a64' });
    expect(body.downlinks[0].sentAt).not.toBeNull();
    const { devEui } = DEVICES.chirpStack;
    expect(chirpStack.commands).toEqual([
      {
        application: APPLICATION,
        devEui,
        command: { id: sent.body.id, devEui, confirmed: true, fPort: 10, data: 'CmQ=' },
      },
    ]);
  });

  it('a downlink goes to the ChirpStack that heard the device, not to the other with the same application', async () => {
    const heard = chirpStack.commands.length;
    const path = `/v1/devices/${DEVICES.harbour.id}/downlinks`;
    await until(
      'a way to the device',
      () => platform.request('POST', path, { fPort: 10, hex: '0b65', confirmed: true }),
      ({ status }) => status === 202,
    );
    await until(
      'the acknowledgement',
      () => platform.request('GET', path),
      (answer) => answer.body.downlinks[0]?.status === 'acknowledged',
    );
    expect(harbour.commands).toMatchObject([{ application: APPLICATION, devEui: DEVICES.harbour.devEui }]);
    expect(chirpStack.commands).toHaveLength(heard);
  });

  it('a downlink that the device does not acknowledge has failed', async () => {
    chirpStack.deviceAcknowledges = false;
    const path = `/v1/devices/${DEVICES.chirpStack.id}/downlinks`;
    await platform.request('POST', path, { fPort: 10, hex: '00', confirmed: true });
    const { body } = await until(
      'the failure',
      () => platform.request('GET', path),
      (answer) => answer.body.downlinks[0]?.status === 'failed',
    );
    expect(body.downlinks[0].reason).toMatch(/did not acknowledge/);
  });

  it('a downlink goes through the connector to The Things Stack and back', async () => {
    const path = `/v1/devices/${DEVICES.connector.id}/downlinks`;
    const sent = await until(
      'a way to the device',
      () => platform.request('POST', path, { fPort: 15, base64: 'vu8=', confirmed: true, priority: 'high' }),
      ({ status }) => status === 202,
    );
    await until(
      'the acknowledgement',
      () => platform.request('GET', path),
      (answer) => answer.body.downlinks[0]?.status === 'acknowledged',
    );
    expect(cloud.downlinks).toEqual([
      {
        deviceId: 'node-tts',
        downlink: {
          f_port: 15,
          frm_payload: 'vu8=',
          priority: 'HIGH',
          confirmed: true,
          correlation_ids: [`lamplighter:downlink:${sent.body.id}`],
        },
      },
    ]);
  });

  it('a cut to The Things Stack loses no reading and stores none twice', async () => {
    const { id } = DEVICES.connector;
    const before = (await temperatures(id)).length;
    const sent: number[] = [];
    const send = async (n: number): Promise<void> => {
      for (let i = 0; i < n; i++) {
        sent.push(Math.round((22 + sent.length / 10) * 10) / 10);
        await edges.connector.send(sent.at(-1)!, 1 + sent.length);
        // Frames of one device are seconds apart; equal times would be the same reading.
        await pause(5);
      }
    };
    line.connectedAt.length = 0;
    await send(20);
    line.holdClients();
    await send(1);
    // It is here, and what says so at the other end never arrives there.
    await until(
      'the last reading before the cut',
      () => temperatures(id),
      ({ length }) => length === before + sent.length,
    );
    line.cut({ refuse: true });
    await send(20);
    await until(
      'attempts in vain',
      () => line.connectedAt.length,
      (n) => n >= 2,
    );
    line.admit();
    await until(
      'every reading',
      () => temperatures(id),
      (values) => values.length >= before + sent.length,
    );
    expect((await temperatures(id)).slice(before).sort()).toEqual([...sent].sort());
    const { body } = await platform.request('GET', '/v1/ledger');
    expect(body.unaccounted).toBe(0);
    // The message that was delivered again was known, so it did not even reach the journal.
    expect(body.duplicates).toBe(0);
  });

  it('shows the connector among the metrics', async () => {
    // Statuses are a second old at most.
    const { body } = await until(
      'the connector in the metrics',
      () => platform.request('GET', '/metrics'),
      (answer) => /lamplighter_connector_connected 1/.test(answer.body as string),
    );
    expect(body).toMatch(/lamplighter_connector_repeated_total [1-9]/);
  });

  it('a key that was rotated ends the connection of the old one', async () => {
    const { body } = await platform.request('POST', '/v1/network-servers/gwin/rotate-key');
    const url = `mqtt://127.0.0.1:${platform.mqttPort}`;
    await until(
      'the connection of the old key to end',
      () => chirpStack.connected,
      (connected) => !connected,
    );
    await chirpStack.close();
    await expect(SimulatedChirpStack.connect({ url, id: 'gwin', key: keys['gwin']! })).rejects.toThrow();
    chirpStack = await SimulatedChirpStack.connect({ url, id: 'gwin', key: body.key });
    await chirpStack.join(APPLICATION, DEVICES.chirpStack);
  });
});
