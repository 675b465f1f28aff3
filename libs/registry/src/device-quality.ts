import type { Titles } from '#kinds';

export const QUALITY_GRADES = ['good', 'fair', 'poor', 'silent', 'new'] as const;

/**
 * 'good' from 85 points, 'fair' from 60, 'poor' below; 'silent' when nothing came in the window, 'new' when the device is too young to be
 * judged.
 */
export type QualityGrade = (typeof QUALITY_GRADES)[number];

export type QualityReasonCode =
  | 'silent'
  | 'incomplete'
  | 'gaps'
  | 'stuck'
  | 'spikes'
  | 'clock-offset'
  | 'clock-drift'
  | 'battery-low'
  | 'battery-falling'
  | 'rejected'
  | 'radio-loss';

/** One thing that costs points, in words for the device's owner. */
export interface QualityReason {
  readonly code: QualityReasonCode;
  /** Points taken from 100. */
  readonly penalty: number;
  readonly metric?: string;
  readonly text: Titles;
}

/** How good the data of a device are, over a window of event time. Times are milliseconds since the epoch. */
export interface QualityReport {
  readonly window: { readonly from: number; readonly to: number };
  /** Readings against the expected interval; `ratio` is at most 1. */
  readonly completeness: { readonly received: number; readonly expected: number; readonly ratio: number };
  /** Stretches longer than twice the interval, the one that is still open included; the latest ones are listed. */
  readonly gaps: {
    readonly count: number;
    readonly longestMs: number;
    readonly latest: readonly { readonly from: number; readonly to: number }[];
  };
  /** Metrics that usually move and have stopped. */
  readonly stuck: readonly {
    readonly metric: string;
    readonly value: number;
    readonly since: number;
    readonly readings: number;
  }[];
  /** Single values far from both neighbours, by metric. */
  readonly spikes: Readonly<Record<string, number>>;
  /** Receipt minus the device's own time, by the quickest message of each hour; null for devices without a clock. */
  readonly clock: { readonly offsetMs: number; readonly driftMsPerDay: number | null } | null;
  readonly battery: {
    readonly percent: number;
    readonly percentPerDay: number | null;
    readonly daysLeft: number | null;
  } | null;
  /** Messages that ended as dead letters. */
  readonly rejected: { readonly messages: number; readonly share: number };
  /** LoRaWAN frames that the network server never heard; null for other devices. */
  readonly radio: { readonly lost: number; readonly share: number } | null;
  readonly reasons: readonly QualityReason[];
}

export interface DeviceQuality {
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  /** 0 to 100. */
  readonly score: number;
  readonly grade: QualityGrade;
  readonly assessedAt: number;
  readonly report: QualityReport;
}

export interface QualityQuery {
  /** Null: all. */
  readonly departments: readonly string[] | null;
  readonly kind?: string;
  readonly district?: string;
  readonly grade?: QualityGrade;
  readonly limit: number;
  /** `<score>:<device>` of the last one of the page before. */
  readonly after?: { readonly score: number; readonly device: string };
}

export interface QualityRepository {
  /** Replaces the reports of these devices; their number is not bounded. */
  put(reports: readonly DeviceQuality[]): Promise<void>;
  get(device: string): Promise<DeviceQuality | null>;
  /** Worst first, then by device. */
  list(query: QualityQuery): Promise<DeviceQuality[]>;
  /** Devices by grade. */
  count(query: Omit<QualityQuery, 'limit' | 'after' | 'grade'>): Promise<Record<QualityGrade, number>>;
  /** Devices that are registered no more lose their report. */
  remove(devices: readonly string[]): Promise<void>;
}
