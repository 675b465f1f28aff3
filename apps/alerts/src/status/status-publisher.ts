import { type Clock, type ServiceStatus, STATUS_INTERVAL_MS } from '#core';
import type { RuleEvaluator } from '#rules';
import type { AlertsCounters } from '../alerts-counters.js';
import type { Health } from '../health.js';

export const SERVICE = 'alerts';

export interface StatusParts {
  readonly bus: { publishStatus(status: ServiceStatus): void };
  readonly counters: AlertsCounters;
  readonly health: Health;
  readonly evaluator: Pick<RuleEvaluator, 'deviceCount'>;
  readonly feed: { backlog(): number };
  readonly clock: Clock;
}

/** Says every second how alerts is, on its own status topic. */
export class StatusPublisher {
  private readonly startedAt: number;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly parts: StatusParts) {
    this.startedAt = parts.clock.now();
  }

  start(): void {
    this.parts.bus.publishStatus(this.status());
    this.timer = setInterval(() => this.parts.bus.publishStatus(this.status()), STATUS_INTERVAL_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  status(): ServiceStatus {
    const { health, counters, evaluator, feed, clock } = this.parts;
    return {
      service: SERVICE,
      state: health.state,
      ...(health.reason === undefined ? {} : { reason: health.reason }),
      pid: process.pid,
      startedAt: this.startedAt,
      at: clock.now(),
      metrics: {
        alerts_batches_total: counters.batches,
        alerts_rows_total: counters.rows,
        alerts_unreadable_total: counters.unreadable,
        alerts_raised_total: counters.raised,
        alerts_cleared_total: counters.cleared,
        alerts_published_total: counters.published,
        alerts_saves_total: counters.saves,
        alerts_lag_seconds: counters.lagMs / 1_000,
        alerts_devices: evaluator.deviceCount,
        alerts_feed_backlog: feed.backlog(),
        alerts_healthy: health.state === 'up' ? 1 : 0,
      },
    };
  }
}
