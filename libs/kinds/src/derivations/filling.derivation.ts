import { lwm2m } from '../definitions.js';
import { DAY_MS, type Derivation, HOUR_MS, hoursBack } from '../derivation.js';
import { NumberMetric } from '../metric.decorators.js';
import { titles } from '../titles.js';

/** How fast a container fills, and when it will be full. */

const BUCKET_MS = 3 * HOUR_MS;
/** A level that falls by so much was emptied; less is waste that settles. */
const EMPTIED_BY_PERCENT = 15;
/** The time since it was last emptied is too short to tell a rate when it is less. */
const SHORTEST_MS = 12 * HOUR_MS;
/** A bin that hardly fills is full at no date worth telling. */
const SLOWEST_PERCENT_A_DAY = 0.5;
const LONGEST_DAYS = 365;

export const FillRate = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Fill rate', '填滿速度', '填满速度'),
    quantity: 'fillRate',
    unit: '%/d',
    min: -1000,
    max: 1000,
    precision: 1,
    definition: lwm2m(3435, 2),
    derived: true,
  });

export const DaysToFull = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Days until full', '距離滿載日數', '距离填满天数'),
    quantity: 'daysToFull',
    unit: 'd',
    min: 0,
    max: LONGEST_DAYS,
    precision: 1,
    definition: lwm2m(3435, 2),
    derived: true,
  });

/**
 * Of a kind with `fill`: every three hours over the last seven days. The rate is the median of the slopes between all pairs of levels since the
 * container was last emptied (Theil 1950, Sen 1968), so that a single wrong echo does not move it; shortly after an emptying all cycles
 * of the week speak.
 */
export const FILLING_DERIVATION: Derivation = {
  name: 'filling',
  metrics: ['fillRate', 'daysToFull'],
  inputs: ['fill'],
  groupBy: null,
  window: hoursBack(7 * 24, BUCKET_MS / HOUR_MS),
  bucketMs: BUCKET_MS,
  aggregates: ['last'],
  compute({ members }): Readonly<Record<string, number>> | null {
    const levels = (members[0]?.buckets ?? []).flatMap(({ time, values }) => {
      const level = values['fill']?.last;
      return level === undefined ? [] : [{ time, level }];
    });
    const cycles = cyclesOf(levels);
    const current = cycles.at(-1);
    if (current === undefined) return null;
    const isLong = current.at(-1)!.time - current[0]!.time >= SHORTEST_MS;
    const fillRate = median((isLong ? [current] : cycles).flatMap(slopes));
    if (fillRate === null) return null;
    const days = (100 - current.at(-1)!.level) / fillRate;
    return fillRate < SLOWEST_PERCENT_A_DAY || days > LONGEST_DAYS ? { fillRate } : { fillRate, daysToFull: days };
  },
};

interface Level {
  readonly time: number;
  readonly level: number;
}

/** Runs of levels between emptyings, oldest first. */
function cyclesOf(levels: readonly Level[]): Level[][] {
  const cycles: Level[][] = [];
  for (const next of levels) {
    const last = cycles.at(-1)?.at(-1);
    if (last === undefined || last.level - next.level >= EMPTIED_BY_PERCENT) cycles.push([next]);
    else cycles.at(-1)!.push(next);
  }
  return cycles;
}

/** Percent a day between each two levels of one cycle. */
function slopes(cycle: readonly Level[]): number[] {
  return cycle.flatMap((from, i) =>
    cycle.slice(i + 1).map((to) => ((to.level - from.level) * DAY_MS) / (to.time - from.time)),
  );
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
