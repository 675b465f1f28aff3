import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import type { Kind } from '#kinds';
import type { Device } from '#registry';
import type { TelemetryQueries } from '#timeseries';
import { isoTime } from '../http/parameters.js';
import { CLOCK, TELEMETRY } from '../ports.js';
import type { CompletenessDto, GapDto, IncompleteDeviceDto } from './readings.dto.js';
import type { TimeRange } from './time-range.js';

const MAX_GAPS = 100;
/** Gaps are looked for device by device, so only in a few. */
const MAX_DEVICES_WITH_GAPS = 20;
const MAX_INCOMPLETE = 50;

/** Says how complete an answer about history is. */
@Injectable()
export class CompletenessService {
  constructor(
    @Inject(TELEMETRY) private readonly telemetry: TelemetryQueries,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ofDevice(kind: Kind, device: Device, range: TimeRange): Promise<CompletenessDto> {
    const past = this.pastOf(range);
    if (past === null) return { expected: 0, received: 0, gaps: [] };
    const intervalMs = intervalOf(kind, device);
    const facts = await this.telemetry.completeness({
      kind: kind.name,
      device: device.id,
      ...past,
      intervalMs,
      maxGaps: MAX_GAPS,
    });
    return {
      expected: expectedIn(past, intervalMs),
      received: facts.received,
      gaps: facts.gaps.map(({ from, to, missing }) => ({ from: isoTime(from), to: isoTime(to), missing })),
      ...(facts.truncated ? { gapsTruncated: true } : {}),
    };
  }

  async ofDevices(kind: Kind, devices: readonly Device[], range: TimeRange): Promise<CompletenessDto> {
    const past = this.pastOf(range);
    if (past === null || devices.length === 0) return { expected: 0, received: 0, gaps: [] };
    if (devices.length <= MAX_DEVICES_WITH_GAPS) return this.withGaps(kind, devices, past);
    const received = await this.receivedBy(kind, devices, past);
    const parts = devices.map(({ id, ...device }) => ({
      device: id,
      expected: expectedIn(past, intervalOf(kind, device)),
      received: received.get(id) ?? 0,
    }));
    return { ...summaryOf(parts), gaps: [], gapsTruncated: true };
  }

  private async withGaps(kind: Kind, devices: readonly Device[], past: TimeRange): Promise<CompletenessDto> {
    const gaps: GapDto[] = [];
    const parts: IncompleteDeviceDto[] = [];
    let truncated = false;
    for (const device of devices) {
      const one = await this.ofDevice(kind, device, past);
      parts.push({ device: device.id, expected: one.expected, received: one.received });
      gaps.push(...one.gaps.map((gap) => ({ device: device.id, ...gap })));
      truncated ||= one.gapsTruncated === true;
    }
    const listed = gaps.slice(0, MAX_GAPS);
    return {
      ...summaryOf(parts),
      gaps: listed,
      ...(truncated || gaps.length > MAX_GAPS ? { gapsTruncated: true } : {}),
    };
  }

  /** Readings of a device are at least as many as the values of its most frequent metric. */
  private async receivedBy(kind: Kind, devices: readonly Device[], past: TimeRange): Promise<Map<string, number>> {
    const rows = await this.telemetry.aggregate({
      kind: kind.name,
      groups: new Map(devices.map(({ id }) => [id, id])),
      metrics: kind.metrics.filter((metric) => metric.derived !== true).map((metric) => metric.name),
      ...past,
      everyMs: null,
      timeZone: 'UTC',
      aggregates: ['count'],
    });
    const received = new Map<string, number>();
    for (const { group, values } of rows) received.set(group, Math.max(received.get(group) ?? 0, values.count ?? 0));
    return received;
  }

  /** What lies ahead is not expected yet. */
  private pastOf(range: TimeRange): TimeRange | null {
    const to = Math.min(range.to, this.clock.now());
    return to > range.from ? { from: range.from, to } : null;
  }
}

export function intervalOf(kind: Kind, device: Pick<Device, 'intervalMs'>): number {
  return device.intervalMs ?? kind.intervalMs;
}

function expectedIn(range: TimeRange, intervalMs: number): number {
  return Math.floor((range.to - range.from) / intervalMs);
}

function summaryOf(
  parts: readonly IncompleteDeviceDto[],
): Pick<CompletenessDto, 'expected' | 'received' | 'incomplete'> {
  const missing = (part: IncompleteDeviceDto): number => part.expected - part.received;
  return {
    expected: parts.reduce((sum, part) => sum + part.expected, 0),
    received: parts.reduce((sum, part) => sum + part.received, 0),
    incomplete: parts
      .filter((part) => missing(part) > 0)
      .sort((a, b) => missing(b) - missing(a))
      .slice(0, MAX_INCOMPLETE),
  };
}
