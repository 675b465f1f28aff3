import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { connectedSeries } from '#core';
import { until } from '#core/testing';
import { BrokerFixture, SERVICE_KEY } from '../../../broker/src/testing/broker-fixture.js';
import { SimulatedThingsStack } from '../../../../tests/network-servers/things-stack.server.js';
import { CuttableProxy } from '../../../../tests/servers/cuttable-proxy.js';
import { ThingsStackApplications } from './things-stack-applications.js';
import { ThingsStackConnector } from './things-stack-connector.js';

const DEVICE = { devEui: '4200000000000000', deviceId: 'dev1' };
const LAMPS = 'lamps@ttn';
const BINS = 'bins@ttn';

/** Two applications on servers of their own, one connector process, our own broker. */
describe('several applications of The Things Stack', () => {
  let fixture: BrokerFixture;
  const clouds = new Map<string, SimulatedThingsStack>();
  const lines = new Map<string, CuttableProxy>();
  let bus: MqttClient;
  let applications: ThingsStackApplications;

  beforeEach(async () => {
    fixture = await BrokerFixture.start();
    for (const username of [LAMPS, BINS]) {
      const id = username.split('@')[0]!;
      const server = { id, name: id, type: 'things-stack' as const, applications: [username], downlink: null };
      await fixture.registry.networkServers.create(server);
      const cloud = new SimulatedThingsStack({ username, key: `NNSXS.${id}` });
      await cloud.start();
      const line = new CuttableProxy(cloud.port);
      await line.listen();
      clouds.set(username, cloud);
      lines.set(username, line);
    }
    await fixture.changesSeen();
    bus = await connectAsync(`mqtt://127.0.0.1:${fixture.port}`, {
      clientId: 'service:connector',
      username: 'service:connector',
      password: SERVICE_KEY,
    });
    applications = new ThingsStackApplications([LAMPS, BINS].map(connectorOf));
    applications.start();
    await connected(1);
  });
  afterEach(async () => {
    await applications.close();
    await bus.endAsync(true);
    for (const line of lines.values()) await line.close();
    for (const cloud of clouds.values()) await cloud.stop();
    await fixture.stop();
  });

  function connectorOf(username: string): ThingsStackConnector {
    return new ThingsStackConnector({
      thingsStack: {
        url: `mqtt://127.0.0.1:${lines.get(username)!.port}`,
        username,
        key: `NNSXS.${username.split('@')[0]!}`,
        clientId: `lamplighter-${username.split('@')[0]!}`,
      },
      own: {
        url: `mqtt://127.0.0.1:${fixture.port}`,
        username: 'service:connector',
        clientId: `service:connector:downlinks:${username}`,
        key: SERVICE_KEY,
      },
      broker: {
        get connected() {
          return bus.connected;
        },
        publishDurably: async (topic, payload) => {
          await bus.publishAsync(topic, payload, { qos: 1 });
        },
      },
      pauses: { firstMs: 40, longestMs: 320 },
      random: Math.random,
      logger: pino({ level: 'silent' }),
    });
  }

  const connected = (wanted: 0 | 1): Promise<unknown> =>
    until(
      `connector_connected ${wanted}`,
      () => applications.metrics(),
      (metrics) => metrics['connector_connected'] === wanted,
    );
  const sources = async (): Promise<string[]> => (await fixture.journalled()).map(({ source }) => source);

  it('each bring their events, put down to their own network server, and take their own downlinks', async () => {
    for (const cloud of clouds.values()) await cloud.uplink(DEVICE, { fCnt: 1 });
    await until('both events', sources, (all) => all.includes('lamps') && all.includes('bins'));
    const push = (username: string): Promise<unknown> =>
      bus.publishAsync(
        `v3/${username}/devices/dev1/down/push`,
        JSON.stringify({ downlinks: [{ f_port: username.length, frm_payload: 'vu8=' }] }),
        { qos: 1 },
      );
    for (const [username, cloud] of clouds) {
      // Its session at our broker is made a moment after the connection to The Things Stack.
      await until('a downlink', async () => {
        await push(username);
        return cloud.downlinks.length > 0;
      });
    }
    for (const [username, { downlinks }] of clouds)
      expect(new Set(downlinks.map(({ downlink }) => downlink.f_port))).toEqual(new Set([username.length]));
  });

  it('go on when one is away, which is said of that one only', async () => {
    lines.get(BINS)!.cut({ refuse: true });
    await connected(0);
    expect(applications.trouble).toBe('bins@ttn: there is no connection to The Things Stack');
    expect(applications.metrics()).toMatchObject({ [connectedSeries(LAMPS)]: 1, [connectedSeries(BINS)]: 0 });
    await clouds.get(LAMPS)!.uplink(DEVICE, { fCnt: 1 });
    await until('the event of the other', sources, (all) => all.includes('lamps'));
    await clouds.get(BINS)!.uplink(DEVICE, { fCnt: 1 });
    lines.get(BINS)!.admit();
    await connected(1);
    await until('the event that waited', sources, (all) => all.includes('bins'));
    expect(applications.trouble).toBeNull();
    await until(
      'both to be counted',
      () => applications.metrics(),
      (metrics) => metrics['connector_forwarded_total'] === 2,
    );
    const names = Object.keys(applications.metrics()).map((series) => series.split('{')[0]!);
    // Series of one name stand together, as Prometheus wants it.
    const starts = names.filter((name, i) => name !== names[i - 1]);
    expect(starts).toHaveLength(new Set(names).size);
  });
});
