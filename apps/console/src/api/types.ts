/** What the API answers, as far as this console reads it. Times are ISO 8601. */

export interface Titles {
  readonly en: string;
  readonly 'zh-Hant': string;
  readonly 'zh-Hans': string;
}

export type Severity = 'critical' | 'high' | 'medium' | 'low';
/** Worst first. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

export interface Metric {
  readonly name: string;
  readonly type: 'number' | 'integer' | 'boolean' | 'enum';
  readonly titles: Titles;
  readonly unit: string;
  readonly precision: number;
  readonly cumulative: boolean;
  readonly derived?: boolean;
  /** Of an enumeration: its values, and their titles in the same order. */
  readonly labels?: readonly string[] | null;
  readonly labelTitles?: readonly Titles[] | null;
}

export interface Kind {
  readonly name: string;
  readonly titles: Titles;
  readonly department: string;
  readonly intervalMs: number;
  /** Stored beside the readings of devices of other kinds; no device is of it. */
  readonly companion?: boolean;
  readonly metrics: readonly Metric[];
  readonly alarms: readonly { readonly id: string; readonly metric?: string; readonly advice: Titles }[];
}

export interface Named {
  readonly titles: Titles;
}

export interface Department extends Named {
  readonly id: string;
}

export interface District extends Named {
  readonly code: string;
}

export interface Device {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly intervalMs: number | null;
  readonly devEui: string | null;
  readonly deviceType: string | null;
  /** False: isolated. It may not connect, and its messages are refused. */
  readonly enabled: boolean;
  readonly isolation: { readonly reason: string; readonly by: string; readonly at: string } | null;
  /** With one device only; null when it was never given one. */
  readonly key?: {
    readonly issuedAt: string;
    readonly revokedAt: string | null;
    readonly formerValidUntil: string | null;
  } | null;
}

export interface Alarm {
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly severity: Severity;
  readonly metric: string | null;
  readonly titles: Titles;
  readonly active: boolean;
  readonly acknowledged: boolean;
  readonly raisedAt: string;
  readonly clearedAt: string | null;
  readonly value: number | null;
  readonly limit: number | null;
}

export interface AlarmEvent {
  readonly id: number;
  readonly type: 'raised' | 'acknowledged' | 'commented' | 'cleared' | 'severity-changed';
  readonly at: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly alarm: Alarm;
}

export type MetricValue = number | boolean | string | null;

export interface LatestReading {
  readonly device: string;
  /** Null for a device that has sent nothing. */
  readonly time: string | null;
  readonly values: Readonly<Record<string, { readonly time: string; readonly value: MetricValue }>>;
}

export interface ReadingEvent {
  readonly device: string;
  readonly kind: string;
  readonly time: string;
  readonly values: Readonly<Record<string, MetricValue>>;
}

export interface Bucket {
  readonly time: string;
  readonly metric: string;
  readonly mean?: number;
  readonly min?: number;
  readonly max?: number;
}

export interface History {
  readonly readings: readonly Bucket[];
  readonly completeness: {
    readonly expected: number;
    readonly received: number;
    readonly gaps: readonly { readonly from: string; readonly to: string; readonly missing: number }[];
  };
  readonly next: string | null;
}

/** Each may do what the ones before it may. */
export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Session {
  readonly username: string;
  readonly role: Role;
  readonly departments: readonly string[] | null;
}
