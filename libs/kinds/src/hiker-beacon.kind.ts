import { absent, batteryLow, isTrue, MINUTE, above, CHECK_GATEWAY } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { climateForecast, lwm2m, talq } from './definitions.js';
import type { SimulationContext, Titles } from './kind.js';
import { ReceivedSignalStrength } from './link-measures.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { batteryLeft, bell, elapsedHours, episode, trait, wander, within } from './simulation.js';
import { titles } from './titles.js';

/** A search is over within a week; after it nobody needs to know where somebody walked. */
const TRACK_RETENTION_DAYS = 7;

const PURPOSE = titles(
  'To find a hiker who is lost or hurt. Sent only while the hiker consents; the beacon is lent without a name.',
  '用於搜救迷途或受傷的行山人士；僅在使用者同意時傳送，借用時不登記姓名。',
  '用于搜救迷途或受伤的登山人士；仅在使用者同意时传送，借用时不登记姓名。',
);
const ABOUT_A_HIKER = { privacy: 'personal', purpose: PURPOSE, retentionDays: TRACK_RETENTION_DAYS } as const;

const Position = (
  quantity: string,
  unit: string,
  [min, max]: readonly [number, number],
  precision: number,
  definition: string,
  what: Titles,
): PropertyDecorator =>
  NumberMetric({ titles: what, quantity, unit, min, max, precision, definition, ...ABOUT_A_HIKER });

/** A beacon lent at the trailhead (uCIFI 3430). The range of the position is the land and sea of Hong Kong. */
export class HikerBeaconPayload {
  /** The switch of the beacon that its bearer sets. While it is off the beacon sends no position, unless help is called. */
  @Flag('consentGiven', lwm2m(3342, 5500), titles('Bearer consents', '使用者同意', '使用者同意'))
  consent?: boolean;

  @Position('latitude', 'deg', [22.1, 22.6], 5, climateForecast('latitude'), titles('Latitude', '緯度', '纬度'))
  latitude?: number;

  @Position('longitude', 'deg', [113.8, 114.5], 5, climateForecast('longitude'), titles('Longitude', '經度', '经度'))
  longitude?: number;

  @Position('altitude', 'm', [-50, 1000], 0, climateForecast('altitude'), titles('Altitude', '海拔', '海拔'))
  altitude?: number;

  @Position(
    'uncertainty',
    'm',
    [0, 10_000],
    0,
    lwm2m(3430, 9),
    titles('Accuracy of the position', '定位誤差', '定位误差'),
  )
  accuracy?: number;

  @Flag('sosPressed', lwm2m(3347, 5500), titles('SOS pressed', '按下求救按鈕', '按下求救按钮'), ABOUT_A_HIKER)
  sos?: boolean;

  /** Since the beacon last moved. */
  @NumberMetric({
    titles: titles('Time without movement', '靜止時間', '静止时间'),
    quantity: 'timeWithoutMovement',
    unit: 'min',
    min: 0,
    max: 100_000,
    precision: 0,
    definition: talq('MovementSensorFunction', 'movementDetected'),
    ...ABOUT_A_HIKER,
  })
  timeStill?: number;

  @ReceivedSignalStrength()
  rssi?: number;

  @BatteryLevel()
  battery?: number;
}

export const hikerBeacon = defineKind({
  name: 'hiker-beacon',
  titles: titles('Hiker beacon', '行山人士定位器', '登山人士定位器'),
  description: titles(
    'A beacon lent to hikers who want to be found: position by consent, and a call for help.',
    '借予行山人士的定位器：經同意傳送位置，並可求救。',
    '借予登山人士的定位器：经同意传送位置，并可求救。',
  ),
  department: 'afcd',
  intervalMs: 600_000,
  consent: titles(
    'The hiker borrows the beacon and sets its switch; setting it back or returning the beacon withdraws the consent.',
    '行山人士自願借用並開啟傳送開關；關閉開關或交還定位器即撤回同意。',
    '登山人士自愿借用并开启传送开关；关闭开关或交还定位器即撤回同意。',
  ),
  payload: HikerBeaconPayload,
  simulate: simulateHikerBeacon,
  alarms: [
    isTrue(
      'hiker-beacon-sos',
      'critical',
      'sos',
      0,
      titles('Hiker calls for help', '行山人士求救', '登山人士求救'),
      titles(
        'Give the position and its accuracy to the fire services and the Government Flying Service.',
        '將位置及誤差通知消防處及政府飛行服務隊。',
        '将位置及误差通知消防处及政府飞行服务队。',
      ),
    ),
    above(
      'hiker-beacon-still',
      'medium',
      { metric: 'timeStill', limit: 120, hysteresis: 110, holdMs: 0 },
      titles('Hiker does not move', '行山人士長時間靜止', '登山人士长时间静止'),
      titles(
        'Send a message to the beacon; without an answer in fifteen minutes, inform the police.',
        '向定位器傳送訊息；十五分鐘內無回覆，通知警方。',
        '向定位器发送消息；十五分钟内无回复，通知警方。',
      ),
    ),
    batteryLow('hiker-beacon'),
    absent('hiker-beacon', 'medium', 6, CHECK_GATEWAY),
  ],
});

/** A day's walk within a few kilometres of the trailhead; one in four keeps the position to himself. */
function simulateHikerBeacon(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const sos = episode(context, 'sos', elapsed, { perDay: 0.01, hours: 1 });
  const rests = sos || episode(context, 'rest', elapsed, { perDay: 4, hours: 0.3 });
  const lastMoved = rests ? (context.memory.get('moved') ?? context.time) : context.time;
  context.memory.set('moved', lastMoved);
  const consent = trait(context, 'consents') < 0.75;
  const values: Record<string, number | boolean> = {
    consent,
    rssi: within(-100 - 12 * trait(context, 'valley') + 4 * context.gaussian(), -160, 0),
    battery: batteryLeft(context, elapsed, 20),
  };
  if (!consent && !sos) return values;
  const day = 0.2 + bell(context.hour, 13, 4);
  return {
    ...values,
    latitude: within(context.latitude + 0.008 * day * wander(context, 'north', elapsed, 2), 22.1, 22.6, 5),
    longitude: within(context.longitude + 0.008 * day * wander(context, 'east', elapsed, 2), 113.8, 114.5, 5),
    altitude: within(180 + 120 * wander(context, 'climb', elapsed, 1.5), 0, 950),
    accuracy: within(4 + 6 * Math.abs(context.gaussian()), 0, 10_000),
    sos,
    timeStill: within((context.time - lastMoved) / MINUTE, 0, 100_000),
  };
}
