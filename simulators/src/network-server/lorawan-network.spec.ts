import { findKind } from '#kinds';
import { buildCity, type SimulatedDevice } from '../city.js';
import { findScenarios } from '../scenarios/index.js';
import { ScenarioRun } from '../scenarios/scenario-run.js';
import { CityScript, type Oddities } from '../script/city-script.js';
import type { ChirpStackServer } from './chirpstack-server.js';
import { LorawanNetwork } from './lorawan-network.js';
import { applicationOf, devEuiOf } from './names.js';

const START = Date.parse('2026-06-01T08:00:00+08:00');
const MINUTE = 60_000;
const NONE: Oddities = { badRate: 0, duplicateRate: 0, driftingShare: 0, faultsPerDay: 0 };
const CITY = buildCity(150, 'test');

interface Event {
  readonly application: string;
  readonly devEui: string;
  readonly event: string;
  readonly body: Record<string, never>;
}

function play(
  minutes: number,
  {
    oddities = NONE,
    scenarios = null,
    boot = 'b',
    rawKinds = new Set<string>(),
  }: { oddities?: Oddities; scenarios?: ScenarioRun | null; boot?: string; rawKinds?: ReadonlySet<string> } = {},
  during: (network: LorawanNetwork, minute: number) => void = () => undefined,
): { events: Event[]; network: LorawanNetwork } {
  const events: Event[] = [];
  const server = (application: string): ChirpStackServer =>
    ({
      publish: (devEui: string, event: string, payload: string) =>
        events.push({ application, devEui, event, body: JSON.parse(payload) as Record<string, never> }),
    }) as unknown as ChirpStackServer;
  const network = new LorawanNetwork(CITY, { boot, scenarios, rawKinds, server });
  const script = new CityScript(CITY, { seed: 'test', oddities, scenarios });
  for (let minute = 0; minute < minutes; minute++) {
    during(network, minute);
    for (const [index, device] of CITY.entries()) {
      if (device.network !== 'lorawan') continue;
      const tick = script.next(index, START + minute * MINUTE);
      if (tick !== null) network.send(index, tick, script.randomOf(index));
    }
  }
  return { events, network };
}

const countersOf = (events: readonly Event[], { id }: SimulatedDevice): number[] =>
  events
    .filter(({ devEui, event }) => event === 'up' && devEui === devEuiOf(id))
    .map(({ body }) => (body['fCnt'] as number | undefined) ?? 0);

describe('the LoRaWAN side of the city', () => {
  it('joins each device once, counts its frames from 0 and asks for its state once', () => {
    const { events } = play(10);
    const devices = CITY.filter(({ network }) => network === 'lorawan');
    for (const device of devices) {
      const own = events.filter(({ devEui }) => devEui === devEuiOf(device.id));
      expect(own[0]!.event).toBe('join');
      expect(own.filter(({ event }) => event === 'join')).toHaveLength(1);
      expect(own.filter(({ event }) => event === 'status').length).toBeLessThanOrEqual(1);
      const counters = countersOf(events, device);
      expect(counters[0]).toBe(0);
      expect(counters).toEqual([...new Set(counters)].sort((a, b) => a - b));
      expect(new Set(own.map(({ application }) => application))).toEqual(
        new Set([applicationOf(device.department).id]),
      );
    }
    expect(events.filter(({ event }) => event === 'status').length).toBeGreaterThan(devices.length * 0.9);
  });

  it('sends the values of the kind as the object', () => {
    const { events } = play(1);
    for (const { devEui, body } of events.filter(({ event }) => event === 'up')) {
      const device = CITY.find(({ id }) => devEuiOf(id) === devEui)!;
      const metrics = findKind(device.kind)!.metrics.map(({ name }) => name);
      expect(metrics).toEqual(expect.arrayContaining(Object.keys(body['object']!)));
    }
  });

  it('loses a few frames on the air, which shows as gaps', () => {
    const { events, network } = play(30);
    const gaps = CITY.filter((device) => device.network === 'lorawan').filter((device) => {
      const counters = countersOf(events, device);
      return counters.some((counter, n) => n > 0 && counter !== counters[n - 1]! + 1);
    });
    expect(network.unheard).toBeGreaterThan(0);
    expect(gaps.length).toBeGreaterThan(0);
    expect(network.unheard / (network.unheard + events.length)).toBeLessThan(0.05);
  });

  it('loses everything behind lost gateways, and goes on with a gap', () => {
    const [scenario] = findScenarios('gateway-loss');
    const scenarios = new ScenarioRun([scenario!], { startAt: START, durationMs: 40 * MINUTE }, 'test');
    const { events, network } = play(45, { scenarios });
    const longest = Math.max(
      ...CITY.filter((device) => device.network === 'lorawan').map((device) => {
        const counters = countersOf(events, device);
        return Math.max(...counters.map((counter, n) => (n === 0 ? 0 : counter - counters[n - 1]!)));
      }),
    );
    expect(longest).toBeGreaterThan(10);
    expect(network.unheard).toBeGreaterThan(200);
  });

  it('joins again under another address when the device restarts, and in another run', () => {
    const { events } = play(30, { oddities: { ...NONE, faultsPerDay: 200 } });
    const joins = events.filter(({ event }) => event === 'join');
    const devices = CITY.filter(({ network }) => network === 'lorawan').length;
    expect(joins.length).toBeGreaterThan(devices);
    expect(new Set(joins.map(({ devEui, body }) => `${devEui}/${body['devAddr']}`)).size).toBe(joins.length);
    const again = play(1, { boot: 'c' }).events.find(({ event }) => event === 'join')!;
    expect(joins[0]!.devEui).toBe(again.devEui);
    expect(joins[0]!.body['devAddr']).not.toBe(again.body['devAddr']);
  });

  it('hands on copies of one frame with its counter, and payloads that no codec reads with a line in the log', () => {
    const twice = play(2, { oddities: { ...NONE, duplicateRate: 1 } }).events.filter(({ event }) => event === 'up');
    const counters = twice.map(({ devEui, body }) => `${devEui}/${body['fCnt'] ?? 0}`);
    expect(counters.length).toBe(2 * new Set(counters).size);
    const bad = play(2, { oddities: { ...NONE, badRate: 1 } }).events;
    const without = bad.filter(({ event, body }) => event === 'up' && body['object'] === undefined);
    expect(without.length).toBeGreaterThan(0);
    expect(bad.filter(({ event, body }) => event === 'log' && body['code'] === 'UPLINK_CODEC')).toHaveLength(
      without.length,
    );
  });

  it('sends bytes alone of kinds that the platform decodes', () => {
    const bins = new Set(CITY.filter(({ kind }) => kind === 'litter-bin').map(({ id }) => devEuiOf(id)));
    const ups = play(1, { rawKinds: new Set(['litter-bin']) }).events.filter(({ event }) => event === 'up');
    const ofBins = ups.filter(({ devEui }) => bins.has(devEui));
    expect(ofBins.length).toBeGreaterThan(0);
    for (const { body } of ofBins) {
      expect(body).not.toHaveProperty('object');
      expect(Buffer.from(body['data']!, 'base64')).toHaveLength(5);
    }
    expect(ups.filter(({ devEui, body }) => !bins.has(devEui) && body['object'] === undefined)).toEqual([]);
  });

  it('sends a downlink with the next frame of its device, and says so', () => {
    const device = CITY.find(({ network }) => network === 'lorawan')!;
    const devEui = devEuiOf(device.id);
    const { events } = play(4, {}, (network, minute) => {
      if (minute !== 1) return;
      network.downlinks.add(
        devEui,
        Buffer.from(JSON.stringify({ id: 'a', devEui, confirmed: true, fPort: 2, data: 'AQ==' })),
      );
      network.downlinks.add(
        devEui,
        Buffer.from(JSON.stringify({ id: 'b', devEui, confirmed: false, fPort: 2, data: 'Ag==' })),
      );
      network.downlinks.add(devEui, Buffer.from('no JSON'));
    });
    const answers = events.filter(({ event }) => event === 'txack' || event === 'ack');
    expect(answers.map(({ event, body }) => [event, body['queueItemId']])).toEqual([
      ['txack', 'a'],
      ['ack', 'a'],
      ['txack', 'b'],
    ]);
    expect(answers.every((answer) => answer.devEui === devEui)).toBe(true);
  });

  it('needs a few tens of bytes for a device', () => {
    expect(play(0).network.bytes / CITY.length).toBeLessThan(60);
  });
});
