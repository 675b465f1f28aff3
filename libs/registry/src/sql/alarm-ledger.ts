import type { Alarm, AlarmTransition, EvaluationChange } from '../alarms.js';

/**
 * Works an evaluation's changes, in their order, into the alarms that they touch. An alarm may be raised and cleared by one
 * evaluation; both are transitions.
 */
export class AlarmLedger {
  readonly transitions: Omit<AlarmTransition, 'id'>[] = [];
  private readonly alarms: Map<string, Alarm>;
  private readonly touched = new Set<string>();

  /** @param at wall clock of the transitions */
  constructor(
    existing: readonly Alarm[],
    private readonly at: number,
  ) {
    this.alarms = new Map(existing.map((alarm) => [alarm.id, alarm]));
  }

  /** A raise of what exists and a clear of what is not active are repetitions of work that was done: they change nothing. */
  apply(change: EvaluationChange): void {
    if (change.type === 'raise') {
      if (this.alarms.has(change.alarm.id)) return;
      const alarm: Alarm = { ...change.alarm, active: true, acknowledged: false, clearedAt: null };
      this.record('raised', alarm, alarm.raisedAt, change.reason);
    } else {
      const before = this.alarms.get(change.alarm);
      if (before === undefined || !before.active) return;
      const alarm: Alarm = {
        ...before,
        active: false,
        clearedAt: change.eventTime,
        value: change.value ?? before.value,
      };
      this.record('cleared', alarm, change.eventTime, change.reason);
    }
  }

  changed(): Alarm[] {
    return [...this.touched].map((id) => this.alarms.get(id)!);
  }

  private record(type: 'raised' | 'cleared', alarm: Alarm, eventTime: number, reason: string): void {
    this.alarms.set(alarm.id, alarm);
    this.touched.add(alarm.id);
    this.transitions.push({ alarm: alarm.id, type, at: this.at, eventTime, actor: 'system', reason, snapshot: alarm });
  }
}
