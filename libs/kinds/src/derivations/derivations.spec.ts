import { describe, expect, it } from '@jest/globals';
import {
  type BucketAggregate,
  DAY_MS,
  type Derivation,
  type DerivationBucket,
  type DerivationMember,
  HOUR_MS,
  QUARTER_MS,
} from '../derivation.js';
import { ABSENCE_RATE_DERIVATIONS } from './absence-rate.derivation.js';
import { AQHI_DERIVATION } from './aqhi.derivation.js';
import { FILLING_DERIVATION } from './filling.derivation.js';
import { LAMP_HOURS_DERIVATION } from './lamp-hours.derivation.js';
import { nightFlow } from './night-flow.derivation.js';
import { NOISE_DERIVATIONS } from './noise.derivation.js';
import { VACANCY_DERIVATION } from './vacancy.derivation.js';

/** Expected values are worked out by hand in the comments. */

const at = (local: string): number => Date.parse(`${local}+08:00`);
type Values = Readonly<Record<string, Readonly<Partial<Record<BucketAggregate, number>>>>>;
const bucket = (time: number, values: Values): DerivationBucket => ({ time, values });
const member = (id: string, buckets: readonly DerivationBucket[]): DerivationMember => ({
  id,
  latitude: 22.3,
  longitude: 114.17,
  buckets,
});
const compute = (derivation: Derivation, to: number, ...members: readonly DerivationMember[]) =>
  derivation.compute({ from: to - derivation.window.lengthMs, to, members });
const series = (from: number, stepMs: number, all: readonly Values[]): DerivationBucket[] =>
  all.map((values, i) => bucket(from + i * stepMs, values));

describe('aqhi', () => {
  const CLEAN = { no2: { mean: 20 }, so2: { mean: 5 }, o3: { mean: 40 }, pm10: { mean: 20 }, pm25: { mean: 12 } };

  it('is the band of three whole hours', () => {
    const to = at('2026-03-02T14:00:00');
    expect(compute(AQHI_DERIVATION, to, member('a', series(to - 3 * HOUR_MS, HOUR_MS, [CLEAN, CLEAN, CLEAN])))).toEqual({ aqhi: 2 }); // prettier-ignore
    expect(compute(AQHI_DERIVATION, to, member('a', series(to - 2 * HOUR_MS, HOUR_MS, [CLEAN, CLEAN])))).toBeNull();
    const noOzone = { ...CLEAN, o3: {} };
    expect(compute(AQHI_DERIVATION, to, member('a', series(to - 3 * HOUR_MS, HOUR_MS, [CLEAN, noOzone, CLEAN])))).toBeNull(); // prettier-ignore
  });
});

describe('noise of a period', () => {
  const [, evening] = NOISE_DERIVATIONS as [Derivation, Derivation, Derivation];
  const to = at('2026-03-02T23:00:00');
  const level = (energyMean: number, count = 15, mean = 2): Values => ({
    noise: { energyMean, count, mean: energyMean },
    windSpeed: { energyMean: mean, count, mean },
  });

  it('is the level of the mean energy', () => {
    // Half the time 60, half 70: 10 lg((10^6 + 10^7) / 2) = 67.4036.
    const buckets = series(to - 4 * HOUR_MS, QUARTER_MS, [...Array<Values>(8).fill(level(60)), ...Array<Values>(8).fill(level(70))]); // prettier-ignore
    expect(compute(evening, to, member('a', buckets))).toEqual({ noiseEvening: expect.closeTo(67.4036, 4) });
  });

  it('weighs quarter-hours by their readings', () => {
    // 8 x 5 readings of 60 and 8 x 15 of 70: 10 lg((40 10^6 + 120 10^7) / 160) = 68.8930.
    const buckets = series(to - 4 * HOUR_MS, QUARTER_MS, [...Array<Values>(8).fill(level(60, 5)), ...Array<Values>(8).fill(level(70))]); // prettier-ignore
    expect(compute(evening, to, member('a', buckets))).toEqual({ noiseEvening: expect.closeTo(68.893, 3) });
  });

  it('leaves out quarter-hours in which the wind blew above 5 m/s, and needs half of the period', () => {
    const windy = (strong: number) =>
      series(to - 4 * HOUR_MS, QUARTER_MS, Array.from({ length: 16 }, (_, i) => (i < strong ? level(90, 15, 5.1) : level(60, 15, 5)))); // prettier-ignore
    expect(compute(evening, to, member('a', windy(8)))).toEqual({ noiseEvening: expect.closeTo(60, 9) });
    expect(compute(evening, to, member('a', windy(9)))).toBeNull();
  });

  it('does without wind where none is measured', () => {
    const buckets = series(
      to - 4 * HOUR_MS,
      QUARTER_MS,
      Array<Values>(16).fill({ noise: { energyMean: 55, count: 1 } }),
    );
    expect(compute(evening, to, member('a', buckets))).toEqual({ noiseEvening: expect.closeTo(55, 9) });
  });
});

describe('lamp hours', () => {
  const noon = at('2026-03-03T12:00:00');
  const dim = (mean: number, min: number, max: number): Values => ({ dimLevel: { mean, min, max } });
  const on = dim(80, 60, 100);

  it('are the quarter-hours in which it burnt; where it was switched, the part of the time', () => {
    // 18:15 to 18:30 on for a third, then on until 19:30, then a gap, and off by 06:00: 0.25 / 3 + 1 h.
    const buckets = [bucket(at('2026-03-02T18:15:00'), dim(100 / 3, 0, 100)), ...series(at('2026-03-02T18:30:00'), QUARTER_MS, [on, on, on, on]), bucket(at('2026-03-03T06:00:00'), dim(0, 0, 0))]; // prettier-ignore
    expect(compute(LAMP_HOURS_DERIVATION, noon, member('a', buckets))).toEqual({
      lampHours: expect.closeTo(1.08333, 5),
      dayBurningHours: 0,
    });
  });

  it('in daylight are told apart: the sun is up at ten and down at seven in the evening', () => {
    const buckets = [...series(at('2026-03-02T19:00:00'), QUARTER_MS, [on, on]), ...series(at('2026-03-03T10:00:00'), QUARTER_MS, [on])]; // prettier-ignore
    expect(compute(LAMP_HOURS_DERIVATION, noon, member('a', buckets))).toEqual({ lampHours: 0.75, dayBurningHours: 0.25 }); // prettier-ignore
  });

  it('follow the power of lamps that do not tell their output; standby is not burning', () => {
    const power = (mean: number, min: number, max: number): Values => ({ lampPower: { mean, min, max } });
    const buckets = series(at('2026-03-02T19:00:00'), QUARTER_MS, [power(90, 80, 100), power(0.5, 0.5, 0.6)]);
    expect(compute(LAMP_HOURS_DERIVATION, noon, member('a', buckets))).toEqual({ lampHours: 0.25, dayBurningHours: 0 });
  });
});

describe('minimum night flow', () => {
  it('is the lowest mean between two and four', () => {
    const to = at('2026-03-02T04:00:00');
    const flows = [1.2, 0.9, 0.4, 0.6].map((mean): Values => ({ flow: { mean } }));
    expect(compute(nightFlow(QUARTER_MS), to, member('a', series(to - HOUR_MS, QUARTER_MS, flows)))).toEqual({ nightFlow: 0.4 }); // prettier-ignore
    expect(compute(nightFlow(QUARTER_MS), to)).toBeNull();
    expect(nightFlow(HOUR_MS).window).toEqual({ everyMs: DAY_MS, endsAtMs: 4 * HOUR_MS, lengthMs: 2 * HOUR_MS });
  });
});

describe('vacancy of a street', () => {
  const to = at('2026-03-02T11:00:00');
  const said = (time: string, last: number): DerivationBucket => bucket(at(`2026-03-02T${time}:00`), { occupied: { last } }); // prettier-ignore

  it('is the share of the hour for which spaces were free, averaged over the spaces', () => {
    // a is taken from 10:00 to 10:30: 50 % free. b says at 9:45 that it is free and again at 10:25: 100 %. Together 75 %.
    const a = member('a', [said('10:00', 1), said('10:30', 0)]);
    const b = member('b', [said('09:45', 0), said('10:25', 0)]);
    expect(compute(VACANCY_DERIVATION, to, a, b)).toEqual({ vacancy: 75, spacesHeard: 2 });
  });

  it('believes a sensor for three quarters of an hour and then counts it for neither side', () => {
    // Free at 10:00, taken at 10:05 and believed up to 10:55: 1 of 11 slots.
    const a = member('a', [said('10:00', 0), said('10:05', 1)]);
    expect(compute(VACANCY_DERIVATION, to, a)).toEqual({ vacancy: expect.closeTo(100 / 11, 9), spacesHeard: 1 });
    expect(compute(VACANCY_DERIVATION, to, member('b', [said('09:00', 0)]))).toBeNull();
  });
});

describe('rodent absence rate', () => {
  const [night, survey] = ABSENCE_RATE_DERIVATIONS as [Derivation, Derivation];
  const to = at('2026-03-04T07:00:00');
  const count = (time: string, images: number, withRodents: number): DerivationBucket =>
    bucket(at(time), { images: { max: images }, imagesWithRodents: { max: withRodents } });

  it('of a night takes the highest counts, and not what the camera still says of the night before', () => {
    // The night before had 360 images; this night 300 with 15: 95 %.
    const camera = member('a', [
      count('2026-03-03T19:00:00', 360, 90),
      count('2026-03-03T23:00:00', 150, 12),
      count('2026-03-04T06:00:00', 300, 15),
    ]);
    expect(compute(night, to, camera)).toEqual({ nightAbsenceRate: 95 });
  });

  it('of a place pools images of all cameras over three nights', () => {
    // Images 360 + 360 + 300 + 180 = 1200, with rodents 36 + 0 + 12 + 12 = 60: 95 %.
    const a = member('a', [
      count('2026-03-02T06:00:00', 360, 36),
      count('2026-03-03T06:00:00', 360, 0),
      count('2026-03-04T06:00:00', 300, 12),
    ]);
    const b = member('b', [count('2026-03-03T23:00:00', 180, 12)]);
    expect(compute(survey, to, a, b)).toEqual({ surveyAbsenceRate: 95 });
  });

  it('of a place needs images of each of the three nights', () => {
    const camera = member('a', [count('2026-03-03T06:00:00', 360, 0), count('2026-03-04T06:00:00', 360, 0)]);
    expect(compute(survey, to, camera)).toBeNull();
    expect(compute(night, to, member('a', [count('2026-03-03T20:00:00', 0, 0)]))).toBeNull();
  });
});

describe('filling', () => {
  const to = at('2026-03-09T00:00:00');
  const levels = (...all: readonly number[]): DerivationMember =>
    member('bin', series(to - all.length * 3 * HOUR_MS, 3 * HOUR_MS, all.map((last): Values => ({ fill: { last } })))); // prettier-ignore

  it('is the slope since the last emptying, and the days that are left at it', () => {
    // 5 % in three hours is 40 % a day; from 30 % that leaves 70 / 40 days. What was before the emptying does not count.
    expect(compute(FILLING_DERIVATION, to, levels(50, 60, 70, 80, 90, 5, 10, 15, 20, 25, 30))).toEqual({ fillRate: 40, daysToFull: 1.75 }); // prettier-ignore
  });

  it('is not moved by one wrong echo', () => {
    expect(compute(FILLING_DERIVATION, to, levels(5, 10, 15, 28, 25, 30, 35))).toMatchObject({ fillRate: 40 });
  });

  it('asks the cycles before when the bin was emptied a short while ago', () => {
    expect(compute(FILLING_DERIVATION, to, levels(50, 60, 70, 80, 90, 4))).toEqual({ fillRate: 80, daysToFull: 1.2 });
  });

  it('says no day for a bin that does not fill, and nothing of one level', () => {
    expect(compute(FILLING_DERIVATION, to, levels(20, 20, 20, 20, 20, 20))).toEqual({ fillRate: 0 });
    expect(compute(FILLING_DERIVATION, to, levels(20))).toBeNull();
  });
});
