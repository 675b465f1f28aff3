import { csvDocument } from '../http/csv.js';
import type { CsvCell } from '../http/csv.js';
import type { Aggregate } from '#timeseries';
import type { ReadingDto } from './readings.dto.js';

/** Readings as a table. `subject` names the first column across devices: device, district, department. */
export function readingsCsv(
  readings: readonly ReadingDto[],
  options: { subject?: string; aggregates?: readonly Aggregate[] },
): string {
  const { subject, aggregates = [] } = options;
  const header = [...(subject === undefined ? [] : [subject]), 'time', 'metric', 'value', ...aggregates];
  const rowOf = (reading: ReadingDto): CsvCell[] => [
    ...(subject === undefined ? [] : [reading.group]),
    reading.time,
    reading.metric,
    reading.value,
    ...aggregates.map((name) => reading[name]),
  ];
  return csvDocument(header, readings.map(rowOf));
}
