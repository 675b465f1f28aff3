import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { INDIVIDUAL_COUNT } from './definitions.js';
import type { SimulationContext, Titles } from './kind.js';
import { AirTemperature, BatteryLevel, Flag } from './measures.js';
import { IntegerMetric } from './metric.decorators.js';
import { airAround } from './outdoor-simulation.js';
import { batteryLeft, bell, countOf, elapsedHours, episode, trait } from './simulation.js';
import { ViewBlocked } from './structure-measures.js';
import { titles } from './titles.js';

/** Animals of one sort seen since the last reading; the same animal may be counted twice. */
const Sightings = (quantity: string, what: Titles): PropertyDecorator =>
  IntegerMetric({ titles: what, quantity, unit: '1', min: 0, max: 10_000, definition: INDIVIDUAL_COUNT });

/** A detector at the edge of a country park. Pictures that show people are deleted on the device and not even counted. */
export class WildlifeDetectorPayload {
  @Sightings('wildPigs', titles('Wild pigs', '野豬', '野猪'))
  wildPigs?: number;

  @Sightings('macaques', titles('Macaques', '獼猴', '猕猴'))
  macaques?: number;

  @Sightings('cattle', titles('Stray cattle and buffaloes', '流浪牛隻及水牛', '流浪牛及水牛'))
  cattle?: number;

  @Sightings('dogs', titles('Stray dogs', '流浪狗', '流浪狗'))
  dogs?: number;

  @Sightings('otherAnimals', titles('Other animals', '其他動物', '其他动物'))
  otherAnimals?: number;

  /** Animals stand on a road. */
  @Flag('animalOnRoad', INDIVIDUAL_COUNT, titles('Animal on the road', '動物在路面', '动物在路面'))
  onRoad?: boolean;

  @AirTemperature()
  temperature?: number;

  @ViewBlocked()
  viewBlocked?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const wildlifeDetector = defineKind({
  name: 'wildlife-detector',
  titles: titles('Wildlife detector', '野生動物偵測器', '野生动物侦测器'),
  description: titles(
    'Counts wild animals near roads and homes, so that people and animals keep apart.',
    '點算道路及民居附近的野生動物，避免人與動物衝突。',
    '统计道路及民居附近的野生动物，避免人与动物冲突。',
  ),
  department: 'afcd',
  intervalMs: 1_800_000,
  payload: WildlifeDetectorPayload,
  simulate: simulateWildlifeDetector,
  alarms: [
    isTrue(
      'wildlife-detector-on-road',
      'medium',
      'onRoad',
      MINUTE,
      titles('Animals on the road', '動物走出路面', '动物走上路面'),
      titles(
        'Switch on the warning signs of the road; send the team when they stay.',
        '開啟道路警告牌；如持續逗留，派員處理。',
        '开启道路警示牌；如持续逗留，派员处理。',
      ),
    ),
    above(
      'wildlife-detector-many-pigs',
      'low',
      { metric: 'wildPigs', limit: 8, hysteresis: 3, holdMs: 30 * MINUTE },
      titles('Many wild pigs', '野豬數目偏多', '野猪数量偏多'),
      titles(
        'Look for people who feed them and for open refuse; plan a capture operation.',
        '查看有否餵飼及垃圾外露，並計劃捕捉行動。',
        '查看有无投喂及垃圾外露，并计划捕捉行动。',
      ),
    ),
    batteryLow('wildlife-detector'),
    absent('wildlife-detector', 'low', 6, CHECK_GATEWAY),
  ],
});

/** Pigs and cattle by night, macaques by day, a herd now and then. */
function simulateWildlifeDetector(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour } = context;
  const herd = episode(context, 'herd', elapsed, { perDay: 0.3, hours: 0.6 });
  const wild = 0.3 + trait(context, 'wild');
  const seen = (perHour: number): number => Math.min(10_000, countOf(context, (elapsed || 0.2) * wild * perHour));
  return {
    wildPigs: seen((herd ? 12 : 0.4) * (bell(hour, 21, 3) + bell(hour, 4, 3))),
    macaques: seen(2 * bell(hour, 11, 4)),
    cattle: seen(0.2),
    dogs: seen(0.3),
    otherAnimals: seen(0.6),
    onRoad: herd && episode(context, 'road', elapsed, { perDay: 6, hours: 0.1 }),
    temperature: airAround(context, elapsed).temperature,
    viewBlocked: episode(context, 'leaves', elapsed, { perDay: 0.03, hours: 4 }),
    battery: batteryLeft(context, elapsed, 0.4),
  };
}
