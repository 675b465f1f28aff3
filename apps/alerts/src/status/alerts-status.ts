import type { RuleEvaluator } from '#rules';
import type { Health, StatusReport } from '#service';
import type { AlertsCounters } from '../alerts-counters.js';

export const SERVICE = 'alerts';

export interface StatusSources {
  readonly counters: AlertsCounters;
  readonly health: Health;
  readonly evaluator: Pick<RuleEvaluator, 'deviceCount'>;
  readonly feed: { backlog(): number };
}

/** How alerts is, for its status. */
export function alertsReport({ counters, health, evaluator, feed }: StatusSources): StatusReport {
  return {
    ...health.report,
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
