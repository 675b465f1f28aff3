import type { Alarm, AlarmTransition } from '#registry';
import { isoTime } from '../http/parameters.js';
import type { AlarmDto, AlarmTransitionDto } from './alarm.dto.js';

export function viewOfAlarm(alarm: Alarm): AlarmDto {
  const { id, rule, device, kind, department, district, severity, metric, titles, active, acknowledged, value, limit } =
    alarm;
  return {
    id,
    rule,
    device,
    kind,
    department,
    district,
    severity,
    metric,
    titles,
    active,
    acknowledged,
    raisedAt: isoTime(alarm.raisedAt),
    clearedAt: alarm.clearedAt === null ? null : isoTime(alarm.clearedAt),
    value,
    limit,
  };
}

/** What the stream sends and the timeline lists. */
export function viewOfTransition(transition: AlarmTransition): AlarmTransitionDto {
  const { id, type, at, eventTime, actor, reason, snapshot } = transition;
  return { id, type, at: isoTime(at), eventTime: isoTime(eventTime), actor, reason, alarm: viewOfAlarm(snapshot) };
}
