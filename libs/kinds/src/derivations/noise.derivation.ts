import { smartDataModel } from '../definitions.js';
import { type Derivation, eachDay, QUARTER_MS } from '../derivation.js';
import { NumberMetric } from '../metric.decorators.js';
import { titles } from '../titles.js';
import type { Titles } from '../kind.js';

/**
 * LAeq of the three parts of a day. Day 07-19, evening 19-23 and night 23-07 are the periods of Directive 2002/49/EC, Annex I; the Noise
 * Control Ordinance of Hong Kong has the same night.
 */

/** Above it the wind itself makes the noise (Technical Memorandum of the Noise Control Ordinance, and ISO 1996-2). */
const MOST_WIND_M_S = 5;
/** A level says something about its period when at least this part of it was measured. */
const LEAST_COVERAGE = 0.5;

const PeriodLevel = (quantity: string, what: Titles): PropertyDecorator =>
  NumberMetric({
    titles: what,
    quantity,
    unit: 'dB[SPL]',
    min: 20,
    max: 140,
    precision: 1,
    definition: smartDataModel('Environment', 'LAeq'),
    derived: true,
  });

export const NoiseDay = (): PropertyDecorator =>
  PeriodLevel('Lday', titles('Noise by day (07-19)', '日間噪音聲級 (07-19)', '白天噪声声级 (07-19)'));
export const NoiseEvening = (): PropertyDecorator =>
  PeriodLevel('Levening', titles('Noise in the evening (19-23)', '傍晚噪音聲級 (19-23)', '傍晚噪声声级 (19-23)'));
export const NoiseNight = (): PropertyDecorator =>
  PeriodLevel('Lnight', titles('Noise at night (23-07)', '夜間噪音聲級 (23-07)', '夜间噪声声级 (23-07)'));

/** Of a kind with `noise` and `windSpeed` that carries the three metrics above. */
export const NOISE_DERIVATIONS: readonly Derivation[] = [
  ofPeriod('noise-day', 'noiseDay', 7, 19),
  ofPeriod('noise-evening', 'noiseEvening', 19, 23),
  ofPeriod('noise-night', 'noiseNight', 23, 7),
];

/**
 * `Leq = 10 lg (sum n_i 10^(L_i/10) / sum n_i)` over quarter-hours (ISO 1996-1): levels are pooled as energies, a quarter of an hour by the
 * number of its readings. Quarter-hours in which the mean wind was too strong are left out.
 */
function ofPeriod(name: string, metric: string, from: number, to: number): Derivation {
  const window = eachDay(from, to);
  return {
    name,
    metrics: [metric],
    inputs: ['noise', 'windSpeed'],
    groupBy: null,
    window,
    bucketMs: QUARTER_MS,
    aggregates: ['energyMean', 'count', 'mean'],
    compute({ members }) {
      let [energy, readings, quarters] = [0, 0, 0];
      for (const { values } of members[0]?.buckets ?? []) {
        const { energyMean, count } = values['noise'] ?? {};
        if (energyMean === undefined || count === undefined || (values['windSpeed']?.mean ?? 0) > MOST_WIND_M_S)
          continue;
        energy += count * 10 ** (energyMean / 10);
        readings += count;
        quarters++;
      }
      const isCovered = quarters >= (LEAST_COVERAGE * window.lengthMs) / QUARTER_MS;
      return isCovered ? { [metric]: 10 * Math.log10(energy / readings) } : null;
    },
  };
}
