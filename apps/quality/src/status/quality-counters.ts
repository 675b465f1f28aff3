import { QUALITY_GRADES } from '#registry';
import type { Health, StatusReport } from '#service';
import type { WatchedDevices } from '../devices/watched-devices.js';

export const SERVICE = 'quality';

/** What the service counts, for its status and the metrics of the API. */
export class QualityCounters {
  rows = 0;
  /** Feed records that were trimmed before they could be read. */
  skipped = 0;
  assessments = 0;
  published = 0;
  lastAssessmentSeconds = 0;
  /** Devices by grade at the last assessment. */
  grades: ReadonlyMap<string, number> = new Map();
}

export function qualityReport(
  counters: QualityCounters,
  health: Health,
  devices: Pick<WatchedDevices, 'size'>,
): StatusReport {
  const grades = QUALITY_GRADES.map((grade) => [`quality_devices_${grade}`, counters.grades.get(grade) ?? 0] as const);
  return {
    ...health.report,
    metrics: {
      quality_devices: devices.size,
      quality_rows_total: counters.rows,
      quality_skipped_total: counters.skipped,
      quality_assessments_total: counters.assessments,
      quality_assessment_seconds: counters.lastAssessmentSeconds,
      quality_reports_published_total: counters.published,
      quality_healthy: health.state === 'up' ? 1 : 0,
      ...Object.fromEntries(grades),
    },
  };
}
