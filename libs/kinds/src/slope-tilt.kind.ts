import { above, absent, batteryLow, CHECK_GATEWAY, HOUR, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { rainAround, rainFelt } from './outdoor-simulation.js';
import { batteryLeft, clamp, elapsedHours, episode, total, trait, within } from './simulation.js';
import { SoilMoisture, Tilt } from './structure-measures.js';
import { titles } from './titles.js';
import { RainfallOfDay, RainfallRate } from './weather-measures.js';

/** A stake in a man-made slope or natural hillside: it leans before the slope goes, and the rain says why. */
export class SlopeTiltPayload {
  @Tilt()
  tilt?: number;

  /** Over the last 24 hours. A slope that creeps shows degrees a month, one that is about to go degrees an hour. */
  @NumberMetric({
    titles: titles('Change of tilt', '傾斜變化率', '倾斜变化率'),
    quantity: 'angleRate',
    unit: 'deg/d',
    min: -1000,
    max: 1000,
    precision: 2,
    definition: lwm2m(3429, 1),
  })
  tiltRate?: number;

  @NumberMetric({
    titles: titles('Pore water pressure', '孔隙水壓力', '孔隙水压力'),
    quantity: 'poreWaterPressure',
    unit: 'kPa',
    min: -100,
    max: 500,
    precision: 1,
    definition: lwm2m(3323, 5700),
  })
  porePressure?: number;

  @SoilMoisture()
  soilMoisture?: number;

  @NumberMetric({
    titles: titles('Strongest shock', '最大震動', '最大震动'),
    quantity: 'acceleration',
    unit: 'm/s2',
    min: 0,
    max: 400,
    precision: 1,
    definition: talq('AccelerometerFunction', 'acceleration'),
  })
  shock?: number;

  @RainfallRate()
  rainfall?: number;

  @RainfallOfDay()
  rainfallOfDay?: number;

  @BatteryLevel()
  battery?: number;
}

export const slopeTilt = defineKind({
  name: 'slope-tilt',
  titles: titles('Slope monitor', '斜坡監測儀', '斜坡监测仪'),
  description: titles(
    'Measures the movement, the water and the rain of a slope.',
    '量度斜坡的移動、地下水及雨量。',
    '测量斜坡的移动、地下水及雨量。',
  ),
  department: 'cedd',
  intervalMs: 900_000,
  payload: SlopeTiltPayload,
  simulate: simulateSlopeTilt,
  alarms: [
    above(
      'slope-tilt-moving',
      'critical',
      { metric: 'tiltRate', limit: 5, hysteresis: 3, holdMs: 5 * MINUTE, clearMs: 6 * HOUR },
      titles('Slope is moving', '斜坡移動', '斜坡移动'),
      titles(
        'Call the duty geotechnical engineer; close the road below and clear the homes at its foot.',
        '通知當值土力工程師；封閉坡下道路並疏散坡腳住戶。',
        '通知当值岩土工程师；封闭坡下道路并疏散坡脚住户。',
      ),
    ),
    above(
      'slope-tilt-creeping',
      'medium',
      { metric: 'tiltRate', limit: 0.5, hysteresis: 0.2, holdMs: 6 * HOUR },
      titles('Slope is creeping', '斜坡緩慢移動', '斜坡缓慢移动'),
      titles(
        'Compare with the neighbouring stakes; inspect drains and cracks within two days.',
        '與鄰近監測儀比較，於兩日內檢查排水渠及裂縫。',
        '与邻近监测仪比较，于两日内检查排水渠及裂缝。',
      ),
    ),
    above(
      'slope-tilt-pore-pressure-high',
      'high',
      { metric: 'porePressure', limit: 45, hysteresis: 8, holdMs: 30 * MINUTE },
      titles('Water in the slope high', '斜坡水壓過高', '斜坡水压过高'),
      titles(
        'Check that the drains run; watch the tilt every hour.',
        '檢查排水是否暢通，並每小時查看傾斜變化。',
        '检查排水是否畅通，并每小时查看倾斜变化。',
      ),
    ),
    above(
      'slope-tilt-rain-extreme',
      'medium',
      { metric: 'rainfallOfDay', limit: 200, hysteresis: 40, holdMs: 0 },
      titles('Extreme rain on the slope', '斜坡雨量極高', '斜坡雨量极高'),
      titles(
        'Put the landslip team of the area on standby.',
        '通知該區山泥傾瀉應變隊伍候命。',
        '通知该区山体滑坡应急队伍待命。',
      ),
    ),
    batteryLow('slope-tilt'),
    absent('slope-tilt', 'medium', 6, CHECK_GATEWAY),
  ],
});

/** Still as rock in the dry; rain of a day wets it, lifts the pore pressure, and rarely sets it creeping. */
function simulateSlopeTilt(context: SimulationContext): Record<string, number> {
  const elapsed = elapsedHours(context);
  const rainfallOfDay = rainFelt(context, elapsed, 24);
  const wet = clamp(rainfallOfDay / 250, 0, 1);
  const slips = episode(context, 'slip', elapsed, { perDay: 0.001 + 0.02 * wet ** 3, hours: 1 });
  const creeps = episode(context, 'creep', elapsed, { perDay: 0.005 + 0.05 * wet, hours: 20 });
  const perDay = slips ? 20 : creeps ? 0.8 : 0;
  const lean = total(context, 'lean', 2 * trait(context, 'built'), (perDay * elapsed) / 24);
  return {
    tilt: within(lean + 0.05 * Math.abs(context.gaussian()), 0, 180, 1),
    tiltRate: within(perDay + 0.05 * context.gaussian(), -1000, 1000, 2),
    porePressure: within(5 + 32 * wet + 6 * trait(context, 'seepage') + 0.5 * context.gaussian(), -100, 500, 1),
    soilMoisture: within(18 + 24 * wet + 0.5 * context.gaussian(), 0, 100, 1),
    shock: within((slips ? 4 : 0.1) * Math.abs(context.gaussian()), 0, 400, 1),
    rainfall: rainAround(context),
    rainfallOfDay: within(rainfallOfDay, 0, 2000, 1),
    battery: batteryLeft(context, elapsed, 0.1),
  };
}
