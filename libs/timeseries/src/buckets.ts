import { LamplighterError } from '#core';
import { offsetSpans, type OffsetSpan } from './time-zones.js';

const DAY_MS = 86_400_000;
/** 1970-01-05 was a Monday: seven-day buckets are calendar weeks. */
const FIRST_MONDAY = 4;
/** Beyond this a query is a mistake, and finding clock changes week by week would take long. */
const MAX_RANGE_MS = 400 * 366 * DAY_MS;

/**
 * A stretch of time in which bucket starts follow from arithmetic alone, so that an engine can compute them. For `from <= t < to`:
 *
 *     period = anchor + floor((t - anchor) / periodMs) * periodMs
 *     start  = period + floor((t - period) / everyMs) * everyMs
 *
 * A period is a local day (or the several days of one bucket). It is 23 or 25 hours long, and a segment of its own, when the clocks change.
 */
export interface BucketSegment {
  readonly from: number;
  readonly to: number;
  readonly anchor: number;
  readonly periodMs: number;
  readonly everyMs: number;
}

/**
 * The segments that cover [from, to), in order; one where the zone keeps its clocks.
 *
 * Buckets of whole days start at local midnight; several days are counted from Monday 1970-01-05. Shorter buckets are
 * counted from each local midnight in elapsed time, so the two hours that bear the same name in autumn stay apart.
 *
 * @throws LamplighterError `bad-request` for an unknown zone, and for widths that are no positive whole number of
 * milliseconds or more than a day but no whole number of days
 */
export function bucketSegments(from: number, to: number, everyMs: number, timeZone: string): BucketSegment[] {
  if (!Number.isSafeInteger(everyMs) || everyMs <= 0 || (everyMs > DAY_MS && everyMs % DAY_MS !== 0)) {
    throw new LamplighterError(
      'bad-request',
      `A bucket of ${everyMs} ms is not possible; beyond a day use a whole number of days.`,
    );
  }
  if (to - from > MAX_RANGE_MS) throw new LamplighterError('bad-request', 'The range is longer than 400 years.');
  const days = Math.max(1, Math.floor(everyMs / DAY_MS));
  // Midnights are looked for one bucket and one day around the range.
  const spans = offsetSpans(from - (days + 1) * DAY_MS, to + (days + 1) * DAY_MS, timeZone);
  const segments: BucketSegment[] = [];
  let day = firstDayOfBucket(from, days, spans);
  let start = startOfDay(day, spans);
  while (start < to) {
    const end = startOfDay(day + days, spans);
    const last = segments.at(-1);
    const length = end - start;
    if (last !== undefined && last.periodMs === length && last.to === start)
      segments[segments.length - 1] = { ...last, to: end };
    else
      segments.push({
        from: start,
        to: end,
        anchor: start,
        periodMs: length,
        everyMs: everyMs < DAY_MS ? everyMs : length,
      });
    day += days;
    start = end;
  }
  return segments;
}

/** Start of the bucket that `time` falls into; `time` lies in one of the segments. */
export function bucketStart(time: number, segments: readonly BucketSegment[]): number {
  const segment = segments.find((each) => time < each.to) ?? segments.at(-1)!;
  const period = segment.anchor + Math.floor((time - segment.anchor) / segment.periodMs) * segment.periodMs;
  return period + Math.floor((time - period) / segment.everyMs) * segment.everyMs;
}

/** Local day number of the first day of the bucket that `time` falls into. */
function firstDayOfBucket(time: number, days: number, spans: readonly OffsetSpan[]): number {
  const span = spans.find((each) => time < each.to) ?? spans.at(-1)!;
  let day = Math.floor((time + span.offsetMs) / DAY_MS);
  // When clocks went back over midnight, `time` can follow the start of a later day than its local date says.
  if (startOfDay(day + 1, spans) <= time) day += 1;
  return FIRST_MONDAY + Math.floor((day - FIRST_MONDAY) / days) * days;
}

/** First instant whose local time has reached midnight of the day: midnight itself, or the clock change that skipped it. */
function startOfDay(day: number, spans: readonly OffsetSpan[]): number {
  const midnight = day * DAY_MS;
  const span = spans.find((each) => each.to + each.offsetMs > midnight) ?? spans.at(-1)!;
  const start = midnight - span.offsetMs;
  return span === spans[0] ? start : Math.max(span.from, start);
}
