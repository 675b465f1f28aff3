import { lwm2m } from '../definitions.js';
import { type Derivation, type DerivationBucket, eachDay, HOUR_MS, QUARTER_MS } from '../derivation.js';
import { NumberMetric } from '../metric.decorators.js';
import { sunElevation } from '../simulation.js';
import { titles } from '../titles.js';

/** Hours in which a lamp burnt, from one noon to the next, so that a night is never cut in two. */

/** A lamp that is on with the sun this high above the horizon, in degrees, burns for nothing: dusk and dawn are well over. */
const BROAD_DAY_DEGREES = 6;
/** What the electronics of a lamp that is off may draw. */
const STANDBY_W = 5;

export const LampHours = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Hours burnt, noon to noon', '當晚亮燈時數', '当晚亮灯时数'),
    quantity: 'nightOperatingHours',
    unit: 'h',
    min: 0,
    max: 24,
    precision: 2,
    definition: lwm2m(3416, 15),
    derived: true,
  });

export const DayBurningHours = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Hours burnt in daylight', '日間亮燈時數', '白天亮灯时数'),
    quantity: 'dayBurningHours',
    unit: 'h',
    min: 0,
    max: 24,
    precision: 2,
    definition: lwm2m(3416, 10),
    derived: true,
  });

/**
 * Of a kind with `dimLevel` and `lampPower`. A quarter of an hour in which nothing was heard counts neither as burning nor as dark: the hours
 * are those that are known, at least.
 */
export const LAMP_HOURS_DERIVATION: Derivation = {
  name: 'lamp-hours',
  metrics: ['lampHours', 'dayBurningHours'],
  inputs: ['dimLevel', 'lampPower'],
  groupBy: null,
  window: eachDay(12, 12),
  bucketMs: QUARTER_MS,
  aggregates: ['mean', 'min', 'max'],
  compute({ members }) {
    const [lamp] = members;
    if (lamp === undefined) return null;
    let [lampHours, dayBurningHours] = [0, 0];
    for (const bucket of lamp.buckets) {
      const hours = (burningPart(bucket) * QUARTER_MS) / HOUR_MS;
      lampHours += hours;
      if (hours > 0 && sunElevation(bucket.time + QUARTER_MS / 2, lamp.latitude, lamp.longitude) > BROAD_DAY_DEGREES)
        dayBurningHours += hours;
    }
    return { lampHours, dayBurningHours };
  },
};

/** 0 to 1. Where the lamp was switched, the mean of its output over the highest is the part of the time for which it was on. */
function burningPart({ values }: DerivationBucket): number {
  const output = values['dimLevel'];
  const { mean, min, max } = output ?? values['lampPower'] ?? {};
  const off = output === undefined ? STANDBY_W : 0;
  if (mean === undefined || min === undefined || max === undefined || max <= off) return 0;
  return min > off ? 1 : mean / max;
}
