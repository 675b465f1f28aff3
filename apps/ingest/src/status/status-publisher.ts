import { type Clock, type ServiceStatus, STATUS_INTERVAL_MS } from '#core';
import type { DeviceDirectory } from '../devices/device-directory.js';
import type { Health } from '../health.js';
import type { IngestCounters } from '../ingest-counters.js';

export interface StatusParts {
  readonly bus: { publishStatus(status: ServiceStatus): void };
  readonly counters: IngestCounters;
  readonly health: Health;
  readonly directory: Pick<DeviceDirectory, 'size'>;
  readonly journal: { backlog(): number };
  readonly feed: { state(): { readonly bytes: number; readonly condition: string } };
  readonly clock: Clock;
}

export const SERVICE = 'ingest';

/** Says every second how ingest is, on its own status topic. */
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
    const { health, feed, clock } = this.parts;
    const feedState = feed.state();
    const isHeldBack = health.state === 'up' && feedState.condition === 'full';
    const reason = isHeldBack ? 'The feed is full: alerts does not keep up.' : health.reason;
    return {
      service: SERVICE,
      state: isHeldBack ? 'degraded' : health.state,
      ...(reason === undefined ? {} : { reason }),
      pid: process.pid,
      startedAt: this.startedAt,
      at: clock.now(),
      metrics: this.metrics(feedState.bytes),
    };
  }

  private metrics(feedBytes: number): Record<string, number> {
    const { counters, directory, journal, health } = this.parts;
    return {
      ingest_messages_total: counters.messages,
      ingest_stored_total: counters.stored,
      ingest_duplicates_total: counters.duplicates,
      ingest_dead_letters_total: counters.deadLetters,
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
      ingest_derivation_failures_total: counters.derivationFailures,
      ingest_store_lookups_total: counters.storeLookups,
      ingest_cut_batches_total: counters.cutBatches,
      ingest_known_devices: directory.size,
      ingest_feed_bytes: feedBytes,
      ingest_healthy: health.state === 'up' ? 1 : 0,
    };
  }
}
