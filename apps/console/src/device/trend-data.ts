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
  const step = stepOf(buckets);
  let previous: number | undefined;
  for (const bucket of buckets) {
    const seconds = Date.parse(bucket.time) / 1000;
    if (previous !== undefined && seconds - previous > step * 1.5) push(columns, previous + BUCKET_SECONDS, null);
    push(columns, seconds, bucket);
    previous = seconds;
  }
  return columns;
}

/**
 * Seconds from one bucket to the next where nothing is missing: the median, for devices that send less often than there are buckets and for
 * metrics that are derived every hour have no bucket in between.
 */
function stepOf(buckets: readonly Bucket[]): number {
  const times = buckets.map(({ time }) => Date.parse(time) / 1000);
  const steps = times
    .slice(1)
    .map((time, index) => time - times[index]!)
    .sort((a, b) => a - b);
  return Math.max(BUCKET_SECONDS, steps[Math.floor((steps.length - 1) / 2)] ?? 0);
}

function push([seconds, least, greatest, mean]: TrendColumns, at: number, bucket: Bucket | null): void {
  seconds.push(at);
  least.push(bucket?.min ?? null);
  greatest.push(bucket?.max ?? null);
  mean.push(bucket?.mean ?? null);
}
