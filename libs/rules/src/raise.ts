import type { AlarmDefault } from '#kinds';
import type { DeviceFacts } from './device-record.js';
import { type AlarmChange, alarmId } from './rule.js';

/** @param raisedAt event time; for an absence the time at which it was noticed */
export function raise(
  device: DeviceFacts,
  rule: AlarmDefault,
  raisedAt: number,
  value: number | null,
  reason: string,
): AlarmChange {
  const isThreshold = rule.type === 'threshold';
  return {
    type: 'raise',
    reason,
    alarm: {
      id: alarmId(rule.id, device.id, raisedAt),
      rule: rule.id,
      device: device.id,
      kind: device.kind,
      department: device.department,
      district: device.district,
      severity: rule.severity,
      metric: isThreshold ? rule.metric : null,
      titles: rule.titles,
      raisedAt,
      value,
      limit: isThreshold ? rule.limit : null,
    },
  };
}
