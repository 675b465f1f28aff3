import { NOISE_DERIVATIONS, NoiseDay, NoiseEvening, NoiseNight } from './derivations/noise.derivation.js';
import { NoiseLevel } from './air-measures.js';
import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import type { SimulationContext, Titles } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { streetTraffic } from './outdoor-simulation.js';
import { batteryLeft, elapsedHours, episode, within } from './simulation.js';
import { titles } from './titles.js';
import { WindSpeed } from './weather-measures.js';

const SoundLevel = (quantity: string, definition: string, what: Titles): PropertyDecorator =>
  NumberMetric({ titles: what, quantity, unit: 'dB[SPL]', min: 20, max: 140, precision: 1, definition });

/** A class 1 sound level meter. Levels leave it, never sound. LAeq by day, evening and night is derived from `noise`. */
export class NoiseMeterPayload {
  @NoiseLevel()
  noise?: number;

  @SoundLevel('LAmax', smartDataModel('Environment', 'LAmax'), titles('Highest level', '最高聲級', '最高声级'))
  noiseMax?: number;

  @SoundLevel('minMeasuredNoise', lwm2m(3433, 4), titles('Lowest level', '最低聲級', '最低声级'))
  noiseMin?: number;

  /** Exceeded for a tenth of the time: what roads are judged by in Hong Kong. */
  @SoundLevel(
    'LA10',
    smartDataModel('Environment', 'LA10'),
    titles('Level exceeded 10 % of the time (L10)', '一成時間超過的聲級 (L10)', '10% 时间超过的声级 (L10)'),
  )
  noiseL10?: number;

  @SoundLevel(
    'LA90',
    smartDataModel('Environment', 'LA90'),
    titles('Background level (L90)', '背景聲級 (L90)', '背景声级 (L90)'),
  )
  noiseL90?: number;

  /** The pattern of the level is unlike that of the place; judged on the device. */
  @Flag('abnormalNoiseDetected', lwm2m(3433, 2), titles('Unusual noise', '異常噪音', '异常噪声'))
  unusualNoise?: boolean;

  /** Above 5 m/s the wind itself makes the noise, and the reading is not used. */
  @WindSpeed()
  windSpeed?: number;

  @BatteryLevel()
  battery?: number;

  @NoiseDay()
  noiseDay?: number;

  @NoiseEvening()
  noiseEvening?: number;

  @NoiseNight()
  noiseNight?: number;
}

export const noiseMeter = defineKind({
  name: 'noise-meter',
  titles: titles('Noise meter', '噪音監測儀', '噪声监测仪'),
  description: titles(
    'Measures sound levels in the street. No sound is recorded.',
    '量度街道聲級，不會錄音。',
    '测量街道声级，不会录音。',
  ),
  department: 'epd',
  intervalMs: 60_000,
  payload: NoiseMeterPayload,
  derivations: NOISE_DERIVATIONS,
  simulate: simulateNoiseMeter,
  alarms: [
    above(
      'noise-meter-loud',
      'low',
      { metric: 'noise', limit: 85, hysteresis: 3, holdMs: 10 * MINUTE },
      titles('Noise above the limit', '噪音超出上限', '噪声超出上限'),
      titles(
        'Look for a construction noise permit for this place; if there is none, send an inspector.',
        '查核該處有否建築噪音許可證；如沒有，派員視察。',
        '查核该处有否建筑噪声许可证；如没有，派员视察。',
      ),
    ),
    isTrue(
      'noise-meter-unusual',
      'low',
      'unusualNoise',
      2 * MINUTE,
      titles('Unusual noise', '出現異常噪音', '出现异常噪声'),
      titles(
        'Compare with the hour before and with complaints of the district.',
        '與前一小時數據及區內投訴比較。',
        '与前一小时数据及区内投诉比较。',
      ),
    ),
    batteryLow('noise-meter'),
    absent('noise-meter', 'low', 15, CHECK_GATEWAY),
  ],
});

/** Traffic by the hour, roadworks some afternoons, wind in the microphone. */
function simulateNoiseMeter(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const works = episode(context, 'works', elapsed, { perDay: 0.08, hours: 2 }) ? 15 : 0;
  const windSpeed = within(context.weather.windSpeed * 0.5 * (1 + 0.2 * context.gaussian()), 0, 90, 1);
  const level = 48 + 24 * Math.sqrt(streetTraffic(context)) + works + 0.4 * windSpeed + 1.2 * context.gaussian();
  const decibels = (value: number): number => within(value, 20, 140, 1);
  return {
    noise: decibels(level),
    noiseMax: decibels(level + 9 + 2 * Math.abs(context.gaussian())),
    noiseMin: decibels(level - 11 - Math.abs(context.gaussian())),
    noiseL10: decibels(level + 2.8),
    noiseL90: decibels(level - 7),
    unusualNoise: works > 0 || episode(context, 'unusual', elapsed, { perDay: 0.2, hours: 0.1 }),
    windSpeed,
    battery: batteryLeft(context, elapsed, 0.6),
  };
}
