import { Inject, Injectable } from '@nestjs/common';
import { findKind, kinds } from '#kinds';
import type { Kind } from '#kinds';
import type { Device } from '#registry';
import type { LatestReading, TelemetryQueries } from '#timeseries';
import type { Caller } from '../auth/caller.js';
import { DeviceSelection } from '../devices/device-selection.service.js';
import { isoTime } from '../http/parameters.js';
import { requireKind } from '../kinds/catalogue-faults.js';
import { TELEMETRY } from '../ports.js';
import type { LatestDto, LatestPageDto, LatestQueryDto } from './latest.dto.js';
import { PersonalAccess } from './personal-access.service.js';
import { metricsOf, valueOf } from './metric-value.js';

const DEFAULT_PAGE = 1_000;

/** The last known values of devices. */
@Injectable()
export class LatestService {
  constructor(
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    private readonly selection: DeviceSelection,
    private readonly personal: PersonalAccess,
  ) {}

  /** @param kind a companion instead of the device's own */
  async ofDevice(device: Device, kind = findKind(device.kind)): Promise<LatestDto> {
    const name = kind?.name ?? device.kind;
    const [reading] = await this.telemetry.latest({ kind: name, devices: [device.id] });
    return { ...viewOf(kind, device, reading, null), kind: name };
  }

  /** Devices in order of id, those that never reported included. */
  async page(caller: Caller, query: LatestQueryDto): Promise<LatestPageDto> {
    const kind = query.kind === undefined ? null : requireKind(query.kind);
    const { after, limit = DEFAULT_PAGE } = query;
    const selected = await this.selection.select(caller, query);
    const rest = after === undefined ? selected : selected.filter(({ id }) => id > after);
    const devices = rest.slice(0, limit);
    await this.noteAccess(caller, devices, query.metric ?? null);
    const readings = await this.readingsOf(devices, devices.length === selected.length && caller.departments === null);
    const wanted = query.metric === undefined ? null : new Set(query.metric);
    if (kind !== null) metricsOf(kind, query.metric);
    const latest = devices.map((device) => viewOf(findKind(device.kind), device, readings.get(device.id), wanted));
    return { latest, next: rest.length > limit ? devices.at(-1)!.id : null };
  }

  private async noteAccess(
    caller: Caller,
    devices: readonly Device[],
    metrics: readonly string[] | null,
  ): Promise<void> {
    for (const kind of kinds) {
      if (!kind.metrics.some(({ privacy }) => privacy === 'personal')) continue;
      const shown = devices.filter((device) => device.kind === kind.name).map(({ id }) => id);
      await this.personal.note(caller, kind, metrics, shown);
    }
  }

  private async readingsOf(devices: readonly Device[], everything: boolean): Promise<Map<string, LatestReading>> {
    const found = new Map<string, LatestReading>();
    for (const { name: kind } of kinds) {
      const some = devices.filter((device) => device.kind === kind);
      if (some.length === 0) continue;
      const ids = everything && some.length > 1_000 ? null : some.map(({ id }) => id);
      for (const reading of await this.telemetry.latest({ kind, devices: ids })) found.set(reading.device, reading);
    }
    return found;
  }
}

function viewOf(
  kind: Kind | undefined,
  device: Device,
  reading: LatestReading | undefined,
  wanted: ReadonlySet<string> | null,
): LatestDto {
  const values: LatestDto['values'] = {};
  for (const metric of kind?.metrics ?? []) {
    const last = reading?.values[metric.name];
    if (last === undefined || (wanted !== null && !wanted.has(metric.name))) continue;
    values[metric.name] = { time: isoTime(last.time), value: valueOf(metric, last.value) };
  }
  return {
    device: device.id,
    kind: device.kind,
    department: device.department,
    district: device.district,
    latitude: device.latitude,
    longitude: device.longitude,
    name: device.name,
    time: reading === undefined ? null : isoTime(reading.time),
    receivedAt: reading === undefined ? null : isoTime(reading.receivedAt),
    values,
  };
}
