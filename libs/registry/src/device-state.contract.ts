import { expect, it } from '@jest/globals';
import type { ContractContext } from './contract-context.contract.js';
import { KEPT_LOGS, type NetworkState } from './device-state.js';

const network = (at: number, change: Partial<NetworkState> = {}): NetworkState => ({
  server: 'chirpstack',
  source: 'gateway-1',
  application: 'app-1',
  tenant: null,
  deviceId: '0101010101010101',
  deviceName: null,
  devEui: '0101010101010101',
  devAddr: null,
  joinedAt: null,
  lastUplinkAt: null,
  lastFrameCounter: null,
  lastGateway: null,
  at,
  ...change,
});

export function deviceStateContract({ registry, another, clock }: ContractContext): void {
  it('begins with nothing, and keeps each part as it was told', async () => {
    expect(await registry().deviceState.get('a')).toBeNull();
    await registry().deviceState.apply([]);
    await registry().deviceState.apply([
      { device: 'a', network: network(10, { devAddr: '00189440', joinedAt: 10 }) },
      { device: 'a', battery: { percent: 88.3, externalPower: false, margin: 10, at: 20 } },
      { device: 'b', location: { latitude: 22.3, longitude: 114.2, altitudeM: 2, accuracyM: null, at: 5 } },
    ]);
    expect(await (await another()).deviceState.get('a')).toEqual({
      device: 'a',
      network: network(10, { devAddr: '00189440', joinedAt: 10 }),
      battery: { percent: 88.3, externalPower: false, margin: 10, at: 20 },
      location: null,
      log: [],
      downlinks: [],
      updatedAt: clock.time,
    });
    expect((await registry().deviceState.getMany(['b', 'a', 'nobody'])).map(({ device }) => device)).toEqual([
      'a',
      'b',
    ]);
  });

  it('lets the newer event win, in whatever order and however often it is told', async () => {
    const battery = (percent: number, at: number) => ({ percent, externalPower: false, margin: null, at });
    const changes = [
      { device: 'a', battery: battery(50, 200), network: network(200, { lastUplinkAt: 200, lastFrameCounter: 7 }) },
      { device: 'a', battery: battery(90, 100), network: network(100, { devAddr: '00189440', joinedAt: 100 }) },
    ];
    for (const change of [...changes, ...changes]) await registry().deviceState.apply([change]);
    expect(await registry().deviceState.get('a')).toMatchObject({
      battery: { percent: 50 },
      network: { devAddr: '00189440', joinedAt: 100, lastUplinkAt: 200, lastFrameCounter: 7, at: 200 },
    });
  });

  it('keeps the newest log entries, each once', async () => {
    const entry = (at: number) => ({ level: 'error' as const, code: 'UPLINK_MIC', description: 'x', at });
    for (let at = 0; at < 30; at++) await registry().deviceState.apply([{ device: 'a', log: [entry(at), entry(at)] }]);
    const { log } = (await registry().deviceState.get('a'))!;
    expect(log.map(({ at }) => at)).toEqual(Array.from({ length: KEPT_LOGS }, (_, i) => 29 - i));
  });

  it('moves a downlink on, never back', async () => {
    const step = (name: 'sent' | 'acknowledged', at: number, frameCounter: number | null) => ({
      device: 'a',
      downlinks: [{ id: 'q1', step: name, frameCounter, fPort: null, gateway: null, reason: null, at }],
    });
    await registry().deviceState.apply([step('acknowledged', 20, null), step('sent', 10, 3)]);
    await registry().deviceState.apply([step('sent', 30, 3)]);
    const state = await registry().deviceState.get('a');
    expect(state!.downlinks).toMatchObject([{ id: 'q1', step: 'acknowledged', at: 20 }]);
  });

  it('goes with its device', async () => {
    await registry().devices.create([
      { id: 'a', kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.2 },
    ]);
    await registry().deviceState.apply([{ device: 'a', network: network(1) }]);
    await registry().devices.remove('a');
    expect(await registry().deviceState.get('a')).toBeNull();
  });

  it('takes many at once', async () => {
    const devices = Array.from({ length: 1_200 }, (_, i) => `d${String(i).padStart(4, '0')}`);
    await registry().deviceState.apply(devices.map((device) => ({ device, network: network(1) })));
    expect(await registry().deviceState.getMany(devices)).toHaveLength(1_200);
  });

  it('numbers gateways once and for all', async () => {
    const { gateways } = registry();
    const first = await gateways.note([
      { eui: '0016c001f153a14c', at: 10 },
      { eui: '0242020000247803', at: 20 },
      { eui: '0016c001f153a14c', at: 5 },
    ]);
    expect(first.size).toBe(2);
    expect(await (await another()).gateways.note([{ eui: '0242020000247803', at: 30 }, { eui: 'packetbroker', at: 7 }])).toMatchObject({ size: 2 }); // prettier-ignore
    await gateways.note([{ eui: '0242020000247803', at: 25 }]);
    const list = await gateways.list({ limit: 10 });
    expect(list.map(({ eui, firstSeen, lastSeen }) => [eui, firstSeen, lastSeen])).toEqual([
      ['0016c001f153a14c', 5, 10],
      ['0242020000247803', 20, 30],
      ['packetbroker', 7, 7],
    ]);
    expect(list.map(({ number }) => number)).toEqual([...new Set(list.map(({ number }) => number))].sort((a, b) => a - b)); // prettier-ignore
    expect(first.get('0016c001f153a14c')).toBe(list[0]!.number);
    expect(await gateways.list({ after: list[0]!.number, limit: 1 })).toEqual([list[1]]);
    expect(await gateways.getMany([list[2]!.number])).toEqual([list[2]]);
    expect(await gateways.note([])).toEqual(new Map());
  });
}
