import type { Alarm } from '../api/types';
import { newAlarms } from './new-alarms';
import { applyChanges, countBySeverity, inOrderOfWork, worstByDevice } from './open-alarms';

const alarm = (change: Partial<Alarm> & { id: string }): Alarm => ({
  rule: 'pm25-high',
  device: 'GF3637',
  kind: 'smart-lamppost',
  department: 'hyd',
  district: 'J',
  severity: 'medium',
  metric: 'pm25',
  titles: { en: 'PM2.5 high', 'zh-Hant': 'PM2.5 偏高', 'zh-Hans': 'PM2.5 偏高' },
  active: true,
  acknowledged: false,
  raisedAt: '2026-11-20T10:00:00.000Z',
  clearedAt: null,
  value: 80,
  limit: 75,
  ...change,
});

describe('the list of open alarms', () => {
  const applyChange = (alarms: readonly Alarm[], changed: Alarm): Alarm[] =>
    applyChanges(alarms, new Map([[changed.id, changed]]));

  it('keeps an alarm that returned to normal until it is acknowledged', () => {
    const returned = alarm({ id: 'a', active: false });
    expect(applyChange([alarm({ id: 'a' })], returned)).toEqual([returned]);
    expect(applyChange([returned], { ...returned, acknowledged: true })).toEqual([]);
  });

  it('keeps an acknowledged alarm while it is active', () => {
    const acknowledged = alarm({ id: 'a', acknowledged: true });
    expect(applyChange([alarm({ id: 'a' })], acknowledged)).toEqual([acknowledged]);
  });

  it('takes many changes at once', () => {
    const [a, b, c] = [alarm({ id: 'a' }), alarm({ id: 'b' }), alarm({ id: 'c' })];
    const closed = { ...a, active: false, acknowledged: true };
    const changed = new Map([closed, c].map((one) => [one.id, one]));
    expect(applyChanges([a, b], changed)).toEqual([b, c]);
  });

  it('puts what is unacknowledged first, then the worst, then the newest', () => {
    const list = [
      alarm({ id: 'acknowledged critical', severity: 'critical', acknowledged: true }),
      alarm({ id: 'old high', severity: 'high', raisedAt: '2026-11-20T09:00:00.000Z' }),
      alarm({ id: 'new high', severity: 'high', raisedAt: '2026-11-20T11:00:00.000Z' }),
      alarm({ id: 'low', severity: 'low' }),
    ];
    expect(inOrderOfWork(list).map(({ id }) => id)).toEqual(['new high', 'old high', 'low', 'acknowledged critical']);
  });

  it('colours a device by its worst active alarm only', () => {
    const list = [
      alarm({ id: 'a', severity: 'low' }),
      alarm({ id: 'b', severity: 'high' }),
      alarm({ id: 'c', severity: 'critical', active: false }),
    ];
    expect(worstByDevice(list)).toEqual(new Map([['GF3637', 'high']]));
    expect(countBySeverity(list)).toEqual({ critical: 1, high: 1, medium: 0, low: 1 });
  });
});

describe('what is told of new alarms', () => {
  const [a, b] = [alarm({ id: 'a' }), alarm({ id: 'b' })];

  it.each([
    ['nothing of those that stand already', null, [a, b], []],
    ['those that nobody knew', new Set(['a']), [a, b], ['b']],
    ['nothing of what somebody has acknowledged', new Set<string>(), [alarm({ id: 'c', acknowledged: true })], []],
    ['nothing of what has returned to normal', new Set<string>(), [alarm({ id: 'd', active: false })], []],
  ] as const)('is %s', (_what, known, alarms, told) => {
    expect(newAlarms(known, alarms).map(({ id }) => id)).toEqual(told);
  });
});
