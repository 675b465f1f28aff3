import { talq } from '../definitions.js';
import { type Derivation, eachDay } from '../derivation.js';
import { NumberMetric } from '../metric.decorators.js';
import { titles } from '../titles.js';

/**
 * Minimum night flow: what runs when nearly nobody draws water is mostly leakage. Between 02:00 and 04:00, as in the water industry's
 * "Managing Leakage", Report E (1994), and the IWA's night-flow practice after it.
 */
export const MinimumNightFlow = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Minimum night flow (02-04)', '夜間最低流量 (02-04)', '夜间最低流量 (02-04)'),
    quantity: 'minimumNightFlow',
    unit: 'm3/h',
    min: -20_000,
    max: 20_000,
    precision: 3,
    definition: talq('WaterFlowSensorFunction', 'flowRate'),
    derived: true,
  });

/** Of a kind with `flow`: the lowest mean of a bucket, which is as wide as the device's own interval. */
export function nightFlow(bucketMs: number): Derivation {
  return {
    name: 'minimum-night-flow',
    metrics: ['nightFlow'],
    inputs: ['flow'],
    groupBy: null,
    window: eachDay(2, 4),
    bucketMs,
    aggregates: ['mean'],
    compute({ members }) {
      const means = (members[0]?.buckets ?? []).flatMap(({ values }) => values['flow']?.mean ?? []);
      return means.length === 0 ? null : { nightFlow: Math.min(...means) };
    },
  };
}
