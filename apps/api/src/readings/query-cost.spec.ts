import fc from 'fast-check';
import type { Problem } from '../http/problem.js';
import { parseInterval } from './interval.js';
import { costOf, MAX_ROWS, MAX_SCANNED, requireAffordable } from './query-cost.js';
import type { NearestQuery, QueryShape } from './query-cost.js';

const refusalOf = (shape: QueryShape): Problem | null => {
  try {
    requireAffordable(shape);
    return null;
  } catch (error) {
    return error as Problem;
  }
};

const shapes = fc
  .record({
    from: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    range: fc.integer({ min: 1, max: 4_000_000_000_000 }),
    every: fc.option(fc.integer({ min: 1, max: 100_000 }).map((seconds) => seconds * 1_000)),
    metrics: fc.integer({ min: 1, max: 50 }),
    devices: fc.integer({ min: 1, max: 250_000 }),
    byDevice: fc.boolean(),
    intervalMs: fc.integer({ min: 1_000, max: 3_600_000 }),
  })
  .map(({ from, range, every, metrics, devices, byDevice, intervalMs }): QueryShape => {
    return { from, to: from + range, everyMs: every, series: metrics * (byDevice ? devices : 1), devices, intervalMs };
  });

describe('cost of a query', () => {
  it('T35 what is let through is bounded, and the nearest query of a refusal is let through', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const refusal = refusalOf(shape);
        if (refusal === null) {
          expect(costOf(shape).rows).toBeLessThanOrEqual(MAX_ROWS);
          expect(costOf(shape).scanned).toBeLessThanOrEqual(MAX_SCANNED);
          return;
        }
        const nearest = refusal.extras.members!.nearest as NearestQuery;
        const series = nearest.groupBy === 'none' ? shape.series / shape.devices : shape.series;
        const next = {
          ...shape,
          series,
          from: Date.parse(nearest.from),
          to: Date.parse(nearest.to),
          everyMs: nearest.every === undefined ? null : parseInterval(nearest.every),
        };
        expect(refusalOf(next)).toBeNull();
      }),
    );
  });

  it('T35 100 years of seconds of one metric are refused for their rows, and hours suggested', () => {
    const year = 31_557_600_000;
    const refusal = refusalOf({ from: 0, to: 100 * year, everyMs: 1_000, series: 1, devices: 1, intervalMs: 60_000 });
    expect(refusal!.extras.members!.nearest).toMatchObject({ from: '1970-01-01T00:00:00.000Z', every: '12h' });
  });

  it('a month of a device by the hour is nothing', () => {
    expect(
      refusalOf({ from: 0, to: 31 * 86_400_000, everyMs: 3_600_000, series: 20, devices: 1, intervalMs: 10_000 }),
    ).toBeNull();
  });
});
