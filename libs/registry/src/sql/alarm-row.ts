import type { Selectable } from 'kysely';
import type { Alarm } from '../alarms.js';
import type { AlarmRow } from './schema.js';

export function toAlarm(row: Selectable<AlarmRow>): Alarm {
  return {
    id: row.id,
    rule: row.rule,
    device: row.device,
    kind: row.kind,
    department: row.department,
    district: row.district,
    severity: row.severity as Alarm['severity'],
    metric: row.metric,
    titles: JSON.parse(row.titles) as Alarm['titles'],
    active: row.active === 1,
    acknowledged: row.acknowledged === 1,
    raisedAt: row.raised_at,
    clearedAt: row.cleared_at,
    value: row.value,
    limit: row.limit_value,
  };
}

export function toAlarmRow(alarm: Alarm): AlarmRow {
  return {
    id: alarm.id,
    rule: alarm.rule,
    device: alarm.device,
    kind: alarm.kind,
    department: alarm.department,
    district: alarm.district,
    severity: alarm.severity,
    metric: alarm.metric,
    titles: JSON.stringify(alarm.titles),
    active: Number(alarm.active),
    acknowledged: Number(alarm.acknowledged),
    raised_at: alarm.raisedAt,
    cleared_at: alarm.clearedAt,
    value: alarm.value,
    limit_value: alarm.limit,
  };
}
