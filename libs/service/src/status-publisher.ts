import { type Clock, type ServiceStatus, STATUS_INTERVAL_MS } from '#core';

/** How a service is: what only the service itself can say of its status. */
export type StatusReport = Pick<ServiceStatus, 'state' | 'reason' | 'metrics'>;

export interface StatusParts {
  readonly service: string;
  readonly bus: { publishStatus(status: ServiceStatus): void };
  /** Called once a second: has to be cheap. */
  readonly report: () => StatusReport;
  readonly clock: Clock;
}

/** Says every second how the service is, on its own status topic. */
export class StatusPublisher {
  private readonly startedAt: number;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly parts: StatusParts) {
    this.startedAt = parts.clock.now();
  }

  start(): void {
    this.publish();
    this.timer = setInterval(() => this.publish(), STATUS_INTERVAL_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** The service as it is now. */
  status(): ServiceStatus {
    const { service, report, clock } = this.parts;
    return statusOf(service, this.startedAt, clock.now(), report());
  }

  private publish(): void {
    this.parts.bus.publishStatus(this.status());
  }
}

export function statusOf(
  service: string,
  startedAt: number,
  at: number,
  { state, reason, metrics }: StatusReport,
): ServiceStatus {
  return {
    service,
    state,
    ...(reason === undefined ? {} : { reason }),
    pid: process.pid,
    startedAt,
    at,
    metrics,
  };
}
