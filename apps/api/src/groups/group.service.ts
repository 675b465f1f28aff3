import { Inject, Injectable } from '@nestjs/common';
import { DISTRICTS } from '#core';
import { findKind, groupIdentity, type GroupName, groupOf, type Kind, kinds, parseGroupId } from '#kinds';
import type { Device } from '#registry';
import type { LatestReading, TelemetryQueries } from '#timeseries';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceSelection } from '../devices/device-selection.service.js';
import { isoTime } from '../http/parameters.js';
import { notFound } from '../http/problem.js';
import { requireKind } from '../kinds/catalogue-faults.js';
import { TELEMETRY } from '../ports.js';
import { DeviceReadingsService } from '../readings/device-readings.service.js';
import { metricsOf, valueOf } from '../readings/metric-value.js';
import type { DeviceReadingsQueryDto } from '../readings/readings.dto.js';
import type { GroupDto, GroupListDto, GroupReadingsDto } from './group.dto.js';

interface Group extends GroupName {
  readonly members: readonly Device[];
}

/**
 * Streets and places with values of their own. A group exists as long as a device of the caller's departments is in it; all members of a group
 * are of one department, so whoever may see that may see the group.
 */
@Injectable()
export class GroupService {
  constructor(
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    private readonly selection: DeviceSelection,
    private readonly history: DeviceReadingsService,
  ) {}

  async list(caller: Caller, { kind: name, department }: GroupListDto): Promise<GroupDto[]> {
    const wanted = name === undefined ? kinds : [requireKind(name)];
    const found = await Promise.all(wanted.map((kind) => this.ofKind(caller, kind, department)));
    return found.flat();
  }

  async get(caller: Caller, id: string): Promise<GroupDto> {
    const { kind, group } = await this.find(caller, id);
    const [latest] = await this.telemetry.latest({ kind: kind.name, devices: [id] });
    return viewOf(kind, group, latest);
  }

  async readings(caller: Caller, id: string, query: DeviceReadingsQueryDto): Promise<GroupReadingsDto> {
    const { kind, group } = await this.find(caller, id);
    const own = derivationsOf(kind, group).flatMap(({ metrics }) => metrics);
    const metrics = metricsOf(kind, query.metric ?? own);
    const intervalMs = Math.min(...derivationsOf(kind, group).map(({ window }) => window.everyMs));
    return this.history.series(kind, { id, intervalMs }, metrics, query);
  }

  /** @throws Problem `not-found` also for a group of another department (THREATS 34) */
  private async find(caller: Caller, id: string): Promise<{ kind: Kind; group: Group }> {
    const parsed = parseGroupId(id);
    const kind = parsed === null ? undefined : findKind(parsed.kind);
    if (parsed === null || kind === undefined || !sees(caller, parsed.department)) throw notFound('group');
    const group = (await this.groupsOf(caller, kind, parsed.department)).get(id);
    if (group === undefined) throw notFound('group');
    return { kind, group };
  }

  private async ofKind(caller: Caller, kind: Kind, department?: string): Promise<GroupDto[]> {
    const groups = await this.groupsOf(caller, kind, department);
    if (groups.size === 0) return [];
    const latest = await this.telemetry.latest({ kind: kind.name, devices: [...groups.keys()] });
    const readings = new Map(latest.map((reading) => [reading.device, reading]));
    return [...groups.values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((group) => viewOf(kind, group, readings.get(group.id)));
  }

  private async groupsOf(caller: Caller, kind: Kind, department?: string): Promise<Map<string, Group>> {
    const tags = new Set(kind.derivations.flatMap(({ groupBy }) => groupBy ?? []));
    const groups = new Map<string, Group & { members: Device[] }>();
    if (tags.size === 0) return groups;
    const devices = await this.selection.select(caller, { kind: kind.name, ...(department === undefined ? {} : { department }) }); // prettier-ignore
    for (const tag of tags) {
      for (const device of devices) {
        const name = groupOf(tag, device);
        const group = groups.get(name.id);
        if (group === undefined) groups.set(name.id, { ...name, members: [device] });
        else group.members.push(device);
      }
    }
    return groups;
  }
}

/** A district stands in for whatever tag its members lack. */
function derivationsOf(kind: Kind, { tag }: GroupName): Kind['derivations'] {
  return kind.derivations.filter(({ groupBy }) => groupBy !== null && (groupBy === tag || tag === 'district'));
}

function viewOf(kind: Kind, group: Group, latest: LatestReading | undefined): GroupDto {
  const { id, tag, name, members } = group;
  const { department, district, latitude, longitude } = groupIdentity(id, members);
  const metrics = derivationsOf(kind, group).flatMap((derivation) => derivation.metrics);
  const values: GroupDto['values'] = {};
  for (const metric of kind.metrics) {
    const last = latest?.values[metric.name];
    if (last === undefined || !metrics.includes(metric.name)) continue;
    values[metric.name] = { time: isoTime(last.time), value: valueOf(metric, last.value) };
  }
  const shown = tag === 'district' ? (DISTRICTS.find(({ code }) => code === name)?.titles.en ?? name) : name;
  return { id, tag, name: shown, kind: kind.name, department, district, latitude, longitude, members: members.length, metrics, values }; // prettier-ignore
}
