import type { Device } from '#registry';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';
import { storeRows } from './stored-readings.js';

const T0 = Date.parse('2026-03-01T16:00:00Z');
const RANGE = `from=${T0}&to=${T0 + 3_600_000}`;

describe('what network servers say of devices', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
    await api.ask('POST', '/v1/devices', {
      body: [lamppost('L1', { devEui: '0101010101010101' }), lamppost('L2', { department: 'epd' })],
    });
    const device = (await api.registry.devices.get('L1')) as Device;
    await storeRows(api.store, { ...device, kind: 'lorawan-link' }, [
      { time: T0, values: { rssi: -97, snr: 6.5, frameCounter: 7, frameGap: 2, gateway: 1 } },
    ]);
    await storeRows(api.store, device, [{ time: T0, values: { temperature: 20 } }], 1);
    await api.registry.gateways.note([
      { eui: '0016c001f153a14c', at: T0 },
      { eui: '0016c001f153a14d', at: T0 },
    ]);
    await api.registry.deviceState.apply([
      {
        device: 'L1',
        battery: { percent: 88.3, externalPower: false, margin: 10, at: T0 },
        log: [{ level: 'error', code: 'UPLINK_MIC', description: 'MIC is invalid', at: T0 }],
      },
    ]);
  });
  afterAll(() => api.close());

  it('is the state of the device, empty where nothing was said', async () => {
    const { status, body } = await api.ask('GET', '/v1/devices/L1/state');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      device: 'L1',
      network: null,
      battery: { percent: 88.3, externalPower: false, margin: 10, at: '2026-03-01T16:00:00.000Z' },
      log: [{ level: 'error', code: 'UPLINK_MIC', at: '2026-03-01T16:00:00.000Z' }],
      downlinks: [],
    });
    expect((await api.ask('GET', '/v1/devices/L2/state')).body).toMatchObject({ battery: null, updatedAt: null });
    expect((await api.ask('GET', '/v1/devices/nobody/state')).status).toBe(404);
    expect((await api.ask('GET', '/v1/devices/L1/state', { as: await keyFor(api, 'viewer', ['epd']) })).status).toBe(
      404,
    );
  });

  it('is how the network heard it, beside the readings of the device', async () => {
    const link = await api.ask('GET', `/v1/devices/L1/readings?kind=lorawan-link&metric=rssi,frameGap&${RANGE}`);
    expect(link.body.readings.map(({ metric, value }: { metric: string; value: number }) => [metric, value])).toEqual([
      ['rssi', -97],
      ['frameGap', 2],
    ]);
    const own = await api.ask('GET', `/v1/devices/L1/readings?${RANGE}`);
    expect(own.body.readings).toMatchObject([{ metric: 'temperature', value: 20 }]);
    const latest = await api.ask('GET', '/v1/devices/L1/latest?kind=lorawan-link');
    expect(latest.body).toMatchObject({ device: 'L1', kind: 'lorawan-link', values: { snr: { value: 6.5 } } });
    expect((await api.ask('GET', '/v1/devices/L1/readings?kind=air-station')).status).toBe(400);
  });

  it('is asked of many devices at once', async () => {
    const { status, body } = await api.ask(
      'GET',
      `/v1/readings?kind=lorawan-link&metric=frameGap&aggregate=sum&${RANGE}&groupBy=none`,
    );
    expect(status).toBe(200);
    expect(body.readings).toMatchObject([{ metric: 'frameGap', sum: 2 }]);
    expect(body.completeness.expected).toBe(4);
  });

  it('names gateways by number', async () => {
    const first = await api.ask('GET', '/v1/gateways?limit=1');
    expect(first.body).toEqual({
      gateways: [
        {
          number: 1,
          eui: '0016c001f153a14c',
          firstSeen: '2026-03-01T16:00:00.000Z',
          lastSeen: '2026-03-01T16:00:00.000Z',
        },
      ],
      next: 1,
    });
    const second = await api.ask('GET', '/v1/gateways?limit=1&after=1');
    expect(second.body).toMatchObject({ gateways: [{ eui: '0016c001f153a14d' }], next: null });
  });

  it('is no kind of device', async () => {
    const answer = await api.ask('POST', '/v1/devices', { body: lamppost('L3', { kind: 'lorawan-link' }) });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ pointer: '/kind' }]);
    const csv = 'id,kind,latitude,longitude\nL3,lorawan-link,22.3,114.17\n';
    const imported = await api.ask('POST', '/v1/devices/import?dryRun=true', {
      body: csv,
      headers: { 'content-type': 'text/csv' },
    });
    expect(imported.body.faults).toMatchObject([{ code: 'unknown-kind' }]);
  });
});
