import { Problem } from '../http/problem.js';
import { isoTime } from '../http/parameters.js';
import { roundIntervalOf } from './interval.js';

/** Rows of one answer: what a browser can draw and a spreadsheet can open. */
export const MAX_ROWS = 100_000;
/** Stored readings that one query may look at: a city's month, a few seconds of the store. */
export const MAX_SCANNED = 400_000_000;

export interface QueryShape {
  readonly from: number;
  readonly to: number;
  /** Null: one bucket for the range. */
  readonly everyMs: number | null;
  /** Groups x metrics: rows of each bucket. */
  readonly series: number;
  readonly devices: number;
  /** Expected distance between readings of one device. */
  readonly intervalMs: number;
}

export interface QueryCost {
  readonly rows: number;
  readonly scanned: number;
}

export function costOf(shape: QueryShape): QueryCost {
  const range = shape.to - shape.from;
  const buckets = shape.everyMs === null ? 1 : Math.ceil(range / shape.everyMs);
  return { rows: buckets * shape.series, scanned: Math.ceil(range / shape.intervalMs) * shape.devices };
}

/**
 * Refuses a query before it reaches the store, so that nobody's question can hold up ingest (THREATS 35).
 * @throws Problem `query-too-large` whose `nearest` is the closest query that is allowed: a later `from`,
 * a longer `every`, or all devices together
 */
export function requireAffordable(shape: QueryShape): void {
  const cost = costOf(shape);
  if (cost.rows <= MAX_ROWS && cost.scanned <= MAX_SCANNED) return;
  const nearest = nearestQuery(shape, cost);
  const reason =
    cost.scanned > MAX_SCANNED
      ? `would look at about ${cost.scanned} readings, ${MAX_SCANNED} are allowed`
      : `would return ${cost.rows} rows, ${MAX_ROWS} are allowed`;
  throw new Problem('query-too-large', `The query ${reason}.`, {
    pointer: nearest.from === isoTime(shape.from) ? '/every' : '/from',
    members: { nearest, cost: { ...cost, maxRows: MAX_ROWS, maxScanned: MAX_SCANNED } },
  });
}

export interface NearestQuery {
  readonly from: string;
  readonly to: string;
  readonly every?: string;
  readonly groupBy?: 'none';
}

function nearestQuery(shape: QueryShape, cost: QueryCost): NearestQuery {
  const range = shape.to - shape.from;
  const allowed = cost.scanned > MAX_SCANNED ? Math.floor(MAX_SCANNED / shape.devices) * shape.intervalMs : range;
  const together = shape.series > MAX_ROWS;
  const nearest: NearestQuery = {
    from: isoTime(shape.to - allowed),
    to: isoTime(shape.to),
    ...(together ? { groupBy: 'none' } : {}),
  };
  if (shape.everyMs === null) return nearest;
  const series = together ? shape.series / shape.devices : shape.series;
  const shortest = Math.ceil(allowed / Math.max(1, Math.floor(MAX_ROWS / series)));
  return { ...nearest, every: shape.everyMs >= shortest ? durationOf(shape.everyMs) : roundIntervalOf(shortest) };
}

/** ISO 8601 duration of an interval that was asked for, which has whole seconds. */
function durationOf(ms: number): string {
  return `PT${ms / 1000}S`;
}
