import { expect, it } from '@jest/globals';
import type { ContractContext } from './contract-context.contract.js';
import type { DeviceQuality, QualityReport } from './device-quality.js';

const REPORT: QualityReport = {
  window: { from: 0, to: 86_400_000 },
  completeness: { received: 90, expected: 100, ratio: 0.9 },
  gaps: { count: 1, longestMs: 5_000, latest: [{ from: 1, to: 5_001 }] },
  stuck: [],
  spikes: { temperature: 2 },
  clock: { offsetMs: 12, driftMsPerDay: null },
  battery: null,
  rejected: { messages: 0, share: 0 },
  radio: null,
  reasons: [
    { code: 'incomplete', penalty: 6, text: { en: '90 % came', 'zh-Hant': '收到 90 %', 'zh-Hans': '收到 90 %' } },
  ],
};

const quality = (device: string, score: number, change: Partial<DeviceQuality> = {}): DeviceQuality => ({
  device,
  kind: 'smart-lamppost',
  department: 'hyd',
  district: 'A',
  score,
  grade: score >= 85 ? 'good' : 'fair',
  assessedAt: 1_795_217_632_573,
  report: REPORT,
  ...change,
});

export function qualityContract({ registry }: ContractContext): void {
  it('keeps the last report of each device', async () => {
    await registry().quality.put([quality('A', 70), quality('B', 90)]);
    await registry().quality.put([quality('A', 95)]);
    expect(await registry().quality.get('A')).toEqual(quality('A', 95));
    expect(await registry().quality.get('nobody')).toBeNull();
  });

  it('lists the worst first, in pages, within what is asked', async () => {
    await registry().quality.put([
      quality('A', 90),
      quality('B', 70),
      quality('C', 90),
      quality('D', 60, { department: 'epd', kind: 'air-station', district: 'N' }),
    ]);
    const ids = async (query: object, limit = 10) =>
      (await registry().quality.list({ departments: null, limit, ...query })).map(({ device }) => device);
    expect(await ids({})).toEqual(['D', 'B', 'A', 'C']);
    expect(await ids({}, 2)).toEqual(['D', 'B']);
    expect(await ids({ after: { score: 90, device: 'A' } })).toEqual(['C']);
    expect(await ids({ departments: ['hyd'] })).toEqual(['B', 'A', 'C']);
    expect(await ids({ departments: [] })).toEqual([]);
    expect(await ids({ grade: 'good', kind: 'smart-lamppost', district: 'A' })).toEqual(['A', 'C']);
  });

  it('counts by grade, and forgets devices that are gone', async () => {
    await registry().quality.put([quality('A', 90), quality('B', 70), quality('C', 0, { grade: 'silent' })]);
    const none = { good: 0, fair: 0, poor: 0, silent: 0, new: 0 };
    expect(await registry().quality.count({ departments: null })).toEqual({ ...none, good: 1, fair: 1, silent: 1 });
    expect(await registry().quality.count({ departments: ['epd'] })).toEqual(none);
    await registry().quality.remove(['A', 'C']);
    expect(await registry().quality.count({ departments: null })).toEqual({ ...none, fair: 1 });
  });

  it('lets a report go with its device, and does not show it to the next department', async () => {
    const at = { kind: 'smart-lamppost', department: 'hyd', latitude: 22.3, longitude: 114.2 };
    await registry().devices.create(['A', 'B', 'C'].map((id) => ({ ...at, id })));
    await registry().quality.put([quality('A', 90), quality('B', 70), quality('C', 50)]);
    await registry().devices.remove('A');
    await registry().devices.update('B', { department: 'epd' });
    await registry().devices.update('C', { name: 'as it was' });
    expect(await registry().quality.get('A')).toBeNull();
    expect(await registry().quality.get('B')).toBeNull();
    expect(await registry().quality.get('C')).not.toBeNull();
  });
}
