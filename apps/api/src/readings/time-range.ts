import type { Aggregate } from '#timeseries';
import { Problem } from '../http/problem.js';
import { parseInterval } from './interval.js';
import { DEFAULT_TIME_ZONE } from './readings.dto.js';

const DAY_MS = 86_400_000;

export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** The last 24 hours unless said otherwise. @throws Problem `bad-request` when it is empty */
export function rangeOf(query: { from?: number; to?: number }, now: number): TimeRange {
  const to = query.to ?? now;
  const from = query.from ?? to - DAY_MS;
  if (from >= to) throw new Problem('bad-request', '`from` must lie before `to`.', { pointer: '/from' });
  return { from, to };
}

export interface Bucketing {
  readonly everyMs: number | null;
  readonly timeZone: string;
  readonly aggregates: readonly Aggregate[];
}

/** @throws Problem `bad-request` for an interval or a time zone that there is not */
export function bucketingOf(query: { every?: string; timeZone?: string; aggregate?: readonly Aggregate[] }): Bucketing {
  const { every, timeZone = DEFAULT_TIME_ZONE, aggregate = ['mean'] } = query;
  const everyMs = every === undefined ? null : parseInterval(every);
  if (every !== undefined && everyMs === null) {
    throw new Problem('bad-request', `'${every.slice(0, 32)}' is not an interval; send 10s, 1m, 1h, 1d, 1w or PT1H.`, {
      pointer: '/every',
    });
  }
  if (!isTimeZone(timeZone)) {
    throw new Problem('bad-request', `'${timeZone.slice(0, 64)}' is not an IANA time zone.`, { pointer: '/timeZone' });
  }
  return { everyMs, timeZone, aggregates: aggregate };
}

/** Names only: an offset such as '+08:00' is a zone to newer versions of Intl, but not to every store. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
