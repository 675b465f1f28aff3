import { LamplighterError } from '#core';

/** A stretch of time over which the offset of a zone to UTC does not change. */
export interface OffsetSpan {
  readonly from: number;
  readonly to: number;
  /** Local time minus UTC, milliseconds. */
  readonly offsetMs: number;
}

const WEEK_MS = 7 * 86_400_000;
/** No more zones than exist, so the cache is bounded; unknown names never enter it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  try {
    const formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formatters.set(timeZone, formatter);
    return formatter;
  } catch (cause) {
    const message = `'${timeZone.slice(0, 64)}' is not an IANA time zone; use a name such as 'Asia/Hong_Kong'.`;
    throw new LamplighterError('bad-request', message, { cause });
  }
}

/** Milliseconds to add to UTC for the local time of the zone. Throws `bad-request` for a zone that does not exist. */
export function offsetAt(time: number, timeZone: string): number {
  const name = formatterOf(timeZone)
    .formatToParts(time)
    .find((part) => part.type === 'timeZoneName')!.value;
  const match = /^GMT(?:([+-])(\d+)(?::(\d+))?(?::(\d+))?)?$/.exec(name)!;
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  return sign === '-' ? -size : size;
}

/**
 * The spans of equal offset that cover [from, to), in order. A zone that changes its offset twice within a week is not seen
 * to do so; none does.
 */
export function offsetSpans(from: number, to: number, timeZone: string): OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let start = from;
  let offsetMs = offsetAt(from, timeZone);
  for (let at = from; at < to; at += WEEK_MS) {
    const next = Math.min(at + WEEK_MS, to);
    const after = offsetAt(next, timeZone);
    if (after === offsetMs) continue;
    const change = firstWith(after, at, next, timeZone);
    spans.push({ from: start, to: change, offsetMs });
    start = change;
    offsetMs = after;
  }
  if (start < to || spans.length === 0) spans.push({ from: start, to, offsetMs });
  return spans;
}

/** Binary search for the first millisecond in (before, after] that has the offset. */
function firstWith(offsetMs: number, before: number, after: number, timeZone: string): number {
  let low = before;
  let high = after;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timeZone) === offsetMs) high = middle;
    else low = middle;
  }
  return high;
}
