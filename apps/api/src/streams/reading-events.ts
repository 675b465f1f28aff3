import type { JournalOffset, ReadingBatch } from '#core';
import { findKind } from '#kinds';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { isoTime } from '../http/parameters.js';
import { valueOf } from '../readings/metric-value.js';
import type { MetricValue } from '../readings/metric-value.js';
import type { StreamEvent } from './event-stream.js';
import type { FeedItem } from './reading-tail.service.js';
import type { ReadingStreamQueryDto } from './stream.dto.js';

/** Where a client of the stream stands: behind a row of a record of the feed. */
export interface ReadingEventId {
  readonly offset: JournalOffset;
  /** Rows of that record that the client has; all of them when null. */
  readonly row: number | null;
}

/** `frame.index.row`, or `frame.index` for a whole record; null when the text is neither. */
export function parseReadingEventId(text: string): ReadingEventId | null {
  const match = /^(\d{1,15})\.(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) return null;
  return {
    offset: { frame: Number(match[1]), index: Number(match[2]) },
    row: match[3] === undefined ? null : Number(match[3]),
  };
}

/**
 * Turns records of the feed into the events of one client. The feed is at-least-once, so a row whose journal sequence was
 * passed in an earlier record of its kind and source is dropped (docs/architecture.md).
 */
export class ReadingEvents {
  private readonly seen = new Map<string, number>();

  constructor(
    private readonly caller: Caller,
    private readonly filter: ReadingStreamQueryDto,
    private readonly resume: ReadingEventId | null,
  ) {}

  *of({ offset, batch, source }: FeedItem): Iterable<StreamEvent> {
    const stream = `${source} ${batch.kind}`;
    const before = this.seen.get(stream) ?? -1;
    let newest = before;
    const first = this.firstRowOf(offset);
    const wanted = this.filter.kind === undefined || this.filter.kind === batch.kind;
    for (let row = 0; row < batch.length; row++) {
      const sequence = batch.sequence[row]!;
      if (sequence > newest) newest = sequence;
      // Derived readings have no sequence of their own (NaN or negative) and are never repeats.
      const repeated = sequence >= 0 && sequence <= before;
      if (row < first || repeated || !wanted || !this.isWanted(batch, row)) continue;
      yield {
        id: `${offset.frame}.${offset.index}.${row}`,
        event: 'reading',
        data: JSON.stringify(viewOf(batch, row)),
      };
    }
    this.seen.set(stream, newest);
  }

  private firstRowOf(offset: JournalOffset): number {
    const { resume } = this;
    if (resume === null || resume.offset.frame !== offset.frame || resume.offset.index !== offset.index) return 0;
    return resume.row === null ? Infinity : resume.row + 1;
  }

  private isWanted(batch: ReadingBatch, row: number): boolean {
    const device = batch.devices[batch.device[row]!]!;
    const { department, district, device: ids } = this.filter;
    return (
      sees(this.caller, device.department) &&
      (department === undefined || department === device.department) &&
      (district === undefined || district === device.district) &&
      (ids === undefined || ids.includes(device.id))
    );
  }
}

function viewOf(batch: ReadingBatch, row: number): Record<string, unknown> {
  const device = batch.devices[batch.device[row]!]!;
  const kind = findKind(batch.kind);
  const values: Record<string, MetricValue> = {};
  for (const [m, name] of batch.metrics.entries()) {
    const stored = batch.columns[m]![row]!;
    if (!Number.isNaN(stored))
      values[name] = valueOf(
        kind?.metrics.find((metric) => metric.name === name),
        stored,
      );
  }
  return {
    device: device.id,
    kind: batch.kind,
    department: device.department,
    district: device.district,
    time: isoTime(batch.time[row]!),
    receivedAt: isoTime(batch.receivedAt[row]!),
    values,
  };
}
