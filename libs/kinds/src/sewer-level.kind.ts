import { HydrogenSulphide } from './air-measures.js';
import { above, absent, batteryLow, below, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { airPollutant, lwm2m, talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { rainFelt } from './outdoor-simulation.js';
import { batteryLeft, bell, elapsedHours, episode, trait, within } from './simulation.js';
import { titles } from './titles.js';
import { WaterLevel } from './water-measures.js';

/** Level and gases of a sewer, from under the cover (TALQ FluidLevelSensor, GasSensor and GullySensor functions). */
export class SewerLevelPayload {
  @WaterLevel()
  waterLevel?: number;

  /** Share of the height of the pipe or chamber. */
  @NumberMetric({
    titles: titles('Fullness of the sewer', '渠道水位比率', '管道充满度'),
    quantity: 'fluidLevelPercentage',
    unit: '%',
    min: 0,
    max: 200,
    precision: 0,
    definition: lwm2m(3435, 2),
  })
  fullness?: number;

  @NumberMetric({
    titles: titles('Velocity of the flow', '流速', '流速'),
    quantity: 'flowVelocity',
    unit: 'm/s',
    min: -10,
    max: 10,
    precision: 2,
    definition: talq('WaterFlowSensorFunction', 'flowRate'),
  })
  flowVelocity?: number;

  /** The gully stands full (TALQ GullySensorFunction.overfull). */
  @Flag('overfull', talq('GullySensorFunction', 'overfull'), titles('Surcharged', '滿溢', '满溢'))
  overfull?: boolean;

  @HydrogenSulphide(1000)
  h2s?: number;

  /** Share of the lower explosive limit (5 % of methane in air). */
  @NumberMetric({
    titles: titles('Methane (share of explosive limit)', '甲烷 (爆炸下限百分比)', '甲烷 (爆炸下限百分比)'),
    quantity: 'methaneLel',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: airPollutant(25),
  })
  methane?: number;

  @NumberMetric({
    titles: titles('Oxygen', '氧氣', '氧气'),
    quantity: 'oxygen',
    unit: '%',
    min: 0,
    max: 30,
    precision: 1,
    definition: lwm2m(3325, 5700),
  })
  oxygen?: number;

  @BatteryLevel()
  battery?: number;
}

export const sewerLevel = defineKind({
  name: 'sewer-level',
  titles: titles('Sewer level sensor', '污水渠水位監測儀', '污水管水位监测仪'),
  description: titles(
    'Measures level, flow and dangerous gases in a sewer.',
    '量度污水渠的水位、流速及有害氣體。',
    '测量污水管的水位、流速及有害气体。',
  ),
  department: 'dsd',
  intervalMs: 900_000,
  payload: SewerLevelPayload,
  simulate: simulateSewerLevel,
  alarms: [
    above(
      'sewer-level-high',
      'medium',
      { metric: 'fullness', limit: 85, hysteresis: 10, holdMs: 15 * MINUTE },
      titles('Sewer nearly full', '污水渠接近滿溢', '污水管接近满溢'),
      titles(
        'When it has not rained, look for a blockage downstream of this sensor.',
        '如沒有下雨，檢查此監測點下游有否淤塞。',
        '如没有下雨，检查此监测点下游有无淤塞。',
      ),
    ),
    isTrue(
      'sewer-level-overfull',
      'high',
      'overfull',
      5 * MINUTE,
      titles('Sewer surcharged', '污水渠滿溢', '污水管满溢'),
      titles(
        'Sewage may come up in the street: send a crew with a pump and tell EPD.',
        '污水或湧出路面：派員帶備水泵到場，並通知環保署。',
        '污水可能涌出路面：派员带备水泵到场，并通知环保署。',
      ),
    ),
    above(
      'sewer-level-h2s-dangerous',
      'high',
      // Immediately dangerous to life or health (NIOSH).
      { metric: 'h2s', limit: 100, hysteresis: 20, holdMs: 5 * MINUTE },
      titles('Hydrogen sulphide dangerous', '硫化氫濃度達危險水平', '硫化氢浓度达危险水平'),
      titles(
        'Nobody enters; call back crews in manholes of this sewer and air it.',
        '禁止進入；召回在該污水渠沙井內工作的人員並加強通風。',
        '禁止进入；召回在该污水管检查井内作业的人员并加强通风。',
      ),
    ),
    above(
      'sewer-level-methane-high',
      'critical',
      { metric: 'methane', limit: 20, hysteresis: 5, holdMs: 0, clearMs: 10 * MINUTE },
      titles('Explosive gas in the sewer', '污水渠有可燃氣體', '污水管有可燃气体'),
      titles(
        'No sparks and no entry; ask the gas company for a leak nearby and tell the fire services.',
        '禁止火種及進入；向煤氣公司查詢附近有否洩漏，並通知消防處。',
        '禁止火种及进入；向煤气公司查询附近有无泄漏，并通知消防处。',
      ),
    ),
    below(
      'sewer-level-oxygen-low',
      'medium',
      { metric: 'oxygen', limit: 18, hysteresis: 0.5, holdMs: 15 * MINUTE },
      titles('Oxygen low', '氧氣不足', '氧气不足'),
      titles('Entry only with breathing apparatus.', '須佩戴呼吸器具方可進入。', '须佩戴呼吸器具方可进入。'),
    ),
    batteryLow('sewer-level'),
    absent('sewer-level', 'medium', 6, CHECK_GATEWAY),
  ],
});

/** Two peaks of sewage a day, rain within the hour, a blockage now and then; warm and slow sewage gives off gas. */
function simulateSewerLevel(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour, weather } = context;
  const height = 0.6 + 1.8 * trait(context, 'size');
  const sewage = 0.15 + 0.15 * bell(hour, 8.5, 1.5) + 0.2 * bell(hour, 21, 2);
  const blocked = episode(context, 'blocked', elapsed, { perDay: 0.02, hours: 3 });
  const share =
    sewage + Math.min(1, rainFelt(context, elapsed, 1) / 70) + (blocked ? 0.6 : 0) + 0.01 * context.gaussian();
  const stale = Math.max(0, weather.temperature - 15) * (blocked ? 1.5 : 0.5);
  const gas = episode(context, 'gas', elapsed, { perDay: 0.01, hours: 0.5 });
  return {
    waterLevel: within(share * height, -1, 30, 3),
    fullness: within(share * 100, 0, 200),
    flowVelocity: within(blocked ? 0.1 : 0.4 + share + 0.05 * context.gaussian(), -10, 10, 2),
    overfull: share > 1,
    h2s: within(stale * (1 + 0.2 * context.gaussian()), 0, 1000, 3),
    methane: within(1 + 0.3 * Math.abs(context.gaussian()) + (gas ? 30 : 0), 0, 100, 1),
    oxygen: within(20.6 - 0.03 * stale + 0.1 * context.gaussian(), 0, 30, 1),
    battery: batteryLeft(context, elapsed, 0.1),
  };
}
