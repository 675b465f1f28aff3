import type { DeviceQuality } from '#registry';
import { lamppost, startApi } from './harness.js';
import type { Harness } from './harness.js';
import { keyFor } from './keys.js';

const quality = (device: string, score: number, change: Partial<DeviceQuality> = {}): DeviceQuality => ({
  device,
  kind: 'smart-lamppost',
  department: 'hyd',
  district: 'A',
  score,
  grade: score >= 85 ? 'good' : 'poor',
  assessedAt: Date.UTC(2026, 10, 25, 8),
  report: {
    window: { from: Date.UTC(2026, 10, 24, 8), to: Date.UTC(2026, 10, 25, 8) },
    completeness: { received: 10, expected: 20, ratio: 0.5 },
    gaps: { count: 1, longestMs: 60_000, latest: [{ from: 0, to: 60_000 }] },
    stuck: [{ metric: 'temperature', value: 21.5, since: 0, readings: 40 }],
    spikes: {},
    clock: null,
    battery: null,
    rejected: { messages: 0, share: 0 },
    radio: null,
    reasons: [{ code: 'incomplete', penalty: 30, text: { en: 'half came', 'zh-Hant': '一半', 'zh-Hans': '一半' } }],
  },
  ...change,
});

describe('data quality', () => {
  let api: Harness;
  beforeAll(async () => {
    api = await startApi();
    await api.ask('POST', '/v1/devices', {
      body: [lamppost('Q1'), lamppost('Q2'), { ...lamppost('E1'), department: 'epd' }],
    });
    await api.registry.quality.put([quality('Q1', 92), quality('Q2', 40), quality('E1', 10, { department: 'epd' })]);
  });
  afterAll(() => api.close());

  it('lists the worst first, with counts by grade, page by page', async () => {
    const first = await api.ask('GET', '/v1/quality?limit=2');
    expect(first.status).toBe(200);
    expect(first.body.counts).toEqual({ good: 1, fair: 0, poor: 2, silent: 0, new: 0 });
    expect(first.body.devices.map(({ device }: { device: string }) => device)).toEqual(['E1', 'Q2']);
    const second = await api.ask('GET', `/v1/quality?limit=2&cursor=${first.body.next}`);
    expect(second.body.devices.map(({ device }: { device: string }) => device)).toEqual(['Q1']);
    expect(second.body.next).toBeNull();
    expect((await api.ask('GET', '/v1/quality?cursor=forged')).status).toBe(400);
  });

  it('shows the report of a device with its reasons', async () => {
    const report = await api.ask('GET', '/v1/devices/Q2/quality');
    expect(report.body).toMatchObject({
      device: 'Q2',
      score: 40,
      grade: 'poor',
      assessedAt: '2026-11-25T08:00:00.000Z',
      window: { from: '2026-11-24T08:00:00.000Z' },
      stuck: [{ metric: 'temperature', since: '1970-01-01T00:00:00.000Z' }],
      reasons: [{ code: 'incomplete', penalty: 30 }],
    });
    expect(report.body).not.toHaveProperty('report');
  });

  it('hides the devices of other departments', async () => {
    const as = await keyFor(api, 'viewer', ['hyd']);
    const page = await api.ask('GET', '/v1/quality', { as });
    expect(page.body.devices.map(({ device }: { device: string }) => device)).toEqual(['Q2', 'Q1']);
    expect(page.body.counts).toMatchObject({ poor: 1, good: 1 });
    expect((await api.ask('GET', '/v1/devices/E1/quality', { as })).status).toBe(404);
  });
});
