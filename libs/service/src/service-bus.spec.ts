import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import type { ServiceStatus } from '#core';
import { pause, until } from '#core/testing';
import { CuttableProxy } from '../../../tests/servers/cuttable-proxy.js';
import { ServiceBus, type ServiceBusOptions } from './service-bus.js';

const STATUS_TOPIC = 'lamplighter/services/quality/status';

describe('ServiceBus', () => {
  let broker: Aedes;
  let server: Server;
  let at: number;
  let sockets: Set<Socket>;
  /** Connections that were refused, which they all are unless it is null. */
  let refused: number | null;
  let logged: { msg: string; reason?: string }[];
  let buses: ServiceBus[];

  beforeEach(async () => {
    broker = await Aedes.createBroker();
    sockets = new Set();
    refused = null;
    server = createServer((socket) => {
      sockets.add(socket);
      if (refused === null) broker.handle(socket);
      else {
        refused++;
        socket.resetAndDestroy();
      }
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    at = (server.address() as AddressInfo).port;
    logged = [];
    buses = [];
  });

  afterEach(async () => {
    for (const bus of buses) await bus.close();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    server.close();
  });

  const newBus = (change: Partial<ServiceBusOptions> = {}): ServiceBus => {
    const bus = new ServiceBus({
      url: `mqtt://127.0.0.1:${at}`,
      service: 'quality',
      key: 'secret',
      clock: { now: () => 1_000, monotonic: () => NaN },
      logger: pino(
        { level: 'info' },
        { write: (line: string) => void logged.push(JSON.parse(line) as { msg: string }) },
      ),
      // Reconnects after half a second.
      random: () => 0,
      ...change,
    });
    buses.push(bus);
    return bus;
  };

  const connected = async (change: Partial<ServiceBusOptions> = {}): Promise<ServiceBus> => {
    const bus = newBus(change);
    bus.start();
    await until('the bus to be connected', () => bus.connected);
    return bus;
  };

  /** What the broker is given to publish, its own messages left out. */
  const takeMessages = (): { topic: string; payload: string; qos: number; retain: boolean }[] => {
    const taken: { topic: string; payload: string; qos: number; retain: boolean }[] = [];
    broker.on('publish', ({ topic, payload, qos, retain }: AedesPublishPacket) => {
      if (!topic.startsWith('$SYS')) taken.push({ topic, payload: payload.toString(), qos, retain });
    });
    return taken;
  };

  const up: ServiceStatus = { service: 'quality', state: 'up', pid: 1, startedAt: 0, at: 0, metrics: {} };
  const down = { service: 'quality', state: 'down', pid: process.pid, startedAt: 1_000, at: 1_000, metrics: {} };

  it('fails what had no PUBACK when the connection went, and does not send it again', async () => {
    const bus = await connected();
    const got: string[] = [];
    broker.authorizePublish = (_client, { topic }, done) => {
      // Its will comes between the two.
      if (topic !== STATUS_TOPIC) got.push(topic);
      if (topic === 'poison') for (const socket of sockets) socket.destroy();
      else done(null);
    };
    await expect(bus.publishDurably('poison', 'x')).rejects.toThrow();
    await until('the bus to be connected again', () => bus.connected);
    await bus.publishDurably('after', 'x');
    expect(got).toEqual(['poison', 'after']);
  });

  it.each([
    ['', {}, 'service:quality'],
    [', with a suffix when there may be several', { clientSuffix: '7f' }, 'service:quality:7f'],
  ])('logs in under the name of the service%s', async (_case, change, id) => {
    const seen: unknown[] = [];
    broker.authenticate = (client: Client, user, password, done) => {
      seen.push([client.id, user, password?.toString()]);
      done(null, true);
    };
    await connected(change);
    expect(seen).toEqual([[id, 'service:quality', 'secret']]);
  });

  it('comes back after it was refused', async () => {
    let refusals = 0;
    broker.authenticate = (_client, _user, _password, done) => {
      if (refusals++ > 0) done(null, true);
      else done(Object.assign(new Error('server unavailable'), { returnCode: 3 }), false);
    };
    await connected();
    expect(refusals).toBe(2);
  });

  it('publishes without waiting, durably, and its status retained', async () => {
    const taken = takeMessages();
    const bus = await connected();
    bus.publish('city/a', 'lost without harm');
    await bus.publishDurably('city/b', 'acknowledged');
    await bus.publishDurably('city/c', Buffer.from('bytes'));
    bus.publishStatus(up);
    await until(
      'four messages',
      () => taken,
      ({ length }) => length === 4,
    );
    expect(taken).toEqual([
      { topic: 'city/a', payload: 'lost without harm', qos: 0, retain: false },
      { topic: 'city/b', payload: 'acknowledged', qos: 1, retain: false },
      { topic: 'city/c', payload: 'bytes', qos: 1, retain: false },
      { topic: STATUS_TOPIC, payload: JSON.stringify(up), qos: 0, retain: true },
    ]);
  });

  it('resolves a durable publish only with the PUBACK', async () => {
    const bus = await connected();
    let release: (() => void) | undefined;
    broker.authorizePublish = (_client, _packet, done) => (release = () => done(null));
    let isAcknowledged = false;
    const publishing = bus.publishDurably('city/b', 'x').then(() => (isAcknowledged = true));
    await until('the message to be at the broker', () => release !== undefined);
    await pause(50);
    expect(isAcknowledged).toBe(false);
    release!();
    await publishing;
    expect(isAcknowledged).toBe(true);
  });

  it('queues nothing while there is no connection', async () => {
    const taken = takeMessages();
    const bus = newBus();
    bus.publish('city/a', 'before');
    bus.publishStatus(up);
    await expect(bus.publishDurably('city/b', 'before')).rejects.toThrow('no connection to the broker');
    bus.start();
    await until('the bus to be connected', () => bus.connected);
    await bus.publishDurably('city/b', 'after');
    expect(taken.map(({ payload }) => payload)).toEqual(['after']);
  });

  it('leaves word that it is down when its connection breaks', async () => {
    const taken = takeMessages();
    await connected();
    for (const socket of sockets) socket.destroy();
    await until('its last word', () => taken.length > 0);
    expect(taken).toEqual([{ topic: STATUS_TOPIC, payload: JSON.stringify(down), qos: 0, retain: true }]);
  });

  it('says that it is down when it is closed', async () => {
    const taken = takeMessages();
    const bus = await connected();
    await bus.close();
    await until('its last word', () => taken.length > 0);
    expect(taken).toEqual([{ topic: STATUS_TOPIC, payload: JSON.stringify(down), qos: 0, retain: true }]);
  });

  it('closes without ever having been started, and while the broker is away', async () => {
    await newBus().close();
    const bus = newBus({ url: 'mqtt://127.0.0.1:1' });
    bus.start();
    await bus.close();
    expect(bus.connected).toBe(false);
  });

  it('closes when the broker was lost without a word', async () => {
    const proxy = new CuttableProxy(at);
    await proxy.listen();
    const bus = await connected({ url: `mqtt://127.0.0.1:${proxy.port}`, endInOrderMs: 20 });
    proxy.holdClients();
    void bus.publishDurably('city/hyd', 'never acknowledged').catch(() => undefined);
    await bus.close();
    await until('its socket to be closed', () => !bus.connected);
    await proxy.close();
  });

  it('hears the statuses of services by the name in the topic, and outlives one that cannot be read', async () => {
    const heard: [string, string][] = [];
    const bus = await connected({ onStatus: ({ state }, service) => heard.push([service, state]) });
    const other = await connected({ service: 'other' });
    await until(
      'two clients',
      () => broker.connectedClients,
      (clients) => clients === 2,
    );
    // The bus hears itself once its subscription stands.
    await until('the bus to hear itself', () => {
      bus.publishStatus(up);
      return heard.length > 0;
    });
    heard.length = 0;
    await other.publishDurably('lamplighter/services/broken/status', 'not JSON');
    other.publishStatus({ ...up, service: 'other', state: 'degraded' });
    await until(
      'the status of the other',
      () => heard,
      (statuses) => statuses.some(([service]) => service === 'other'),
    );
    expect(heard.filter(([service]) => service !== 'quality')).toEqual([['other', 'degraded']]);
    expect(logged).toContainEqual(expect.objectContaining({ msg: 'a service status could not be read' }));
  });

  it('subscribes to nothing when nobody listens', async () => {
    const filters: unknown[] = [];
    broker.on('subscribe', (subscriptions: unknown) => filters.push(subscriptions));
    const bus = await connected();
    await bus.publishDurably('city/a', 'x');
    expect(filters).toEqual([]);
  });

  it('comes back by itself, subscribed anew, and its log hears of each trouble once', async () => {
    const heard: string[] = [];
    refused = 0;
    const bus = newBus({ onStatus: ({ state }) => heard.push(state) });
    bus.start();
    await until(
      'three attempts',
      () => refused,
      (attempts) => attempts! >= 3,
    );
    expect(logged.map(({ msg }) => msg)).toEqual(['the broker cannot be reached']);
    refused = null;
    await until('the bus to be connected', () => bus.connected);
    for (const socket of sockets) socket.destroy();
    await until('the bus to notice', () => !bus.connected);
    await until('the bus to be connected', () => bus.connected);
    heard.length = 0;
    await until('the bus to hear itself again', () => {
      bus.publishStatus(up);
      return heard.includes('up');
    });
    // A broken connection may itself be a trouble (ECONNRESET) or not, as the two ends happen to meet.
    expect(logged.filter(({ msg }) => msg === 'connected to the broker')).toHaveLength(2);
  });
});
