import type { Aggregate, AggregateRow } from '#timeseries';
import { isoTime } from '../http/parameters.js';
import type { ReadingDto } from './readings.dto.js';

/** One bucket as a reading: `value` is the first aggregate that was asked for, and all are there by name. */
export function readingOfBucket(row: AggregateRow, aggregates: readonly Aggregate[]): ReadingDto {
  const finite = Object.entries(row.values).filter(([, value]) => Number.isFinite(value));
  const values: Partial<Record<Aggregate, number>> = Object.fromEntries(finite);
  return { time: isoTime(row.time), metric: row.metric, value: values[aggregates[0]!] ?? null, ...values };
}
