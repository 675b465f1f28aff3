import { type Clock, type ServiceStatus, STATUS_STALE_MS } from '#core';

/** The services through which every reading comes. */
const PIPELINE = ['broker', 'ingest'];

/** Messages that may wait in the journal, and records in the feed, while silence of a device still means something. */
const MAX_JOURNAL_BACKLOG = 50_000;
const MAX_FEED_BACKLOG = 1_000;

interface Heard {
  readonly status: ServiceStatus;
  readonly at: number;
}

/** Whether readings reach us, from what broker and ingest say of themselves. */
export class PipelineWatch {
  private readonly heard = new Map<string, Heard>();

  constructor(
    private readonly feedBacklog: () => number,
    private readonly clock: Clock,
  ) {}

  take(status: ServiceStatus): void {
    this.heard.set(status.service, { status, at: this.clock.monotonic() });
  }

  hearsDevices(): boolean {
    return PIPELINE.every((service) => this.isWell(service)) && this.feedBacklog() <= MAX_FEED_BACKLOG;
  }

  private isWell(service: string): boolean {
    const heard = this.heard.get(service);
    if (heard === undefined || this.clock.monotonic() - heard.at > STATUS_STALE_MS) return false;
    return heard.status.state === 'up' && (heard.status.metrics.ingest_backlog ?? 0) <= MAX_JOURNAL_BACKLOG;
  }
}
