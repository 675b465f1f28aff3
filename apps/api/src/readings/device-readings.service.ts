import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import type { Kind, Metric } from '#kinds';
import type { Device } from '#registry';
import type { TelemetryQueries } from '#timeseries';
import type { ApiSettings } from '../environment.js';
import { isoTime } from '../http/parameters.js';
import { CLOCK, SETTINGS, TELEMETRY } from '../ports.js';
import { readingOfBucket } from './bucket-reading.js';
import { CompletenessService, intervalOf } from './completeness.service.js';
import { metricsOf, requireMeaningful, valueOf } from './metric-value.js';
import { PageCursor } from './page-cursor.js';
import { requireAffordable } from './query-cost.js';
import type { DeviceReadingsQueryDto, ReadingDto, ReadingsDto } from './readings.dto.js';
import { bucketingOf, rangeOf } from './time-range.js';
import type { TimeRange } from './time-range.js';

const DEFAULT_PAGE = 5_000;

/** Whose history it is. */
export interface Subject {
  readonly id: string;
  readonly intervalMs: number;
}

/** History of one device: raw readings in pages, or buckets. */
@Injectable()
export class DeviceReadingsService {
  constructor(
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    private readonly completeness: CompletenessService,
  ) {}

  async read(kind: Kind, device: Device, query: DeviceReadingsQueryDto): Promise<ReadingsDto> {
    const range = rangeOf(query, this.clock.now());
    const subject = { id: device.id, intervalMs: intervalOf(kind, device) };
    const { readings, next } = await this.series(kind, subject, metricsOf(kind, query.metric), query);
    return { readings, completeness: await this.completeness.ofDevice(kind, device, range), next };
  }

  /** Of a device or a group, without a word on how complete it is. */
  async series(
    kind: Kind,
    subject: Subject,
    metrics: readonly Metric[],
    query: DeviceReadingsQueryDto,
  ): Promise<Pick<ReadingsDto, 'readings' | 'next'>> {
    const range = rangeOf(query, this.clock.now());
    return query.every === undefined
      ? this.raw(kind, subject, metrics, range, query)
      : { readings: await this.buckets(kind, subject, metrics, range, query), next: null };
  }

  private async raw(
    kind: Kind,
    { id }: Subject,
    metrics: readonly Metric[],
    range: TimeRange,
    query: DeviceReadingsQueryDto,
  ) {
    const names = metrics.map((metric) => metric.name);
    // Without `to`, the end of the range moves with the clock and is no part of what the cursor is bound to.
    const identity = JSON.stringify([id, kind.name, names, query.from ?? null, query.to ?? null]);
    const cursors = new PageCursor(this.settings.sessionKey, identity);
    const cursor = cursors.open(query.cursor);
    const page = await this.telemetry.history({
      kind: kind.name,
      devices: [id],
      metrics: names,
      ...range,
      limit: query.limit ?? DEFAULT_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const byName = new Map(metrics.map((metric) => [metric.name, metric]));
    const readings = page.values.map(({ time, metric, value }): ReadingDto => ({
      time: isoTime(time),
      metric,
      value: valueOf(byName.get(metric), value),
    }));
    return { readings, next: cursors.seal(page.next) };
  }

  private async buckets(
    kind: Kind,
    { id, intervalMs }: Subject,
    metrics: readonly Metric[],
    range: TimeRange,
    query: DeviceReadingsQueryDto,
  ) {
    const bucketing = bucketingOf(query);
    requireMeaningful(metrics, bucketing.aggregates);
    requireAffordable({
      ...range,
      everyMs: bucketing.everyMs,
      series: metrics.length,
      devices: 1,
      intervalMs,
    });
    const rows = await this.telemetry.aggregate({
      kind: kind.name,
      groups: new Map([[id, id]]),
      metrics: metrics.map((metric) => metric.name),
      ...range,
      ...bucketing,
    });
    return rows.map((row) => readingOfBucket(row, bucketing.aggregates));
  }
}
