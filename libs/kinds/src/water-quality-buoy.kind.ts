import { above, absent, batteryLow, below, CHECK_GATEWAY, HOUR } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { climateForecast, lwm2m, talq } from './definitions.js';
import type { SimulationContext, Titles } from './kind.js';
import { BatteryLevel } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { sunshine, tideLevel } from './outdoor-simulation.js';
import { batteryLeft, clamp, elapsedHours, episode, trait, wander, within } from './simulation.js';
import { titles } from './titles.js';
import { WaterTemperature } from './water-measures.js';

/** Counted by an imaging cytometer on the buoy. */
const Plankton = (quantity: string, what: Titles): PropertyDecorator =>
  IntegerMetric({
    titles: what,
    quantity,
    unit: '/mL',
    min: 0,
    max: 10_000_000,
    definition: climateForecast('number_concentration_of_biological_taxon_in_sea_water'),
  });

/** A moored buoy off a beach or a fish culture zone (uCIFI Water quality sensor 3426, TALQ WaterQualitySensorFunction). */
export class WaterQualityBuoyPayload {
  @WaterTemperature()
  waterTemperature?: number;

  @NumberMetric({
    titles: titles('Acidity (pH)', '酸鹼度 (pH)', '酸碱度 (pH)'),
    quantity: 'pH',
    unit: '[pH]',
    min: 0,
    max: 14,
    precision: 2,
    definition: lwm2m(3426, 1),
  })
  ph?: number;

  @NumberMetric({
    titles: titles('Dissolved oxygen', '溶解氧', '溶解氧'),
    quantity: 'dissolvedOxygen',
    unit: 'mg/L',
    min: 0,
    max: 30,
    precision: 2,
    definition: lwm2m(3426, 5),
  })
  dissolvedOxygen?: number;

  @NumberMetric({
    titles: titles('Salinity', '鹽度', '盐度'),
    quantity: 'salinity',
    unit: '[ppth]',
    min: 0,
    max: 45,
    precision: 2,
    definition: lwm2m(3426, 11),
  })
  salinity?: number;

  @NumberMetric({
    titles: titles('Turbidity', '渾濁度', '浊度'),
    quantity: 'turbidity',
    unit: '{NTU}',
    min: 0,
    max: 4000,
    precision: 1,
    definition: lwm2m(3426, 6),
  })
  turbidity?: number;

  @NumberMetric({
    titles: titles('Redox potential', '氧化還原電位', '氧化还原电位'),
    quantity: 'orp',
    unit: 'mV',
    min: -1500,
    max: 1500,
    precision: 0,
    definition: lwm2m(3426, 3),
  })
  redox?: number;

  @NumberMetric({
    titles: titles('Ammonium', '銨', '铵'),
    quantity: 'NH4',
    unit: 'mg/L',
    min: 0,
    max: 100,
    precision: 3,
    definition: lwm2m(3426, 14),
  })
  ammonium?: number;

  @NumberMetric({
    titles: titles('Chlorophyll a', '葉綠素 a', '叶绿素 a'),
    quantity: 'chlorophyllA',
    unit: 'ug/L',
    min: 0,
    max: 1000,
    precision: 1,
    definition: climateForecast('mass_concentration_of_chlorophyll_a_in_sea_water'),
  })
  chlorophyll?: number;

  @Plankton('diatoms', titles('Diatoms', '硅藻數目', '硅藻数量'))
  diatoms?: number;

  /** Most red tides of Hong Kong, and those that kill fish, are made by them. */
  @Plankton('dinoflagellates', titles('Dinoflagellates', '甲藻數目', '甲藻数量'))
  dinoflagellates?: number;

  @Plankton('zooplankton', titles('Zooplankton', '浮游動物數目', '浮游动物数量'))
  zooplankton?: number;

  @NumberMetric({
    titles: titles('Distance from the mooring', '偏離錨泊點距離', '偏离锚泊点距离'),
    quantity: 'distanceFromExpectedLocation',
    unit: 'm',
    min: 0,
    max: 1_000_000,
    precision: 0,
    definition: talq('LocationSensorFunction', 'locationChanged'),
  })
  drift?: number;

  @BatteryLevel()
  battery?: number;
}

export const waterQualityBuoy = defineKind({
  name: 'water-quality-buoy',
  titles: titles('Water quality buoy', '水質監測浮標', '水质监测浮标'),
  description: titles(
    'A buoy that measures sea water and counts plankton, so that red tides are seen early.',
    '監測海水水質及點算浮游生物、及早發現紅潮的浮標。',
    '监测海水水质及统计浮游生物、及早发现赤潮的浮标。',
  ),
  department: 'epd',
  intervalMs: 900_000,
  payload: WaterQualityBuoyPayload,
  simulate: simulateWaterQualityBuoy,
  alarms: [
    above(
      'water-quality-buoy-bloom',
      'medium',
      { metric: 'chlorophyll', limit: 20, hysteresis: 5, holdMs: HOUR },
      titles('Algae are blooming', '藻類大量繁殖', '藻类大量繁殖'),
      titles(
        'Take a sample and tell AFCD; warn the fish farmers and the beaches nearby.',
        '抽取水樣並通知漁護署，提醒附近養魚戶及泳灘。',
        '抽取水样并通知渔护署，提醒附近养殖户及泳滩。',
      ),
    ),
    above(
      'water-quality-buoy-red-tide',
      'high',
      { metric: 'dinoflagellates', limit: 2000, hysteresis: 500, holdMs: HOUR },
      titles('Red tide likely', '可能出現紅潮', '可能出现赤潮'),
      titles(
        'Call the red tide response of AFCD; hoist the red flag at beaches until a sample says otherwise.',
        '通知漁護署紅潮應變小組；化驗結果前，泳灘懸掛紅旗。',
        '通知渔护署赤潮应变小组；化验结果前，泳滩悬挂红旗。',
      ),
    ),
    below(
      'water-quality-buoy-oxygen-low',
      'high',
      // The water quality objective for the depth-averaged column.
      { metric: 'dissolvedOxygen', limit: 4, hysteresis: 0.5, holdMs: HOUR },
      titles('Dissolved oxygen low', '溶解氧偏低', '溶解氧偏低'),
      titles(
        'Fish may die: tell AFCD and the fish farmers to aerate or tow the rafts away.',
        '魚類或會死亡：通知漁護署及養魚戶增氧或拖走魚排。',
        '鱼类可能死亡：通知渔护署及养殖户增氧或拖走鱼排。',
      ),
    ),
    above(
      'water-quality-buoy-adrift',
      'high',
      { metric: 'drift', limit: 150, hysteresis: 50, holdMs: HOUR },
      titles('Buoy adrift', '浮標漂離', '浮标漂离'),
      titles(
        'Tell the Marine Department and recover it; it is a danger to small craft.',
        '通知海事處並打撈，以免危及小型船隻。',
        '通知海事处并打捞，以免危及小型船只。',
      ),
    ),
    batteryLow('water-quality-buoy'),
    absent('water-quality-buoy', 'medium', 6, CHECK_GATEWAY),
  ],
});

/** The sea warms late, freshens after rain; a bloom feeds on sun, lifts oxygen by day and eats it by night. */
function simulateWaterQualityBuoy(context: SimulationContext): Record<string, number> {
  const elapsed = elapsedHours(context);
  const { weather } = context;
  const bloom = episode(context, 'bloom', elapsed, { perDay: 0.02, hours: 40 }) ? 6 : 1;
  const rich = Math.exp(0.5 * wander(context, 'nutrients', elapsed, 48)) * bloom;
  const light = sunshine(context);
  const fresh = 3 * trait(context, 'estuary') + Math.min(8, weather.rainRate / 8);
  const warmth = within(0.75 * weather.temperature + 6.5 + 0.2 * wander(context, 'sea', elapsed, 24), -5, 60, 1);
  const cells = (mean: number): number => Math.round(clamp(mean * (1 + 0.15 * context.gaussian()), 0, 10_000_000));
  const spread = (value: number, share: number, max: number, digits: number): number =>
    within(value * (1 + share * context.gaussian()), 0, max, digits);
  const loose = episode(context, 'loose', elapsed, { perDay: 0.003, hours: 12 });
  return {
    waterTemperature: warmth,
    ph: within(8.1 + 0.04 * rich * (light - 0.3) + 0.01 * context.gaussian(), 0, 14, 2),
    dissolvedOxygen: within(9 - 0.1 * warmth + 0.3 * rich * (light - 0.35) + 0.05 * context.gaussian(), 0, 30, 2),
    salinity: within(33 - fresh + 0.5 * tideLevel(context.time) + 0.1 * context.gaussian(), 0, 45, 2),
    turbidity: spread(3 + weather.windSpeed / 3 + weather.rainRate / 6, 0.1, 4000, 1),
    redox: within(210 + 8 * context.gaussian(), -1500, 1500),
    ammonium: spread(0.05 + 0.03 * fresh, 0.1, 100, 3),
    chlorophyll: spread(3.5 * rich, 0.08, 1000, 1),
    diatoms: cells(400 * rich),
    dinoflagellates: cells(60 * rich * (bloom > 1 ? 6 : 1)),
    zooplankton: cells(8 * Math.sqrt(rich)),
    drift: within((loose ? 400 : 12) * (1 + 0.2 * context.gaussian()), 0, 1_000_000),
    battery: batteryLeft(context, elapsed, 0.2),
  };
}
