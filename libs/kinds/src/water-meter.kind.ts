import { HOUR_MS } from './derivation.js';
import { MinimumNightFlow, nightFlow } from './derivations/night-flow.derivation.js';
import { absent, batteryLow, CHECK_GATEWAY, HOUR, isTrue } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { batteryLeft, bell, elapsedHours, episode, rounded, total, trait, within } from './simulation.js';
import { Tampered } from './structure-measures.js';
import { titles } from './titles.js';
import { FlowRate, WaterTemperature } from './water-measures.js';

const PURPOSE = titles(
  'To bill the building and to find leaks. The meter serves a whole building or facility, never a single home.',
  '用於計算大廈水費及偵測滲漏；水錶屬整座大廈或設施，不涉及個別住戶。',
  '用于计算大厦水费及侦测渗漏；水表属整座大厦或设施，不涉及个别住户。',
);

/** The meter of a building or facility (uCIFI Water meter 3424). Minimum night flow is derived from `flow`. */
export class WaterMeterPayload {
  @NumberMetric({
    titles: titles('Water used', '累計用水量', '累计用水量'),
    quantity: 'waterVolume',
    unit: 'm3',
    min: 0,
    max: 100_000_000,
    precision: 3,
    definition: lwm2m(3424, 1),
    privacy: 'aggregate',
    purpose: PURPOSE,
    retentionDays: 2557,
    cumulative: true,
  })
  volume?: number;

  @FlowRate()
  flow?: number;

  @WaterTemperature()
  waterTemperature?: number;

  /** The flow has not been zero for a day. */
  @Flag('leakSuspected', lwm2m(3424, 9), titles('Leak suspected', '懷疑滲漏', '疑似渗漏'))
  leakSuspected?: boolean;

  @Flag('backFlowDetected', lwm2m(3424, 11), titles('Backflow', '倒流', '倒流'))
  backflow?: boolean;

  /** The meter stands still although it should turn. */
  @Flag('blockedMeter', lwm2m(3424, 12), titles('Meter blocked', '水錶卡死', '水表卡死'))
  blocked?: boolean;

  /** A magnet near the meter, or its seal broken. */
  @Tampered()
  tampered?: boolean;

  @BatteryLevel()
  battery?: number;

  @MinimumNightFlow()
  nightFlow?: number;
}

export const waterMeter = defineKind({
  name: 'water-meter',
  titles: titles('Water meter', '智能水錶', '智能水表'),
  description: titles(
    'Meters the water of a building or facility and notices leaks.',
    '量度大廈或設施的用水量，並偵測滲漏。',
    '计量大厦或设施的用水量，并侦测渗漏。',
  ),
  department: 'wsd',
  intervalMs: 3_600_000,
  payload: WaterMeterPayload,
  derivations: [nightFlow(HOUR_MS)],
  simulate: simulateWaterMeter,
  alarms: [
    isTrue(
      'water-meter-leak',
      'medium',
      'leakSuspected',
      2 * HOUR,
      titles('Leak suspected behind the meter', '錶後水管懷疑滲漏', '表后水管疑似渗漏'),
      titles(
        'Tell the manager of the building; look at the flow between two and four in the night.',
        '通知大廈管理處，並查看凌晨二時至四時的流量。',
        '通知大厦管理处，并查看凌晨二时至四时的流量。',
      ),
    ),
    isTrue(
      'water-meter-backflow',
      'high',
      'backflow',
      0,
      titles('Backflow into the main', '水倒流入總水管', '水倒流入总水管'),
      titles(
        'Send an inspector: used water may enter the supply. Close the valve when it goes on.',
        '派員檢查，用過的水或流入供水系統；如持續，關閉閥門。',
        '派员检查，用过的水可能流入供水系统；如持续，关闭阀门。',
      ),
    ),
    isTrue(
      'water-meter-tampered',
      'medium',
      'tampered',
      HOUR,
      titles('Meter tampered with', '水錶遭干擾', '水表遭干扰'),
      titles('Inspect the seal and the place of the meter.', '檢查水錶封鉛及安裝位置。', '检查水表封铅及安装位置。'),
    ),
    isTrue(
      'water-meter-blocked',
      'low',
      'blocked',
      24 * HOUR,
      titles('Meter blocked', '水錶卡死', '水表卡死'),
      titles(
        'Change the meter; bill by estimate until then.',
        '更換水錶；其間以估算計費。',
        '更换水表；其间按估算计费。',
      ),
    ),
    batteryLow('water-meter'),
    absent('water-meter', 'low', 12, CHECK_GATEWAY),
  ],
});

/** Morning and evening peaks, next to nothing at night unless something leaks. */
function simulateWaterMeter(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour, weather } = context;
  const size = 0.5 + 6 * trait(context, 'size') ** 2;
  const demand = 0.03 + 0.8 * bell(hour, 7.5, 1.2) + bell(hour, 20, 2) + 0.35 * bell(hour, 13, 2);
  const leakSuspected = episode(context, 'leak', elapsed, { perDay: 0.01, hours: 30 });
  const backflow = episode(context, 'backflow', elapsed, { perDay: 0.003, hours: 0.5 });
  const blocked = episode(context, 'blocked', elapsed, { perDay: 0.002, hours: 40 });
  const drawn = size * demand * (0.85 + 0.3 * context.random()) + (leakSuspected ? 0.25 * size : 0);
  const flow = blocked ? 0 : backflow ? -0.2 : drawn;
  return {
    volume: rounded(total(context, 'volume', 40_000 * trait(context, 'age'), flow * elapsed), 3),
    flow: within(flow, -20_000, 20_000, 3),
    waterTemperature: within(0.6 * weather.temperature + 9 + 0.2 * context.gaussian(), -5, 60, 1),
    leakSuspected,
    backflow,
    blocked,
    tampered: episode(context, 'tampered', elapsed, { perDay: 0.001, hours: 6 }),
    battery: batteryLeft(context, elapsed, 0.02),
  };
}
