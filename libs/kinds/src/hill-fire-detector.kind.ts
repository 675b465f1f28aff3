import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { smartDataModel, talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { AirTemperature, BatteryLevel, Flag, RelativeHumidity } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { airAround, sunshine, windAround } from './outdoor-simulation.js';
import { batteryLeft, clamp, elapsedHours, episode, within } from './simulation.js';
import { ViewBlocked } from './structure-measures.js';
import { titles } from './titles.js';
import { WindDirection, WindSpeed } from './weather-measures.js';

/** A thermal sensor that sweeps a hillside (TALQ TemperatureSensorFunction.fireDetected, Smart Data Models FireForestStatus). */
export class HillFireDetectorPayload {
  @Flag(
    'fireDetected',
    talq('TemperatureSensorFunction', 'fireDetected'),
    titles('Fire detected', '偵測到火警', '侦测到火情'),
  )
  fireDetected?: boolean;

  @Flag(
    'smokeDetected',
    smartDataModel('Forestry', 'smokeDetected'),
    titles('Smoke detected', '偵測到煙霧', '侦测到烟雾'),
  )
  smokeDetected?: boolean;

  @IntegerMetric({
    titles: titles('Confidence', '可信度', '置信度'),
    quantity: 'fireDetectedConfidence',
    unit: '%',
    min: 0,
    max: 100,
    definition: smartDataModel('Forestry', 'fireDetectedConfidence'),
  })
  confidence?: number;

  @NumberMetric({
    titles: titles('Hottest spot', '最高溫度點', '最高温度点'),
    quantity: 'hotspotTemperature',
    unit: 'Cel',
    min: -40,
    max: 1500,
    precision: 0,
    definition: talq('TemperatureSensorFunction', 'temperature'),
  })
  hotspotTemperature?: number;

  @NumberMetric({
    titles: titles('Bearing of the hottest spot', '最高溫度點方位', '最高温度点方位'),
    quantity: 'compassDirection',
    unit: 'deg',
    min: 0,
    max: 360,
    precision: 0,
    definition: talq('LocationSensorFunction', 'compassDirection'),
  })
  bearing?: number;

  @AirTemperature()
  temperature?: number;

  @RelativeHumidity()
  humidity?: number;

  @WindSpeed()
  windSpeed?: number;

  @WindDirection()
  windDirection?: number;

  @ViewBlocked()
  viewBlocked?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const hillFireDetector = defineKind({
  name: 'hill-fire-detector',
  titles: titles('Hill fire detector', '山火偵測器', '山火侦测器'),
  description: titles(
    'Sweeps a hillside for heat and smoke, and measures the wind that would drive a fire.',
    '掃描山坡的高溫及煙霧，並量度影響火勢的風。',
    '扫描山坡的高温及烟雾，并测量影响火势的风。',
  ),
  department: 'afcd',
  intervalMs: 300_000,
  payload: HillFireDetectorPayload,
  simulate: simulateHillFireDetector,
  alarms: [
    isTrue(
      'hill-fire-detector-fire',
      'critical',
      'fireDetected',
      0,
      titles('Hill fire', '發生山火', '发生山火'),
      titles(
        'Call the fire services with the bearing and the wind; close the trails downwind and tell the hikers.',
        '通知消防處並提供方位及風向；封閉下風處山徑並通知行山人士。',
        '通知消防处并提供方位及风向；封闭下风处山径并通知登山人士。',
      ),
    ),
    isTrue(
      'hill-fire-detector-smoke',
      'high',
      'smokeDetected',
      2 * MINUTE,
      titles('Smoke on the hillside', '山坡出現煙霧', '山坡出现烟雾'),
      titles(
        'Compare with a second detector; send the patrol of the country park.',
        '與另一偵測器比較，並派郊野公園巡邏隊查看。',
        '与另一侦测器比较，并派郊野公园巡逻队查看。',
      ),
    ),
    above(
      'hill-fire-detector-hotspot',
      'medium',
      { metric: 'hotspotTemperature', limit: 90, hysteresis: 20, holdMs: 5 * MINUTE },
      titles('Hot spot on the hillside', '山坡出現高溫點', '山坡出现高温点'),
      titles(
        'It may be a barbecue or burning offerings: look for a grave or a picnic site on this bearing.',
        '或為燒烤或焚燒祭品：查看該方位有否墓地或燒烤場。',
        '可能是烧烤或焚烧祭品：查看该方位有无墓地或烧烤场。',
      ),
    ),
    batteryLow('hill-fire-detector'),
    absent('hill-fire-detector', 'medium', 6, CHECK_GATEWAY),
  ],
});

/** Rocks warm in the sun; a fire is likelier when the air is dry, and shows heat before smoke. */
function simulateHillFireDetector(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const air = airAround(context, elapsed);
  const dryness = clamp((75 - air.humidity) / 40, 0, 1);
  const fireDetected = episode(context, 'fire', elapsed, { perDay: 0.002 + 0.02 * dryness, hours: 1.5 });
  const offerings = episode(context, 'offerings', elapsed, { perDay: 0.05, hours: 0.2 });
  const rock = air.temperature + 25 * sunshine(context) + 2 * context.gaussian();
  const hottest = fireDetected ? 350 + 80 * context.random() : offerings ? 120 : rock;
  return {
    fireDetected,
    smokeDetected: fireDetected || episode(context, 'haze', elapsed, { perDay: 0.02, hours: 0.2 }),
    confidence: within(fireDetected ? 85 + 10 * context.random() : offerings ? 30 : 4 * context.random(), 0, 100),
    hotspotTemperature: within(hottest, -40, 1500),
    bearing: Math.floor(360 * context.random()),
    ...air,
    ...windAround(context, elapsed, 1.2),
    viewBlocked: context.weather.rainRate > 40,
    battery: batteryLeft(context, elapsed, 0.3),
  };
}
