import type { Severity } from '#kinds';

/** `active` and `acknowledged` are two facts (ISA-18.2). */
export interface Alarm {
  /** Unique for one raise of one rule on one device: `<rule>:<device>:<raisedAt>`. */
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly severity: Severity;
  readonly metric: string | null;
  readonly titles: { readonly en: string; readonly 'zh-Hant': string; readonly 'zh-Hans': string };
  readonly active: boolean;
  readonly acknowledged: boolean;
  /** Event times. */
  readonly raisedAt: number;
  readonly clearedAt: number | null;
  /** Last value seen while active, and the limit that it crossed. */
  readonly value: number | null;
  readonly limit: number | null;
}

export type TransitionType = 'raised' | 'acknowledged' | 'commented' | 'cleared' | 'severity-changed';

export interface AlarmTransition {
  /** Running number; the id of the event on streams. */
  readonly id: number;
  readonly alarm: string;
  readonly type: TransitionType;
  /** Wall clock of the transition; `eventTime` is the event time for raised and cleared. */
  readonly at: number;
  readonly eventTime: number;
  /** 'system' or the user name. */
  readonly actor: string;
  readonly reason: string | null;
  /** The alarm as it was after the transition. */
  readonly snapshot: Alarm;
}

export interface AlarmQuery {
  readonly departments: readonly string[] | null;
  readonly active?: boolean;
  readonly acknowledged?: boolean;
  readonly device?: string;
  readonly kind?: string;
  readonly severity?: Severity;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly after?: string;
}

export interface AlarmRepository {
  get(id: string): Promise<Alarm | null>;
  /** Newest raise first. */
  list(query: AlarmQuery): Promise<Alarm[]>;
  timeline(alarm: string): Promise<AlarmTransition[]>;
  /** Transitions after an id, oldest first: what streams and the MQTT publisher tail. */
  transitions(after: number, limit: number): Promise<AlarmTransition[]>;
  lastTransitionId(): Promise<number>;
  /**
   * Applies the evaluator's results together with its new consumer state, in one transaction, so that a restart neither
   * loses nor repeats one. A raise of an id that exists and a clear of an alarm that is not active are ignored.
   */
  applyEvaluation(
    changes: readonly EvaluationChange[],
    consumer: { name: string; state: string },
  ): Promise<AlarmTransition[]>;
  /** Acknowledges what is there now; returns null when there is no such alarm, and the alarm unchanged when it already was. */
  acknowledge(id: string, actor: string, reason: string | null): Promise<Alarm | null>;
  comment(id: string, actor: string, text: string): Promise<Alarm | null>;
}

export type EvaluationChange =
  | {
      readonly type: 'raise';
      readonly alarm: Omit<Alarm, 'acknowledged' | 'clearedAt' | 'active'>;
      readonly reason: string;
    }
  | {
      readonly type: 'clear';
      readonly alarm: string;
      readonly eventTime: number;
      readonly value: number | null;
      readonly reason: string;
    };
