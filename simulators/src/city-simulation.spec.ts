import { systemClock } from '#core';
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

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

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

  const clients = (): Set<string> => new Set(broker.published.map(({ clientId }) => clientId));

  it('lets all devices of a kind without a cable speak over one connection for each department', async () => {
    simulation.start();
    await until(() => clients().size === DIRECT.length + DEPARTMENTS.size);
    expect(clients()).toEqual(new Set([...DIRECT.map(({ id }) => id), ...[...DEPARTMENTS].map(serverIdOf)]));
    for (const { clientId, topic } of broker.published) {
      const department = [...DEPARTMENTS].find((id) => serverIdOf(id) === clientId);
      if (department === undefined) expect(topic).toContain(clientId);
      else expect(topic).toMatch(new RegExp(`^application/${applicationOf(department).id}/device/[0-9a-f]{16}/event/`));
    }
    await until(() => simulation.state().acknowledged > 100);
    await simulation.drain(5_000);
    const { sent, acknowledged, lost, inFlight, connected, connections } = simulation.state();
    expect([acknowledged, lost, inFlight]).toEqual([sent, 0, 0]);
    expect([connected, connections]).toEqual([clients().size, clients().size]);
  });

  it('holds back when the broker does not acknowledge, and counts what is late or missed', async () => {
    broker.acknowledge = false;
    simulation.start();
    await until(() => simulation.state().connected === simulation.state().connections);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const { inFlight, sent } = simulation.state();
    expect(inFlight).toBe(sent);
    // At most a window for each connection; nothing is queued behind it.
    expect(inFlight).toBeLessThanOrEqual(500 * DEPARTMENTS.size + 10 * DIRECT.length + 100);
  });

  it('comes back by itself, and misses what it could not send meanwhile', async () => {
    simulation.start();
    await until(() => simulation.state().connected === simulation.state().connections);
    await broker.close();
    await until(() => simulation.state().connected === 0);
    await until(() => simulation.state().missed > 0);
    await broker.listen();
    const before = simulation.state().acknowledged;
    await until(() => simulation.state().connected === simulation.state().connections);
    await until(() => simulation.state().acknowledged > before + 50);
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
