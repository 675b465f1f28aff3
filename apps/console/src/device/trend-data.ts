import type { Bucket } from '../api/types';

export const BUCKET_SECONDS = 600;

/** Columns for the chart: seconds, least, greatest, mean. A bucket that is missing becomes a null, so that the gap is seen. */
export type TrendColumns = [
  seconds: number[],
  least: (number | null)[],
  greatest: (number | null)[],
  mean: (number | null)[],
];

export function columnsOf(buckets: readonly Bucket[]): TrendColumns {
  const columns: TrendColumns = [[], [], [], []];
  let previous: number | undefined;
  for (const bucket of buckets) {
    const seconds = Date.parse(bucket.time) / 1000;
    if (previous !== undefined && seconds - previous > BUCKET_SECONDS * 1.5)
      push(columns, previous + BUCKET_SECONDS, null);
    push(columns, seconds, bucket);
    previous = seconds;
  }
  return columns;
}

function push([seconds, least, greatest, mean]: TrendColumns, at: number, bucket: Bucket | null): void {
  seconds.push(at);
  least.push(bucket?.min ?? null);
  greatest.push(bucket?.max ?? null);
  mean.push(bucket?.mean ?? null);
}
