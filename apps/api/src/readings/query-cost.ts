import { Problem } from '../http/problem.js';
import { isoTime } from '../http/parameters.js';
import { parseInterval, roundIntervalOf } from './interval.js';

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
 * @throws Problem `query-too-large` whose `nearest` is the closest query that is allowed: a longer `every` first, then a later `from`
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

function nearestQuery(shape: QueryShape, cost: QueryCost): { from: string; to: string; every?: string } {
  const range = shape.to - shape.from;
  const allowed = cost.scanned > MAX_SCANNED ? Math.floor((range * MAX_SCANNED) / cost.scanned) : range;
  const from = shape.to - allowed;
  const times = { from: isoTime(from), to: isoTime(shape.to) };
  if (shape.everyMs === null) return times;
  const shortest = Math.ceil(allowed / Math.max(1, Math.floor(MAX_ROWS / shape.series)));
  const every = shape.everyMs >= shortest ? shape.everyMs : parseInterval(roundIntervalOf(shortest))!;
  return { ...times, every: durationOf(every) };
}

const durationOf = (ms: number): string =>
  roundIntervalOf(ms) && parseInterval(roundIntervalOf(ms)) === ms ? roundIntervalOf(ms) : `PT${Math.ceil(ms / 1000)}S`;
