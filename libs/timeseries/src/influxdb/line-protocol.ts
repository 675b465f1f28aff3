import type { ReadingBatch } from '#core';
import { escape } from '@influxdata/influxdb-client';
import { FIELD, MEASUREMENT, OUTSIDE_JOURNAL } from './names.js';
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

/** A line together with the row of the batch that it holds, so that a refused line can be traced back. */
export interface ReadingLine {
  readonly line: string;
  readonly batch: ReadingBatch;
  readonly row: number;
}

/**
 * Lines of a batch. What devices sent goes to the kind's measurement, what was computed to its derived one; a row with both is two
 * lines. `journalled` is false for commits without a position.
 */
export function readingLines(batch: ReadingBatch, derived: readonly string[], journalled: boolean): ReadingLine[] {
  const heads = batch.devices.map((device) => `device=${escape.tag(encodeText(device.id))} `);
  const keys = batch.metrics.map((metric) => escape.tag(metric));
  const isDerived = batch.metrics.map((metric) => derived.includes(metric));
  const sentTo = `${escape.measurement(batch.kind)},`;
  const derivedTo = `${escape.measurement(MEASUREMENT.derived(batch.kind))},`;
  const lines: ReadingLine[] = [];
  for (let row = 0; row < batch.length; row++) {
    let sent = '';
    let computed = '';
    let names = '';
    for (let m = 0; m < keys.length; m++) {
      const value = batch.columns[m]![row]!;
      if (Number.isNaN(value)) continue;
      if (isDerived[m]!) {
        computed += `,${keys[m]!}=${value}`;
      } else {
        sent += `,${keys[m]!}=${value}`;
        names += names === '' ? batch.metrics[m]! : `,${batch.metrics[m]!}`;
      }
    }
    const head = heads[batch.device[row]!]!;
    const time = batch.time[row]!;
    const received = `${FIELD.received}=${Math.floor(batch.receivedAt[row]!)}i`;
    // Derived values carry no sequence in their time, so that computing them again replaces them.
    if (computed !== '')
      lines.push({ line: `${derivedTo}${head}${received}${computed} ${pointTime(time, 0)}`, batch, row });
    if (sent === '' && computed !== '') continue;
    const fields = sentFields(batch, row, received, names, journalled);
    lines.push({ line: `${sentTo}${head}${fields}${sent} ${pointTime(time, batch.sequence[row]!)}`, batch, row });
  }
  return lines;
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
