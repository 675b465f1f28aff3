import { until } from '#core/testing';
import { keyFor } from '../../apps/api/test/keys.js';
import { telemetryTopic } from '../../apps/ingest/src/testing/ingest-rig.js';
import { QuarantineRig } from './quarantine-rig.js';

const DEV_EUI = '0016c001f000175a';
const TOPIC = `application/street/device/${DEV_EUI}/event/up`;
const HOUR_MS = 3_600_000;

/** First seen: what nobody registered is kept, listed, and adopted with one call. */
describe('sightings', () => {
  let rig: QuarantineRig;
  beforeAll(async () => {
    rig = await QuarantineRig.open();
  });
  afterAll(() => rig.close());

  const uplink = (frame: number, time: number): object => ({
    time: new Date(time).toISOString(),
    deviceInfo: { devEui: DEV_EUI, deviceName: 'Bin 7', deviceProfileName: 'acme-th1' },
    devAddr: '00189440',
    fCnt: frame,
    object: { temperature: 20 + frame },
    rxInfo: [{ rssi: -80, snr: 7 }],
  });
  const sightings = async (query = ''): Promise<{ id: string; messages: number }[]> =>
    (await rig.api.ask('GET', `/v1/sightings${query}`)).body.sightings;
  const seen = async (id: string): Promise<Record<string, unknown>> => {
    const found = await until(`${id} to be seen`, sightings, (all) => all.some((each) => each.id === id));
    return { ...found.find((each) => each.id === id) };
  };
  const at = Date.now() - 3 * HOUR_MS;

  it('list what sent, with what its network server says of it', async () => {
    for (const frame of [1, 2, 3])
      await rig.ingest.append('gateway-1', TOPIC, uplink(frame, at + frame * 60_000), at + frame * 60_000 + 500);
    await rig.ingest.append('KL0001', telemetryTopic('KL0001'), { values: { temperature: 20 } });
    await rig.ingest.drained();
    expect(await seen(DEV_EUI)).toEqual({
      id: DEV_EUI,
      devEui: DEV_EUI,
      source: 'gateway-1',
      application: 'street',
      topic: TOPIC,
      name: 'Bin 7',
      profile: 'acme-th1',
      firstSeen: new Date(at + 60_500).toISOString(),
      lastSeen: new Date(at + 180_500).toISOString(),
      messages: 3,
      logins: 0,
      adoptedAt: null,
      ignoredAt: null,
    });
    expect(await seen('KL0001')).toMatchObject({ devEui: null, name: null, application: null });
    const { groups } = (await rig.api.ask('GET', '/v1/dead-letters/groups?open=true&by=device')).body;
    expect(groups).toMatchObject([{ key: { device: DEV_EUI }, letters: 3 }, { key: { device: 'KL0001' } }]);
  });

  it('are adopted with one call: registered, and the kept messages stored with their times', async () => {
    const place = { kind: 'lpwan-node', department: 'emsd', latitude: 22.3, longitude: 114.17 };
    const url = `/v1/sightings/${DEV_EUI}/adopt`;
    expect((await rig.api.ask('POST', url, { body: { ...place, kind: 'nothing' } })).status).toBe(400);
    const { status, body } = await rig.api.ask('POST', url, { body: { ...place, id: 'BIN-7' } });
    expect(status).toBe(201);
    expect(body.device).toMatchObject({ id: 'BIN-7', name: 'Bin 7', devEui: DEV_EUI, mqtt: { username: 'BIN-7' } });
    expect(body.replay).toMatchObject({ total: 3, filter: { device: DEV_EUI } });
    expect(await rig.finished(body.replay.id)).toMatchObject({ stored: 3, refusedAgain: 0 });
    const { readings } = (await rig.api.ask('GET', `/v1/devices/BIN-7/readings?metric=temperature&from=${at}`)).body;
    expect(readings.map(({ time, value }: { time: string; value: number }) => [Date.parse(time), value])).toEqual(
      [1, 2, 3].map((frame) => [at + frame * 60_000, 20 + frame]),
    );
    expect((await sightings()).map(({ id }) => id)).toEqual(['KL0001']);
    expect((await rig.api.ask('POST', url, { body: place })).status).toBe(409);
    expect(await rig.ledger()).toMatchObject({ stored: 3, openDeadLetters: 1, resolvedDeadLetters: 3, unaccounted: 0 });
  });

  it('go when the device is registered in another way, and when they are ignored', async () => {
    await rig.ingest.append('KL0002', telemetryTopic('KL0002'), { values: { temperature: 20 } });
    await rig.ingest.drained();
    await seen('KL0002');
    const ignored = await rig.api.ask('POST', '/v1/sightings/KL0002/ignore');
    expect(ignored).toMatchObject({ status: 200, body: { id: 'KL0002' } });
    const device = { id: 'KL0001', kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.17 };
    await rig.api.ask('POST', '/v1/devices', { body: device });
    expect(await sightings()).toEqual([]);
    expect((await sightings('?open=false')).map(({ id }) => id).sort()).toEqual([DEV_EUI, 'KL0001', 'KL0002']);
  });

  it('are of refused log-ins, too, and adopted with the same call: there is a key, and nothing to replay', async () => {
    const refused = { source: 'POLE-9', topic: null, application: null, name: null, profile: null };
    const times = { firstSeen: at, lastSeen: at + 60_000 };
    await rig.ingest.registry.sightings.record([{ id: 'POLE-9', ...refused, ...times, messages: 0, logins: 4 }]);
    expect(await seen('POLE-9')).toMatchObject({ source: 'POLE-9', topic: null, devEui: null, messages: 0, logins: 4 });
    const body = { kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.17 };
    const adopted = await rig.api.ask('POST', '/v1/sightings/POLE-9/adopt', { body });
    expect(adopted.status).toBe(201);
    const { device, replay } = adopted.body;
    expect(device).toMatchObject({ id: 'POLE-9', mqtt: { clientId: 'POLE-9', username: 'POLE-9' } });
    expect(device.mqtt.password).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(replay).toMatchObject({ total: 0 });
    expect(await rig.finished(replay.id)).toMatchObject({ state: 'done', stored: 0, refusedAgain: 0 });
    expect((await sightings()).map(({ id }) => id)).not.toContain('POLE-9');
  });

  it('are for engineers who see all departments', async () => {
    const [viewer, scoped] = [await keyFor(rig.api, 'viewer', null), await keyFor(rig.api, 'admin', ['hyd'])];
    expect((await rig.api.ask('GET', '/v1/sightings', { as: viewer })).status).toBe(403);
    expect((await rig.api.ask('GET', '/v1/sightings?open=false', { as: scoped })).body).toEqual({ sightings: [] });
    expect((await rig.api.ask('POST', '/v1/sightings/KL0002/ignore', { as: scoped })).status).toBe(404);
  });
});
