import type { ReadingBatch } from '#core';
import { escape } from '@influxdata/influxdb-client';
import type { StoreKind } from '../telemetry-store.js';
import { FIELD, KEPT_TAG, MEASUREMENT, OUTSIDE_JOURNAL, retentionsOf } from './names.js';
import { encodeText } from './text.js';

/**
 * Lines are joined from strings here instead of by the client's `Point`, which sorts and copies maps for every point: readings are
 * the bulk of what is written. Escaping is the client's own; texts are made safe before it by `encodeText`.
 */
export type FieldValue = { readonly integer: number } | { readonly float: number } | { readonly text: string };

export const integer = (value: number): FieldValue => ({ integer: value });
export const text = (value: string): FieldValue => ({ text: value });

/** Nanoseconds of a millisecond, and how many sequences fit below one. */
const NANOSECONDS = 1_000_000;

/**
 * Time of a point in nanoseconds: the millisecond, and below it a part of the journal sequence. So two readings of a device in the
 * same millisecond are two points, and the same message written again overwrites its own point and no other. A time with a fraction
 * is rounded down.
 */
export function pointTime(timeMs: number, sequence: number): bigint {
  return BigInt(Math.floor(timeMs)) * 1_000_000n + BigInt(sequence % NANOSECONDS);
}

export function line(
  measurement: string,
  tags: Readonly<Record<string, string | null>>,
  fields: Readonly<Record<string, FieldValue>>,
  time: bigint,
): string {
  let out = escape.measurement(measurement);
  // Sorted tags spare the server the sorting.
  for (const name of Object.keys(tags).sort()) {
    const value = tags[name];
    if (value !== null && value !== undefined) out += `,${name}=${escape.tag(encodeText(value))}`;
  }
  const parts = Object.entries(fields).map(([name, value]) => `${escape.tag(encodeText(name))}=${fieldValue(value)}`);
  return `${out} ${parts.join(',')} ${time}`;
}

function fieldValue(value: FieldValue): string {
  if ('integer' in value) return `${value.integer}i`;
  if ('float' in value) return String(value.float);
  return escape.quoted(encodeText(value.text));
}

/** A line together with the row of the batch that it holds a part of, so that a refused line can be traced back. */
export interface ReadingLine {
  readonly line: string;
  readonly batch: ReadingBatch;
  readonly row: number;
  /** Columns of the batch whose values are lost when the line is refused. */
  readonly columns: readonly number[];
}

export interface ReadingLines {
  /** What makes a row: it is there when its line here is, and only then. */
  readonly rows: readonly ReadingLine[];
  /** More values of rows that are there; to be written after them. */
  readonly values: readonly ReadingLine[];
}

/** Columns of a batch that go to the same series. */
interface LinePart {
  readonly columns: readonly number[];
  /** Measurement and tags, by device of the batch. */
  readonly heads: readonly string[];
}

/**
 * Lines of a batch. What devices sent goes to the kind's measurement, what was computed to its derived one, and in both the metrics that are
 * kept less long go to points of their own (see `names.ts`). The line of those that are kept longest says when the reading came and what
 * was in it; it is there for every reading. `journalled` is false for commits without a position.
 */
export function readingLines(batch: ReadingBatch, kind: StoreKind, journalled: boolean): ReadingLines {
  const [longest, ...shorter] = partsOf(batch, kind, kind.kind, kind.metrics);
  const computed = partsOf(batch, kind, MEASUREMENT.derived(kind.kind), kind.derived);
  const sent = batch.metrics.flatMap((metric, m) => (kind.metrics.includes(metric) ? [m] : []));
  const keys = batch.metrics.map((metric) => escape.tag(metric));
  const rows: ReadingLine[] = [];
  const values: ReadingLine[] = [];
  for (let row = 0; row < batch.length; row++) {
    const device = batch.device[row]!;
    const received = `${FIELD.received}=${Math.floor(batch.receivedAt[row]!)}i`;
    let isDerived = false;
    for (const { columns, heads } of computed) {
      const own = valuesOf(batch, keys, columns, row);
      if (own === '') continue;
      isDerived = true;
      // Derived values carry no sequence in their time, so that computing them again replaces them.
      const time = pointTime(batch.time[row]!, 0);
      rows.push({ line: `${heads[device]!}${received}${own} ${time}`, batch, row, columns });
    }
    const names = sent.filter((m) => !Number.isNaN(batch.columns[m]![row]!)).map((m) => batch.metrics[m]!);
    if (names.length === 0 && isDerived) continue;
    const time = pointTime(batch.time[row]!, batch.sequence[row]!);
    const fields =
      sentFields(batch, row, received, names.join(','), journalled) + valuesOf(batch, keys, longest!.columns, row);
    rows.push({ line: `${longest!.heads[device]!}${fields} ${time}`, batch, row, columns: sent });
    for (const { columns, heads } of shorter) {
      const own = valuesOf(batch, keys, columns, row);
      if (own !== '') values.push({ line: `${heads[device]!}${own.slice(1)} ${time}`, batch, row, columns });
    }
  }
  return { rows, values };
}

/** A part for each retention of the metrics, longest first; of all that the kind has, so that the first is the same for every batch. */
function partsOf(batch: ReadingBatch, kind: StoreKind, measurement: string, metrics: readonly string[]): LinePart[] {
  return retentionsOf(kind, metrics).map(({ tag, metrics: own }) => {
    const tail = tag === null ? ' ' : `,${KEPT_TAG}=${tag} `;
    return {
      columns: batch.metrics.flatMap((metric, m) => (own.includes(metric) ? [m] : [])),
      heads: batch.devices.map(
        ({ id }) => `${escape.measurement(measurement)},device=${escape.tag(encodeText(id))}${tail}`,
      ),
    };
  });
}

/** `,name=value` of each value that is there. */
function valuesOf(batch: ReadingBatch, keys: readonly string[], columns: readonly number[], row: number): string {
  let values = '';
  for (const m of columns) {
    const value = batch.columns[m]![row]!;
    if (!Number.isNaN(value)) values += `,${keys[m]!}=${value}`;
  }
  return values;
}

function sentFields(batch: ReadingBatch, row: number, received: string, names: string, journalled: boolean): string {
  const boot = batch.boot[row];
  const seq = batch.seq[row]!;
  let fields = `${received},${FIELD.sequence}=${journalled ? batch.sequence[row]! : OUTSIDE_JOURNAL}i`;
  fields += `,${FIELD.metrics}=${escape.quoted(encodeText(names))}`;
  if (boot !== null && boot !== undefined) fields += `,${FIELD.boot}=${escape.quoted(encodeText(boot))}`;
  if (!Number.isNaN(seq)) fields += `,${FIELD.seq}=${seq}i`;
  return fields;
}
