import type { Health, StatusReport } from '#service';
import type { DeviceDirectory } from '../devices/device-directory.js';
import type { IngestCounters } from '../ingest-counters.js';
import type { RetentionState } from '../retention/retention.js';

export const SERVICE = 'ingest';

export interface StatusSources {
  readonly counters: IngestCounters;
  readonly health: Health;
  readonly directory: Pick<DeviceDirectory, 'size'>;
  readonly journal: { backlog(): number };
  readonly retention: RetentionState;
  readonly feed: { state(): { readonly bytes: number; readonly condition: string } };
}

/** How ingest is, for its status. */
export function ingestReport(sources: StatusSources): StatusReport {
  const { health, feed } = sources;
  const feedState = feed.state();
  const isHeldBack = health.state === 'up' && feedState.condition === 'full';
  return {
    ...(isHeldBack ? { state: 'degraded', reason: 'The feed is full: alerts does not keep up.' } : health.report),
    metrics: metricsOf(sources, feedState.bytes),
  };
}

function metricsOf(
  { counters, directory, journal, health, retention }: StatusSources,
  feedBytes: number,
): Record<string, number> {
  return {
    ingest_messages_total: counters.messages,
    ingest_stored_total: counters.stored,
    ingest_duplicates_total: counters.duplicates,
    ingest_dead_letters_total: counters.deadLetters,
    ingest_over_quota_total: counters.overQuota,
    ingest_replayed_total: counters.replayed,
    ingest_readings_total: counters.readings,
    ingest_backlog: journal.backlog(),
    ingest_batches_total: counters.batches,
    ingest_batch_seconds_total: counters.batchSeconds,
    ingest_batch_seconds: counters.lastBatchSeconds,
    ingest_reports_total: counters.reportsSent,
    ingest_reports_dropped_total: counters.reportsDropped,
    ingest_frames_total: counters.frames,
    ingest_missed_frames_total: counters.missedFrames,
    ingest_derived_rows_total: counters.derivedRows,
    ingest_retention_finished_seconds: Math.floor(retention.finishedAt / 1000),
    ingest_retention_values: retention.values,
    ingest_retention_rows: retention.rows,
    ingest_retention_payloads: retention.payloads,
    ingest_retention_refused: retention.refused,
    ingest_derivation_failures_total: counters.derivationFailures,
    ingest_store_lookups_total: counters.storeLookups,
    ingest_cut_batches_total: counters.cutBatches,
    ingest_known_devices: directory.size,
    ingest_feed_bytes: feedBytes,
    ingest_healthy: health.state === 'up' ? 1 : 0,
  };
}
