import type { Rejection } from '#core';
import { type Decoded, refused, rejection } from './decoded.js';
import { forbiddenKey, isForbiddenKey } from './json-scan.js';
import { ReadingsByTime } from './readings-by-time.js';
import { resolveSenml, type ResolvedRecord } from './senml.js';

/**
 * A SenML pack as readings: records of the same time are one reading. The metric is the part of the resolved name after
 * the last ':' or '/', so 'urn:dev:ow:10e2073a01080063:temperature' and 'temperature' are the same metric: which device
 * speaks is a matter of the topic. Units are resolved and kept by {@link resolveSenml}, but a kind's metric has one unit,
 * which the sender is taken to use.
 *
 * @param receivedAt milliseconds since the epoch
 */
export function decodeSenml(pack: readonly unknown[], receivedAt: number): Decoded {
  if (pack.length === 0)
    return refused(rejection('bad-senml', '', 'The pack holds no record.', 'at least one record', pack));
  const { records, rejections } = resolveSenml(pack, receivedAt / 1000);
  const readings = new ReadingsByTime();
  const refusedRecords = [...rejections];
  for (const record of records) {
    const fault = addTo(readings, record);
    if (fault !== null) refusedRecords.push(fault);
  }
  const items = readings.items(receivedAt);
  if (items.length === 0 && refusedRecords.length === 0) {
    return refused(
      rejection('bad-senml', '', 'The pack holds no record with a value.', 'at least one value', 'base fields only'),
    );
  }
  return { items, rejections: refusedRecords };
}

function addTo(readings: ReadingsByTime, record: ResolvedRecord): Rejection | null {
  const pointer = `/${record.index}`;
  if (record.value === null) {
    return rejection(
      'no-values',
      pointer,
      'The record only carries a sum; a metric holds a value.',
      'v, vs or vb',
      's',
    );
  }
  const metric = metricOf(record.name);
  if (isForbiddenKey(metric)) return forbiddenKey(metric, `${pointer}/n`);
  const time = record.time === null ? null : Math.round(record.time * 1000);
  if (readings.add(time, pointer, metric, record.value, `${pointer}/${labelOf(record.value)}`)) return null;
  return rejection(
    'bad-senml',
    pointer,
    `The pack has two values of '${metric}' for the same time.`,
    'one value',
    metric,
  );
}

function metricOf(name: string): string {
  return name.slice(Math.max(name.lastIndexOf(':'), name.lastIndexOf('/')) + 1);
}

function labelOf(value: unknown): string {
  if (typeof value === 'number') return 'v';
  if (typeof value === 'string') return 'vs';
  return typeof value === 'boolean' ? 'vb' : 'vd';
}
