/** What a service says of itself on `lamplighter/services/{service}/status`, once a second; the will message says `down`. */
export interface ServiceStatus {
  readonly service: string;
  readonly state: 'up' | 'degraded' | 'down';
  /** Why it is not up, for people. */
  readonly reason?: string;
  readonly pid: number;
  readonly startedAt: number;
  /** Wall clock of this status; older than {@link STATUS_STALE_MS} means the service is gone. */
  readonly at: number;
  /** Monotonic counters and gauges by Prometheus name (without the `lamplighter_` prefix), such as `broker_messages_total`. */
  readonly metrics: Readonly<Record<string, number>>;
}

export const STATUS_INTERVAL_MS = 1_000;
export const STATUS_STALE_MS = 5_000;

/** The series of the connector's status that says whether it is connected for an application of The Things Stack; absent when it does not serve it. */
export function connectedSeries(application: string): string {
  return `connector_application_connected{application="${application}"}`;
}
