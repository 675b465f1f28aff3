import { systemClock } from '#core';
import { pause, PATIENCE_MS, until } from '#core/testing';
import { attach } from './attachment.js';
import { buildCity, type SimulatedDevice } from './city.js';
import { CitySimulation } from './city-simulation.js';
import type { MqttAccess } from './mqtt-access.js';
import { applicationOf, serverIdOf } from './network-server/names.js';
import { TinyBroker } from './testing/tiny-broker.js';

const NONE = { badRate: 0, duplicateRate: 0, driftingShare: 0, faultsPerDay: 0 };
const CITY = attach(buildCity(60, 'test'), 10);
const DIRECT = CITY.filter(({ network }) => network === 'direct');
const DEPARTMENTS = new Set(CITY.filter(({ network }) => network === 'lorawan').map(({ department }) => department));

const accessOf = (name: string, topic: string): MqttAccess => ({
  clientId: name,
  username: name,
  password: 'key',
  topic,
});
const unexpected = (): Promise<never> => Promise.reject(new Error('not expected'));

describe('a city at work', () => {
  let broker: TinyBroker;
  let simulation: CitySimulation;

  beforeEach(async () => {
    broker = new TinyBroker();
    await broker.listen();
    simulation = new CitySimulation(CITY, {
      mqttUrl: broker.url,
      seed: 'test',
      boot: 'b',
      intervalMs: 1_000,
      oddities: NONE,
      scenarios: null,
      rawKinds: new Set(),
      clock: systemClock,
      deviceAccess: new Map(DIRECT.map(({ id }) => [id, accessOf(id, `city/x/y/${id}/telemetry`)])),
      serverAccess: new Map(
        [...DEPARTMENTS].map((id) => [id, accessOf(serverIdOf(id), `application/${applicationOf(id).id}`)]),
      ),
      renewDevice: unexpected,
      renewServer: unexpected,
    });
  });
  afterEach(async () => {
    await simulation.stop();
    await broker.close();
  });

  const allConnected = (): Promise<unknown> =>
    until(
      'every connection',
      () => simulation.state(),
      ({ connected, connections }) => connected === connections,
    );
  const clients = (): Set<string> => new Set(broker.published.map(({ clientId }) => clientId));

  it('lets all devices of a kind without a cable speak over one connection for each department', async () => {
    simulation.start();
    await until('every client to speak', clients, ({ size }) => size === DIRECT.length + DEPARTMENTS.size);
    expect(clients()).toEqual(new Set([...DIRECT.map(({ id }) => id), ...[...DEPARTMENTS].map(serverIdOf)]));
    for (const { clientId, topic } of broker.published) {
      const department = [...DEPARTMENTS].find((id) => serverIdOf(id) === clientId);
      if (department === undefined) expect(topic).toContain(clientId);
      else expect(topic).toMatch(new RegExp(`^application/${applicationOf(department).id}/device/[0-9a-f]{16}/event/`));
    }
    await until(
      'a hundred PUBACKs',
      () => simulation.state(),
      ({ acknowledged }) => acknowledged > 100,
    );
    await simulation.drain(PATIENCE_MS);
    const { sent, acknowledged, lost, inFlight, connected, connections } = simulation.state();
    expect([acknowledged, lost, inFlight]).toEqual([sent, 0, 0]);
    expect([connected, connections]).toEqual([clients().size, clients().size]);
  });

  it('holds back when the broker does not acknowledge, and counts what is late or missed', async () => {
    broker.acknowledge = false;
    simulation.start();
    await allConnected();
    await pause(2_500);
    const { inFlight, sent } = simulation.state();
    expect(inFlight).toBe(sent);
    // At most a window for each connection; nothing is queued behind it.
    expect(inFlight).toBeLessThanOrEqual(500 * DEPARTMENTS.size + 10 * DIRECT.length + 100);
  });

  it('comes back by itself, and misses what it could not send meanwhile', async () => {
    simulation.start();
    await allConnected();
    await broker.close();
    await until(
      'every connection to end',
      () => simulation.state(),
      ({ connected }) => connected === 0,
    );
    await until(
      'something to be missed',
      () => simulation.state(),
      ({ missed }) => missed > 0,
    );
    await broker.listen();
    const before = simulation.state().acknowledged;
    await allConnected();
    await until(
      'fifty PUBACKs more',
      () => simulation.state(),
      ({ acknowledged }) => acknowledged > before + 50,
    );
  });
});

describe('attachment', () => {
  const city = buildCity(2_000, 'test');
  const direct = (list: readonly SimulatedDevice[]): string[] =>
    list.filter(({ network }) => network === 'direct').map(({ id }) => id);

  it('gives connections to the first devices and leaves those on LoRaWAN alone', () => {
    const few = attach(city, 100);
    expect(direct(few)).toEqual(direct(city).slice(0, 100));
    expect(attach(city, 100_000)).toEqual(city);
  });
});
