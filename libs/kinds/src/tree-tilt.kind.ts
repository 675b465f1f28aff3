import { above, absent, batteryLow, below, CHECK_GATEWAY, HOUR, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { rainFelt, windAround } from './outdoor-simulation.js';
import { batteryLeft, clamp, elapsedHours, episode, total, trait, within } from './simulation.js';
import { SoilMoisture, Tilt } from './structure-measures.js';
import { titles } from './titles.js';
import { WindSpeed } from './weather-measures.js';

/** A sensor on the lower trunk: trees that fall in a storm have leaned a little more in the storms before. */
export class TreeTiltPayload {
  @Tilt()
  tilt?: number;

  /** Since the sensor was fitted and the tree was inspected. */
  @NumberMetric({
    titles: titles('Lean since the inspection', '檢查後傾斜變化', '检查后倾斜变化'),
    quantity: 'angleChange',
    unit: 'deg',
    min: -180,
    max: 180,
    precision: 2,
    definition: lwm2m(3429, 1),
  })
  tiltChange?: number;

  /** Widest swing of the root plate since the last reading. */
  @NumberMetric({
    titles: titles('Sway', '搖擺幅度', '摇摆幅度'),
    quantity: 'swayAmplitude',
    unit: 'deg',
    min: 0,
    max: 90,
    precision: 2,
    definition: lwm2m(3429, 3),
  })
  sway?: number;

  /** A tree that loses roots or wood swings more slowly. */
  @NumberMetric({
    titles: titles('Natural frequency', '自然頻率', '自然频率'),
    quantity: 'swayFrequency',
    unit: 'Hz',
    min: 0,
    max: 20,
    precision: 2,
    definition: lwm2m(3346, 5700),
  })
  swayFrequency?: number;

  @SoilMoisture()
  soilMoisture?: number;

  @WindSpeed()
  windSpeed?: number;

  @BatteryLevel()
  battery?: number;
}

export const treeTilt = defineKind({
  name: 'tree-tilt',
  titles: titles('Tree monitor', '樹木監測儀', '树木监测仪'),
  description: titles(
    'Measures how a tree leans and sways, so that it is looked at before it falls.',
    '量度樹木的傾斜及搖擺，以便在倒塌前檢查。',
    '测量树木的倾斜及摇摆，以便在倒塌前检查。',
  ),
  department: 'lcsd',
  intervalMs: 900_000,
  payload: TreeTiltPayload,
  simulate: simulateTreeTilt,
  alarms: [
    above(
      'tree-tilt-leaning',
      'high',
      { metric: 'tiltChange', limit: 2, hysteresis: 0.3, holdMs: 30 * MINUTE },
      titles('Tree leans more', '樹木傾斜加劇', '树木倾斜加剧'),
      titles(
        'Send the tree team today; fence off the side to which it leans.',
        '即日派樹木隊檢查，並圍封傾斜方向的範圍。',
        '即日派树木队检查，并围封倾斜方向的范围。',
      ),
    ),
    above(
      'tree-tilt-fallen',
      'critical',
      { metric: 'tilt', limit: 45, hysteresis: 10, holdMs: 0 },
      titles('Tree has fallen', '樹木倒塌', '树木倒塌'),
      titles(
        'Call the fire services when it lies over a road or a path; send the tree team.',
        '如阻塞道路或行人路，通知消防處，並派樹木隊到場。',
        '如阻塞道路或人行道，通知消防处，并派树木队到场。',
      ),
    ),
    below(
      'tree-tilt-frequency-low',
      'medium',
      { metric: 'swayFrequency', limit: 0.25, hysteresis: 0.03, holdMs: 24 * HOUR },
      titles('Tree swings slowly', '樹木擺動緩慢', '树木摆动缓慢'),
      titles(
        'Roots or wood may have decayed: plan a detailed inspection within a month.',
        '樹根或樹幹或已腐壞：於一個月內安排詳細檢查。',
        '树根或树干可能已腐坏：于一个月内安排详细检查。',
      ),
    ),
    batteryLow('tree-tilt'),
    absent('tree-tilt', 'low', 8, CHECK_GATEWAY),
  ],
});

/** Sways with the wind; leans a little more in storms on wet ground. */
function simulateTreeTilt(context: SimulationContext): Record<string, number> {
  const elapsed = elapsedHours(context);
  const { windSpeed } = windAround(context, elapsed, 0.6);
  const wet = clamp(rainFelt(context, elapsed, 24) / 150, 0, 1);
  const gives = Math.max(0, windSpeed - 14) * (0.3 + wet) * 0.02;
  const leaning = episode(context, 'lean', elapsed, { perDay: 0.003, hours: 24 }) ? 2.6 : 0;
  const lean = clamp(total(context, 'lean', 0.2 * trait(context, 'roots'), gives * elapsed), 0, 6);
  return {
    tilt: within(6 * trait(context, 'grown') + lean + leaning + 0.05 * Math.abs(context.gaussian()), 0, 180, 1),
    tiltChange: within(lean + leaning + 0.05 * context.gaussian(), -180, 180, 2),
    sway: within(0.02 * windSpeed ** 1.5 * (1 + 0.2 * context.gaussian()), 0, 90, 2),
    swayFrequency: within(0.35 + 0.4 * trait(context, 'build') - 0.02 * lean + 0.01 * context.gaussian(), 0, 20, 2),
    soilMoisture: within(20 + 22 * wet + 0.5 * context.gaussian(), 0, 100, 1),
    windSpeed,
    battery: batteryLeft(context, elapsed, 0.08),
  };
}
