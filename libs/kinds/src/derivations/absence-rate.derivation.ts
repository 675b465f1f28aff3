import { smartDataModel } from '../definitions.js';
import { DAY_MS, type Derivation, type DerivationBucket, HONG_KONG_OFFSET_MS, HOUR_MS, nights } from '../derivation.js';
import { NumberMetric } from '../metric.decorators.js';
import { titles } from '../titles.js';
import type { Titles } from '../kind.js';

/**
 * Rodent Absence Rate (Food and Environmental Hygiene Department): images without rodents over all images, of thermal cameras that take one
 * every two minutes from 19:00 to 07:00 for three nights.
 */

const EVENING = 19;
const MORNING = 7;
const SURVEY_NIGHTS = 3;

const Rate = (quantity: string, what: Titles): PropertyDecorator =>
  NumberMetric({
    titles: what,
    quantity,
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: smartDataModel('Environment', 'rodentAbsenceRate'),
    derived: true,
  });

export const NightAbsenceRate = (): PropertyDecorator =>
  Rate('nightRodentAbsenceRate', titles('Rodent Absence Rate of the night', '整晚鼠隻缺失率', '整晚老鼠缺失率'));
export const SurveyAbsenceRate = (): PropertyDecorator =>
  Rate(
    'surveyRodentAbsenceRate',
    titles('Rodent Absence Rate of the place, three nights', '地點鼠隻缺失率（三晚）', '地点老鼠缺失率（三晚）'),
  );

const SHARED = { inputs: ['images', 'imagesWithRodents'], bucketMs: HOUR_MS, aggregates: ['max'] } as const;

export const ABSENCE_RATE_DERIVATIONS: readonly Derivation[] = [
  {
    ...SHARED,
    name: 'night-absence-rate',
    metrics: ['nightAbsenceRate'],
    groupBy: null,
    window: nights(1, EVENING, MORNING),
    compute({ members }) {
      const rate = rateOf(members.flatMap(({ buckets }) => nightsOf(buckets)));
      return rate === null ? null : { nightAbsenceRate: rate };
    },
  },
  {
    ...SHARED,
    name: 'survey-absence-rate',
    metrics: ['surveyAbsenceRate'],
    groupBy: 'place',
    window: nights(SURVEY_NIGHTS, EVENING, MORNING),
    /** All images of all cameras of the place are one pool; without images of each of the nights there is no survey. */
    compute({ members }) {
      const counted = members.flatMap(({ buckets }) => nightsOf(buckets));
      if (new Set(counted.map(({ night }) => night)).size < SURVEY_NIGHTS) return null;
      const rate = rateOf(counted);
      return rate === null ? null : { surveyAbsenceRate: rate };
    },
  },
];

interface Night {
  readonly night: number;
  readonly images: number;
  readonly withRodents: number;
}

function rateOf(counted: readonly Night[]): number | null {
  const images = counted.reduce((sum, night) => sum + night.images, 0);
  const withRodents = counted.reduce((sum, night) => sum + night.withRodents, 0);
  return images === 0 ? null : (100 * (images - withRodents)) / images;
}

/**
 * The counts of each night of one camera. They grow from 19:00 on, so the highest of the night is its sum. The first hour is looked at
 * only when there is no other: until a camera has started again, it may still repeat the night before.
 */
function nightsOf(buckets: readonly DerivationBucket[]): Night[] {
  const byNight = new Map<number, DerivationBucket[]>();
  for (const bucket of buckets) {
    const night = Math.floor((bucket.time + HONG_KONG_OFFSET_MS - EVENING * HOUR_MS) / DAY_MS);
    byNight.set(night, [...(byNight.get(night) ?? []), bucket]);
  }
  return [...byNight].flatMap(([night, all]) => {
    const start = night * DAY_MS + EVENING * HOUR_MS - HONG_KONG_OFFSET_MS;
    const later = all.filter(({ time }) => time >= start + HOUR_MS);
    const counted = later.length > 0 ? later : all;
    const most = (metric: string) => Math.max(0, ...counted.map(({ values }) => values[metric]?.max ?? 0));
    const images = most('images');
    return images === 0 ? [] : [{ night, images, withRodents: Math.min(images, most('imagesWithRodents')) }];
  });
}
