import type { AlarmDefault, Severity, Titles } from '#kinds';

/** A rule of the registry with its definition read (`readDefinition`). */
export interface ScopedRule {
  readonly kind: string;
  /** Null: any. At most one of department and device narrows the scope in a useful way; a device is the narrower. */
  readonly department: string | null;
  readonly device: string | null;
  /** A disabled rule switches the alarm of its id off within its scope. */
  readonly enabled: boolean;
  readonly definition: AlarmDefault;
}

export type ThresholdRule = Extract<AlarmDefault, { type: 'threshold' }>;
export type AbsenceRule = Extract<AlarmDefault, { type: 'absence' }>;

/** What an evaluation has found; the shape of the registry's `EvaluationChange`. */
export type AlarmChange =
  | { readonly type: 'raise'; readonly alarm: RaisedAlarm; readonly reason: string }
  | {
      readonly type: 'clear';
      /** Id of the alarm. */
      readonly alarm: string;
      readonly eventTime: number;
      readonly value: number | null;
      readonly reason: string;
    };

export interface RaisedAlarm {
  /** `<rule>:<device>:<raisedAt>` */
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly severity: Severity;
  readonly metric: string | null;
  readonly titles: Titles;
  /** Event time; for an absence the time at which it was noticed. */
  readonly raisedAt: number;
  readonly value: number | null;
  readonly limit: number | null;
}

export function alarmId(rule: string, device: string, raisedAt: number): string {
  return `${rule}:${device}:${raisedAt}`;
}
