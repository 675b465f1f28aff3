import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE, SECOND } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { rainFelt, streetTraffic } from './outdoor-simulation.js';
import { batteryLeft, elapsedHours, episode, within } from './simulation.js';
import { Tilt } from './structure-measures.js';
import { titles } from './titles.js';

/** A sensor under a cover in the road. It sleeps until the cover moves. */
export class ManholeCoverPayload {
  @Flag('coverOpen', lwm2m(3435, 21), titles('Cover open', '沙井蓋開啟', '井盖开启'))
  coverOpen?: boolean;

  @Tilt()
  tilt?: number;

  /** Strongest shock since the last reading; a loose cover hammers under every wheel. */
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

  @Flag(
    'levelWarning',
    talq('GullySensorFunction', 'levelWarning'),
    titles('Water under the cover', '井蓋下積水', '井盖下积水'),
  )
  waterUnderCover?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const manholeCover = defineKind({
  name: 'manhole-cover',
  titles: titles('Manhole cover sensor', '沙井蓋感測器', '井盖传感器'),
  description: titles(
    'Notices when a manhole cover is opened, loose or about to be lifted by water.',
    '偵測沙井蓋被打開、鬆動或將被水沖起。',
    '侦测井盖被打开、松动或将被水冲起。',
  ),
  department: 'dsd',
  intervalMs: 21_600_000,
  payload: ManholeCoverPayload,
  simulate: simulateManholeCover,
  alarms: [
    isTrue(
      'manhole-cover-open',
      'critical',
      'coverOpen',
      30 * SECOND,
      titles('Manhole cover open', '沙井蓋開啟', '井盖开启'),
      titles(
        'Ask whether a crew works there; if not, tell the police and fence it off at once.',
        '核實有否工程人員在場；如沒有，通知警方並立即圍封。',
        '核实有无工程人员在场；如没有，通知警方并立即围封。',
      ),
    ),
    isTrue(
      'manhole-cover-water',
      'high',
      'waterUnderCover',
      5 * MINUTE,
      titles('Water under the cover', '井蓋下積水', '井盖下积水'),
      titles(
        'The cover may be lifted: warn traffic control and send a crew when the rain goes on.',
        '井蓋或被沖起：通知交通控制中心，如持續下雨派員到場。',
        '井盖可能被冲起：通知交通控制中心，如持续下雨派员到场。',
      ),
    ),
    above(
      'manhole-cover-loose',
      'low',
      { metric: 'shock', limit: 60, hysteresis: 15, holdMs: 30 * MINUTE },
      titles('Cover loose', '沙井蓋鬆動', '井盖松动'),
      titles(
        'Have the frame and the seat inspected within a week.',
        '於一星期內檢查井框及井座。',
        '于一周内检查井框及井座。',
      ),
    ),
    batteryLow('manhole-cover'),
    absent('manhole-cover', 'low', 4, CHECK_GATEWAY),
  ],
});

/** Wheels over it by day; opened by a crew now and then; a cloudburst fills the shaft. */
function simulateManholeCover(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const coverOpen = episode(context, 'open', elapsed, { perDay: 0.01, hours: 0.5 });
  const loose = episode(context, 'loose', elapsed, { perDay: 0.004, hours: 30 });
  return {
    coverOpen,
    tilt: within((coverOpen ? 75 : 0.6) + 0.2 * Math.abs(context.gaussian()), 0, 180, 1),
    shock: within((loose ? 80 : 6) * (0.3 + streetTraffic(context)) + Math.abs(context.gaussian()), 0, 400, 1),
    waterUnderCover: rainFelt(context, elapsed, 0.7) > 45,
    battery: batteryLeft(context, elapsed, 0.03),
  };
}
