import { talq } from '../definitions.js';
import { type Derivation, type DerivationMember, HOUR_MS, hoursBack } from '../derivation.js';
import { IntegerMetric, NumberMetric } from '../metric.decorators.js';
import { titles } from '../titles.js';
import { PARKING_PURPOSE, PARKING_RETENTION_DAYS } from '../traffic-measures.js';

/** Vacancy of the parking spaces of a street, hour by hour. */

const SLOT_MS = 5 * 60_000;
/** A sensor speaks when something changes and every quarter of an hour; what it said is believed for three of these. */
const BELIEVED_SLOTS = 9;

export const Vacancy = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Free spaces of the street', '街道泊車位空置率', '街道停车位空置率'),
    quantity: 'vacancy',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: talq('ParkingSensorFunction', 'parkingSpaceAvailability'),
    privacy: 'aggregate',
    purpose: PARKING_PURPOSE,
    retentionDays: PARKING_RETENTION_DAYS,
    derived: true,
  });

export const SpacesHeard = (): PropertyDecorator =>
  IntegerMetric({
    titles: titles('Spaces heard from', '有回報的泊車位數目', '有上报的停车位数目'),
    quantity: 'spacesHeard',
    unit: '1',
    min: 0,
    max: 1_000_000,
    definition: talq('ParkingSensorFunction', 'parkingSpaceAvailability'),
    derived: true,
  });

/** The share of the hour for which a space was free, averaged over the spaces. The hour before says how the hour began. */
export const VACANCY_DERIVATION: Derivation = {
  name: 'vacancy',
  metrics: ['vacancy', 'spacesHeard'],
  inputs: ['occupied'],
  groupBy: 'street',
  window: hoursBack(2),
  bucketMs: SLOT_MS,
  aggregates: ['last'],
  compute({ to, members }) {
    const shares = members.flatMap((member) => freeShare(member, to) ?? []);
    if (shares.length === 0) return null;
    const vacancy = (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length;
    return { vacancy, spacesHeard: shares.length };
  },
};

/** Slot by slot through the last hour; a slot whose state is not known counts for neither side. Null when none is known. */
function freeShare({ buckets }: DerivationMember, to: number): number | null {
  const stateAt = new Map(buckets.map(({ time, values }) => [time, values['occupied']?.last]));
  let state: number | null = null;
  let age = 0;
  let [free, known] = [0, 0];
  for (let slot = to - 2 * HOUR_MS; slot < to; slot += SLOT_MS) {
    const said = stateAt.get(slot);
    age = said === undefined ? age + 1 : 0;
    state = said ?? (age > BELIEVED_SLOTS ? null : state);
    if (slot < to - HOUR_MS || state === null) continue;
    known++;
    if (state === 0) free++;
  }
  return known === 0 ? null : free / known;
}
