import { QUARTER_MS } from './derivation.js';
import { MinimumNightFlow, nightFlow } from './derivations/night-flow.derivation.js';
import { above, absent, batteryLow, below, CHECK_GATEWAY, HOUR, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import type { SimulationContext, Titles } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { batteryLeft, bell, elapsedHours, episode, trait, within } from './simulation.js';
import { titles } from './titles.js';
import { FlowRate } from './water-measures.js';

const WaterPressure = (quantity: string, resource: number, what: Titles): PropertyDecorator =>
  NumberMetric({
    titles: what,
    quantity,
    unit: 'kPa',
    min: -100,
    max: 4000,
    precision: 1,
    definition: lwm2m(3427, resource),
  });

/** A logger in a chamber of the mains: pressure, flow, and the sound that water makes where it escapes. */
export class PipeLoggerPayload {
  @WaterPressure('pressure', 1, titles('Water pressure', '水壓', '水压'))
  waterPressure?: number;

  @WaterPressure('minimumPressure', 5, titles('Lowest pressure', '最低水壓', '最低水压'))
  waterPressureMin?: number;

  @WaterPressure('maximumPressure', 6, titles('Highest pressure', '最高水壓', '最高水压'))
  waterPressureMax?: number;

  @FlowRate()
  flow?: number;

  /** Lowest level on the pipe in the quiet of the night: a leak never rests. */
  @NumberMetric({
    titles: titles('Noise of the pipe', '水管聲級', '水管声级'),
    quantity: 'leakNoise',
    unit: 'dB',
    min: 0,
    max: 120,
    precision: 0,
    definition: smartDataModel('WaterNetworkManagement', 'acousticLevel'),
  })
  leakNoise?: number;

  @NumberMetric({
    titles: titles('Main frequency of the noise', '聲音主頻率', '声音主频率'),
    quantity: 'leakNoiseFrequency',
    unit: 'Hz',
    min: 0,
    max: 10_000,
    precision: 0,
    definition: smartDataModel('WaterNetworkManagement', 'acousticFrequency'),
  })
  leakFrequency?: number;

  @Flag('leakDetected', lwm2m(3427, 3), titles('Leak detected', '偵測到滲漏', '侦测到渗漏'))
  leakDetected?: boolean;

  @Flag('hammerEffectDetected', lwm2m(3427, 4), titles('Water hammer', '水錘現象', '水锤现象'))
  waterHammer?: boolean;

  @BatteryLevel()
  battery?: number;

  @MinimumNightFlow()
  nightFlow?: number;
}

export const pipeLogger = defineKind({
  name: 'pipe-logger',
  titles: titles('Water main logger', '水管監測儀', '水管监测仪'),
  description: titles(
    'Logs pressure and flow of a water main and listens for leaks.',
    '記錄總水管的水壓及流量，並監聽滲漏聲。',
    '记录总水管的水压及流量，并监听渗漏声。',
  ),
  department: 'wsd',
  intervalMs: 900_000,
  payload: PipeLoggerPayload,
  derivations: [nightFlow(QUARTER_MS)],
  simulate: simulatePipeLogger,
  alarms: [
    below(
      'pipe-logger-pressure-low',
      'high',
      // Fifteen metres of head: the least that a building without a pump can use.
      { metric: 'waterPressure', limit: 150, hysteresis: 40, holdMs: 15 * MINUTE },
      titles('Pressure of the main low', '總水管水壓過低', '总水管水压过低'),
      titles(
        'Look for a burst: compare with the loggers up and down the main, then close the valves between them.',
        '查看有否爆喉：與總水管上下游監測儀比較，再關閉其間的閥門。',
        '查看有无爆管：与总水管上下游监测仪比较，再关闭其间的阀门。',
      ),
    ),
    isTrue(
      'pipe-logger-leak',
      'medium',
      'leakDetected',
      2 * HOUR,
      titles('Leak heard on the main', '監聽到總水管滲漏', '监听到总水管渗漏'),
      titles(
        'Correlate with the next logger to find the place; dig within a week.',
        '與鄰近監測儀作相關分析以定位，於一星期內開挖維修。',
        '与邻近监测仪作相关分析以定位，于一周内开挖维修。',
      ),
    ),
    above(
      'pipe-logger-pressure-surge',
      'medium',
      { metric: 'waterPressureMax', limit: 1200, hysteresis: 100, holdMs: 0, clearMs: 30 * MINUTE },
      titles('Pressure surge', '水壓驟升', '水压骤升'),
      titles(
        'Ask which pump or valve was switched; slow its operation down.',
        '查明曾操作的水泵或閥門，並減慢其操作速度。',
        '查明曾操作的水泵或阀门，并减慢其操作速度。',
      ),
    ),
    batteryLow('pipe-logger'),
    absent('pipe-logger', 'low', 8, CHECK_GATEWAY),
  ],
});

/** Pressure sags when the city washes; a leak adds flow day and night and is heard. A burst is rare and not to be overlooked. */
function simulatePipeLogger(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const demand =
    0.15 + 0.8 * bell(context.hour, 7.5, 1.5) + bell(context.hour, 20, 2.2) + 0.4 * bell(context.hour, 13, 2.5);
  const leak = episode(context, 'leak', elapsed, { perDay: 0.01, hours: 48 });
  const burst = episode(context, 'burst', elapsed, { perDay: 0.002, hours: 2 });
  const waterHammer = episode(context, 'hammer', elapsed, { perDay: 0.1, hours: 0.1 });
  const head = 480 + 250 * trait(context, 'height');
  const waterPressure = burst ? 70 + 15 * context.random() : head - 90 * demand + 4 * context.gaussian();
  const flow = (60 + 240 * trait(context, 'size')) * demand * (0.95 + 0.1 * context.random()) + (leak ? 12 : 0);
  const pressure = (value: number): number => within(value, -100, 4000, 1);
  return {
    waterPressure: pressure(waterPressure),
    waterPressureMin: pressure(waterPressure - 8 - 4 * context.random()),
    waterPressureMax: pressure(waterPressure + 8 + (waterHammer ? 600 : 4 * context.random())),
    flow: within(flow + (burst ? 900 : 0), -20_000, 20_000, 3),
    leakNoise: within((leak || burst ? 42 : 12) + 8 * demand + 2 * context.gaussian(), 0, 120),
    leakFrequency: within((leak || burst ? 520 : 90) + 30 * context.gaussian(), 0, 10_000),
    leakDetected: leak || burst,
    waterHammer,
    battery: batteryLeft(context, elapsed, 0.06),
  };
}
