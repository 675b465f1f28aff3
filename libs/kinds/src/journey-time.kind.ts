import { above, absent, CHECK_SUPPLY, mainsLost, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { smartDataModel } from './definitions.js';
import { MainsPresent } from './electrical-measures.js';
import type { SimulationContext } from './kind.js';
import { EnumMetric, IntegerMetric, NumberMetric } from './metric.decorators.js';
import { rushHours, within } from './simulation.js';
import { titles } from './titles.js';

/** A token is good for one journey; when the day is over nobody needs it. */
const TOKEN_RETENTION_DAYS = 1;
const JOURNEY_RETENTION_DAYS = 31;
/** 48 bits of a keyed hash: a number that a double holds exactly. */
const LARGEST_TOKEN = 2 ** 48 - 1;

const PURPOSE = titles(
  'To tell drivers how long the way takes. A passing vehicle is recognised by a token at the next detector; its key changes every night.',
  '用於向駕駛者顯示行車時間；以代碼在下一偵測點辨認同一車輛，代碼的密鑰每晚更換。',
  '用于向驾驶者显示行车时间；以代码在下一侦测点识别同一车辆，代码的密钥每晚更换。',
);
const OF_A_VEHICLE = { privacy: 'personal', purpose: PURPOSE } as const;

/**
 * A detector at the roadside that hears radio addresses or reads plates, and sends a keyed hash of them. Two sightings of one token make a
 * journey: so it singles out vehicles, whatever the hash hides, and needs an approval.
 */
export class JourneyTimePayload {
  @IntegerMetric({
    titles: titles('Token of the vehicle', '車輛代碼', '车辆代码'),
    quantity: 'vehicleToken',
    unit: '1',
    min: 0,
    max: LARGEST_TOKEN,
    definition: smartDataModel('Transportation', 'vehicleIdentifier'),
    ...OF_A_VEHICLE,
    retentionDays: TOKEN_RETENTION_DAYS,
  })
  token?: number;

  @EnumMetric({
    titles: titles('Recognised by', '辨認方式', '识别方式'),
    quantity: 'detectionMethod',
    unit: '1',
    definition: smartDataModel('Transportation', 'detectionMethod'),
    labels: {
      radio: titles('Radio address', '無線電地址', '无线电地址'),
      plate: titles('Number plate', '車牌', '车牌'),
    },
    ...OF_A_VEHICLE,
    retentionDays: TOKEN_RETENTION_DAYS,
  })
  method?: string;

  /** From the detector before this one; only when the token was seen there. */
  @NumberMetric({
    titles: titles('Journey time of the vehicle', '車輛行車時間', '车辆行车时间'),
    quantity: 'journeyTime',
    unit: 's',
    min: 0,
    max: 21_600,
    precision: 0,
    definition: smartDataModel('Transportation', 'travelTime'),
    ...OF_A_VEHICLE,
    retentionDays: JOURNEY_RETENTION_DAYS,
  })
  journeyTime?: number;

  /** Of all vehicles of the last five minutes, worked out on the device. */
  @NumberMetric({
    titles: titles('Mean journey time', '平均行車時間', '平均行车时间'),
    quantity: 'meanJourneyTime',
    unit: 's',
    min: 0,
    max: 21_600,
    precision: 0,
    definition: smartDataModel('Transportation', 'averageTravelTime'),
    privacy: 'aggregate',
    purpose: PURPOSE,
    retentionDays: 731,
  })
  meanJourneyTime?: number;

  @MainsPresent()
  mainsPresent?: boolean;
}

export const journeyTime = defineKind({
  name: 'journey-time',
  titles: titles('Journey time detector', '行車時間偵測器', '行车时间侦测器'),
  description: titles(
    'Recognises passing vehicles by a hashed radio address or number plate, to measure how long the way takes.',
    '以經雜湊處理的無線電地址或車牌辨認車輛，量度行車時間。',
    '以经散列处理的无线电地址或车牌识别车辆，测量行车时间。',
  ),
  department: 'td',
  intervalMs: 60_000,
  payload: JourneyTimePayload,
  identifiesPeople: {
    what: titles(
      'Vehicles, and so their drivers, by a token of their radio address or number plate.',
      '以無線電地址或車牌的代碼識別車輛，從而可識別駕駛者。',
      '以无线电地址或车牌的代码识别车辆，从而可识别驾驶者。',
    ),
    approvalRequired: titles(
      'A privacy impact assessment, accepted by the committee on smart city devices and put on record.',
      '須完成私隱影響評估，經智慧城市裝置委員會接納並備案。',
      '须完成隐私影响评估，经智慧城市设备委员会接纳并备案。',
    ),
  },
  simulate: simulateJourneyTime,
  alarms: [
    above(
      'journey-time-slow',
      'low',
      { metric: 'meanJourneyTime', limit: 1800, hysteresis: 300, holdMs: 10 * MINUTE },
      titles('Journey takes long', '行車時間過長', '行车时间过长'),
      titles(
        'Look at the cameras of the traffic control centre on the way; show the detour on the signs.',
        '查看交通控制中心沿途鏡頭，並在顯示屏展示改道建議。',
        '查看交通控制中心沿途摄像头，并在显示屏显示绕行建议。',
      ),
    ),
    mainsLost('journey-time', 'low'),
    absent('journey-time', 'low', 10, CHECK_SUPPLY),
  ],
});

/** A vehicle each time; seven of ten were seen at the detector before. */
function simulateJourneyTime(context: SimulationContext): Record<string, number | boolean | string> {
  const mean = 420 * (1 + 1.5 * rushHours(context.hour));
  const seconds = (value: number): number => within(value, 0, 21_600);
  const journey = seconds(mean * (1 + 0.25 * context.gaussian()));
  return {
    token: Math.floor(context.random() * LARGEST_TOKEN),
    method: context.random() < 0.6 ? 'radio' : 'plate',
    ...(context.random() < 0.7 ? { journeyTime: journey } : {}),
    meanJourneyTime: seconds(mean * (1 + 0.05 * context.gaussian())),
    mainsPresent: true,
  };
}
