import { SEVERITIES, type Alarm, type Severity } from '../api/types';

/** An alarm is closed when it is neither active nor waiting for an acknowledgement (ISA-18.2: normal). */
export function withoutClosed(alarms: readonly Alarm[]): Alarm[] {
  return alarms.filter((alarm) => alarm.active || !alarm.acknowledged);
}

/** The open alarms after some of them have changed. */
export function applyChanges(alarms: readonly Alarm[], changed: ReadonlyMap<string, Alarm>): Alarm[] {
  return withoutClosed([...alarms.filter(({ id }) => !changed.has(id)), ...changed.values()]);
}

const RANK = new Map(SEVERITIES.map((severity, rank) => [severity, rank]));

/** The order of work: unacknowledged before acknowledged, then by severity, then the newest. */
export function inOrderOfWork(alarms: readonly Alarm[]): Alarm[] {
  return [...alarms].sort(
    (a, b) =>
      Number(a.acknowledged) - Number(b.acknowledged) ||
      RANK.get(a.severity)! - RANK.get(b.severity)! ||
      Date.parse(b.raisedAt) - Date.parse(a.raisedAt) ||
      (a.id < b.id ? -1 : 1),
  );
}

export function countBySeverity(alarms: readonly Alarm[]): Record<Severity, number> {
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const alarm of alarms) counts[alarm.severity]++;
  return counts;
}

/** The worst active alarm of each device. */
export function worstByDevice(alarms: readonly Alarm[]): Map<string, Severity> {
  const worst = new Map<string, Severity>();
  for (const alarm of alarms) {
    if (!alarm.active) continue;
    const known = worst.get(alarm.device);
    if (known === undefined || RANK.get(alarm.severity)! < RANK.get(known)!) worst.set(alarm.device, alarm.severity);
  }
  return worst;
}
