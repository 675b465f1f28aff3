import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import { findKind } from '#kinds';
import type { Kind } from '#kinds';
import type { Device } from '#registry';
import type { TelemetryQueries } from '#timeseries';
import type { Caller } from '../auth/caller.js';
import { DeviceSelection } from '../devices/device-selection.service.js';
import { Problem } from '../http/problem.js';
import { requireKind } from '../kinds/catalogue-faults.js';
import { CLOCK, TELEMETRY } from '../ports.js';
import { readingOfBucket } from './bucket-reading.js';
import { CompletenessService } from './completeness.service.js';
import { metricsOf, requireMeaningful } from './metric-value.js';
import { PersonalAccess } from './personal-access.service.js';
import { requireAffordable } from './query-cost.js';
import type { Grouping, ReadingsDto, ReadingsQueryDto } from './readings.dto.js';
import { bucketingOf, rangeOf } from './time-range.js';

/** History across devices of one kind, grouped. */
@Injectable()
export class FleetReadingsService {
  constructor(
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly selection: DeviceSelection,
    private readonly completeness: CompletenessService,
    private readonly personal: PersonalAccess,
  ) {}

  async read(caller: Caller, query: ReadingsQueryDto): Promise<ReadingsDto> {
    const range = rangeOf(query, this.clock.now());
    const bucketing = bucketingOf(query);
    const devices = await this.devicesOf(caller, query);
    const kind = kindOfQuery(query.kind, devices);
    const metrics = metricsOf(kind, query.metric);
    requireMeaningful(metrics, bucketing.aggregates);
    const groups = groupsOf(devices, query.groupBy ?? 'device');
    requireAffordable({
      ...range,
      everyMs: bucketing.everyMs,
      series: new Set(groups.values()).size * metrics.length,
      devices: devices.length,
      intervalMs: kind.intervalMs,
    });
    const ids = devices.map(({ id }) => id);
    await this.personal.note(caller, kind, query.metric ?? null, ids);
    const rows =
      devices.length === 0
        ? []
        : await this.telemetry.aggregate({
            kind: kind.name,
            groups,
            metrics: metrics.map((metric) => metric.name),
            ...range,
            ...bucketing,
          });
    return {
      readings: rows.map((row) => ({ group: row.group, ...readingOfBucket(row, bucketing.aggregates) })),
      completeness: await this.completeness.ofDevices(kind, devices, range),
      next: null,
    };
  }

  /** No device is of a companion kind: LoRaWAN devices have it beside their own. */
  private async devicesOf(caller: Caller, query: ReadingsQueryDto): Promise<readonly Device[]> {
    if (query.kind === undefined || findKind(query.kind)?.companion !== true)
      return this.selection.select(caller, query);
    const { kind: _kind, ...rest } = query;
    return (await this.selection.select(caller, rest)).filter(({ devEui }) => devEui !== null);
  }
}

/** Kinds have different metrics, so a query is about one. */
function kindOfQuery(name: string | undefined, devices: readonly Device[]): Kind {
  const names = new Set(name === undefined ? devices.map((device) => device.kind) : [name]);
  const [only] = names;
  if (names.size !== 1 || only === undefined) {
    throw new Problem('bad-request', 'Name the kind: the devices are not all of one.', { pointer: '/kind' });
  }
  return requireKind(only);
}

function groupsOf(devices: readonly Device[], grouping: Grouping): Map<string, string> {
  const nameOf: Record<Grouping, (device: Device) => string> = {
    device: (device) => device.id,
    district: (device) => device.district,
    department: (device) => device.department,
    none: () => 'all',
  };
  return new Map(devices.map((device) => [device.id, nameOf[grouping](device)]));
}
