import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { climateForecast, lwm2m } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { rainAround, rainFelt, tideLevel } from './outdoor-simulation.js';
import { batteryLeft, elapsedHours, episode, trait, within } from './simulation.js';
import { ViewBlocked } from './structure-measures.js';
import { titles } from './titles.js';
import { WaterLevel } from './water-measures.js';
import { RainfallRate } from './weather-measures.js';

/** A radar gauge over a low road or a nullah (uCIFI Stream gauge 3445). Level 0 is the surface of the road. */
export class FloodGaugePayload {
  @WaterLevel()
  waterLevel?: number;

  /** How fast the water rises; negative when it falls. */
  @NumberMetric({
    titles: titles('Rate of rise', '水位上升率', '水位上升率'),
    quantity: 'waterLevelRate',
    unit: 'mm/h',
    min: -20_000,
    max: 20_000,
    precision: 0,
    definition: climateForecast('tendency_of_sea_surface_height_above_mean_sea_level'),
  })
  riseRate?: number;

  @RainfallRate()
  rainfall?: number;

  /** Water stands on the road. */
  @Flag('alarmA', lwm2m(3445, 7), titles('Road flooded', '道路水浸', '道路水浸'))
  flooded?: boolean;

  /** Silt or rubbish under the radar. */
  @ViewBlocked()
  viewBlocked?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const floodGauge = defineKind({
  name: 'flood-gauge',
  titles: titles('Flood gauge', '水浸監測儀', '水浸监测仪'),
  description: titles(
    'Measures water on a low road or in a nullah, and the rain that brings it.',
    '量度低窪道路或明渠的水位及雨量。',
    '测量低洼道路或明渠的水位及雨量。',
  ),
  department: 'dsd',
  intervalMs: 300_000,
  payload: FloodGaugePayload,
  simulate: simulateFloodGauge,
  alarms: [
    isTrue(
      'flood-gauge-flooded',
      'high',
      'flooded',
      2 * MINUTE,
      titles('Road flooded', '道路水浸', '道路水浸'),
      titles(
        'Send the emergency team to clear the gullies; tell traffic control and the District Office.',
        '派緊急隊伍清理集水溝，並通知交通控制中心及民政事務處。',
        '派应急队伍清理雨水口，并通知交通控制中心及民政事务处。',
      ),
    ),
    above(
      'flood-gauge-deep',
      'critical',
      // A car floats and a child is swept away from about 30 cm.
      { metric: 'waterLevel', limit: 0.3, hysteresis: 0.1, holdMs: 0, clearMs: 10 * MINUTE },
      titles('Flood water dangerously deep', '水浸達危險深度', '水浸达危险深度'),
      titles(
        'Close the road and the subways nearby; call the fire services for people in vehicles.',
        '封閉道路及附近行人隧道；如有人被困車內，通知消防處。',
        '封闭道路及附近行人隧道；如有人被困车内，通知消防处。',
      ),
    ),
    above(
      'flood-gauge-rising',
      'medium',
      { metric: 'riseRate', limit: 400, hysteresis: 150, holdMs: 10 * MINUTE },
      titles('Water rises fast', '水位急升', '水位急升'),
      titles(
        'Put the team of the area on standby; watch the rain radar.',
        '通知該區隊伍候命，並留意雷達雨圖。',
        '通知该区队伍待命，并留意雷达雨图。',
      ),
    ),
    batteryLow('flood-gauge'),
    absent('flood-gauge', 'medium', 6, CHECK_GATEWAY),
  ],
});

/** Dry roads stay dry until the rain of half an hour is more than the drains take; high tide holds the water back. */
function simulateFloodGauge(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { memory } = context;
  const capacity = 28 + 25 * trait(context, 'drains') - 4 * tideLevel(context.time);
  const clogged = episode(context, 'clogged', elapsed, { perDay: 0.02, hours: 2 });
  const excess = rainFelt(context, elapsed, 0.5) - (clogged ? 0.4 : 1) * capacity;
  const level = excess <= 0 ? 0 : Math.min(2, excess / 60);
  const before = memory.get('level') ?? level;
  memory.set('level', level);
  return {
    waterLevel: within(level + 0.002 * context.gaussian(), -1, 30, 3),
    riseRate: within(elapsed === 0 ? 0 : ((level - before) * 1000) / elapsed, -20_000, 20_000),
    rainfall: rainAround(context),
    flooded: level > 0.03,
    viewBlocked: episode(context, 'silt', elapsed, { perDay: 0.02, hours: 3 }),
    battery: batteryLeft(context, elapsed, 0.15),
  };
}
