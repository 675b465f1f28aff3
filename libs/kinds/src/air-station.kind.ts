import { AQHI_DERIVATION } from './derivations/aqhi.derivation.js';
import {
  AirQualityHealthIndex,
  CarbonMonoxide,
  NitrogenDioxide,
  Ozone,
  Pm10,
  Pm25,
  SulphurDioxide,
} from './air-measures.js';
import { above, absent, batteryLow, below, CHECK_SUPPLY, HOUR, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { AirTemperature, BatteryLevel, Pollutant, RelativeHumidity } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { airAround, pollutedAir, sunshine, windAround } from './outdoor-simulation.js';
import { elapsedHours, episode, rushHours, trait, within } from './simulation.js';
import { titles } from './titles.js';
import { AirPressure, WindDirection, WindSpeed } from './weather-measures.js';

/** A remote station for pollution that runs on the sun, away from the stations of the general network. */
export class AirStationPayload {
  @Pollutant(6002, 'pm1', ['PM1', '超微細懸浮粒子 (PM1)', '超微细悬浮粒子 (PM1)'], 1000)
  pm1?: number;

  @Pm25()
  pm25?: number;

  @Pm10()
  pm10?: number;

  @NitrogenDioxide()
  no2?: number;

  @Pollutant(38, 'no', ['Nitrogen monoxide', '一氧化氮', '一氧化氮'], 2000)
  no?: number;

  @Ozone()
  o3?: number;

  @SulphurDioxide()
  so2?: number;

  @CarbonMonoxide()
  co?: number;

  @NumberMetric({
    titles: titles('Volatile organic compounds', '揮發性有機化合物', '挥发性有机物'),
    quantity: 'voc',
    unit: '[ppm]',
    min: 0,
    max: 100,
    precision: 3,
    definition: lwm2m(3428, 23),
  })
  voc?: number;

  @AirTemperature()
  temperature?: number;

  @RelativeHumidity()
  humidity?: number;

  @AirPressure()
  pressure?: number;

  @WindSpeed()
  windSpeed?: number;

  @WindDirection()
  windDirection?: number;

  /** Through the inlet. Concentrations mean little when the pump has failed. */
  @NumberMetric({
    titles: titles('Sample flow', '採樣流量', '采样流量'),
    quantity: 'sampleFlow',
    unit: 'L/min',
    min: 0,
    max: 50,
    precision: 2,
    definition: smartDataModel('Environment', 'airQualityMonitoring'),
  })
  sampleFlow?: number;

  @BatteryLevel()
  battery?: number;

  @AirQualityHealthIndex()
  aqhi?: number;
}

export const airStation = defineKind({
  name: 'air-station',
  titles: titles('Air quality station', '空氣質素監測站', '空气质量监测站'),
  description: titles(
    'A remote station that measures particles, gases and weather, from which the Air Quality Health Index is derived.',
    '偏遠地點的監測站，量度粒子、氣體及氣象，並據此計算空氣質素健康指數。',
    '偏远地点的监测站，测量颗粒物、气体及气象，并据此计算空气质素健康指数。',
  ),
  department: 'epd',
  intervalMs: 60_000,
  payload: AirStationPayload,
  derivations: [AQHI_DERIVATION],
  simulate: simulateAirStation,
  alarms: [
    above(
      'air-station-pm25-high',
      'high',
      { metric: 'pm25', limit: 75, hysteresis: 10, holdMs: 10 * MINUTE },
      titles('PM2.5 above the limit', 'PM2.5 超出上限', 'PM2.5 超出上限'),
      titles(
        'Compare with the stations upwind. If they agree, prepare a health notice; if not, have the inlet cleaned.',
        '與上風處的監測站比較。若讀數相近，準備健康忠告；否則安排清潔進氣口。',
        '与上风处的监测站比较。若读数相近，准备健康提示；否则安排清洁进气口。',
      ),
    ),
    above(
      'air-station-no2-high',
      'medium',
      // One-hour objective of the Air Pollution Control Ordinance.
      { metric: 'no2', limit: 200, hysteresis: 30, holdMs: HOUR },
      titles('Nitrogen dioxide above the objective', '二氧化氮超出指標', '二氧化氮超出指标'),
      titles(
        'Check traffic and ships nearby, and that the sensor was calibrated within its term.',
        '檢查附近交通及船隻情況，並確認感測器在校準有效期內。',
        '检查附近交通及船舶情况，并确认传感器在校准有效期内。',
      ),
    ),
    above(
      'air-station-aqhi-very-high',
      'high',
      { metric: 'aqhi', limit: 7, hysteresis: 1, holdMs: 0 },
      titles('Air Quality Health Index very high', '空氣質素健康指數達「甚高」', '空气质素健康指数达「甚高」级别'),
      titles(
        'Follow the health advice of the index; tell schools and outdoor work teams of the district.',
        '依照指數的健康忠告，通知區內學校及戶外工作隊伍。',
        '依照指数的健康忠告，通知区内学校及户外工作队伍。',
      ),
    ),
    below(
      'air-station-sample-flow-low',
      'medium',
      { metric: 'sampleFlow', limit: 1.6, hysteresis: 0.1, holdMs: 10 * MINUTE },
      titles('Sample flow low', '採樣流量過低', '采样流量过低'),
      titles(
        'Mark the data since then as doubtful; have the filter and the pump changed.',
        '將其後數據標示為存疑，並安排更換濾網及氣泵。',
        '将其后数据标记为存疑，并安排更换滤网及气泵。',
      ),
    ),
    batteryLow('air-station'),
    absent('air-station', 'medium', 10, CHECK_SUPPLY),
  ],
});

/** A quiet place: little traffic of its own, smoke now and then, a battery that the sun fills by day. */
function simulateAirStation(context: SimulationContext): Record<string, number> {
  const elapsed = elapsedHours(context);
  const traffic = rushHours(context.hour) * 0.5 * trait(context, 'street');
  const smoke = episode(context, 'smoke', elapsed, { perDay: 0.03, hours: 1 }) ? 70 : 0;
  const air = pollutedAir(context, elapsed, { traffic, smoke });
  const clogged = episode(context, 'clogged', elapsed, { perDay: 0.01, hours: 8 });
  return {
    ...air,
    pm1: within(air.pm25 * (0.7 + 0.03 * context.gaussian()), 0, 1000, 1),
    no: within(air.no2 * 0.25 * (1 + 0.1 * context.gaussian()), 0, 2000, 1),
    voc: within(0.08 + 0.2 * traffic + 0.02 * context.gaussian(), 0, 100, 3),
    ...airAround(context, elapsed),
    pressure: within(context.weather.pressure - 2 + 0.1 * context.gaussian(), 850, 1100, 1),
    ...windAround(context, elapsed, 0.9),
    sampleFlow: within((clogged ? 1.2 : 2) + 0.02 * context.gaussian(), 0, 50, 2),
    battery: solarBattery(context, elapsed),
  };
}

/** Percent: a day of rain costs a third of the battery, a clear day fills it. */
function solarBattery(context: SimulationContext, elapsed: number): number {
  const cloud = context.weather.rainRate > 0 ? 0.2 : 1;
  const last = context.memory.get('charge') ?? 60 + 40 * context.random();
  const charge = within(last + elapsed * (12 * cloud * sunshine(context) - 1.5), 0, 100, 6);
  context.memory.set('charge', charge);
  return Math.round(charge);
}
