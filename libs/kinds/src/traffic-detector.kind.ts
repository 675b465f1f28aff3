import { above, absent, CHECK_SUPPLY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel, talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { streetTraffic } from './outdoor-simulation.js';
import { clamp, countOf, elapsedHours, episode, minutesCounted, trait, within } from './simulation.js';
import { titles } from './titles.js';
import { MeanVehicleSpeed, TRAFFIC_RETENTION_DAYS, Vehicles } from './traffic-measures.js';

const PURPOSE = titles(
  'To manage traffic and to find congestion. A total or mean over all vehicles; no number plates and no pictures.',
  '用於管理交通及偵測擠塞；只計算所有車輛的總數或平均值，不記錄車牌或影像。',
  '用于管理交通及侦测拥堵；只计算所有车辆的总数或平均值，不记录车牌或影像。',
);
const ABOUT_ROAD_USERS = { privacy: 'aggregate', purpose: PURPOSE, retentionDays: TRAFFIC_RETENTION_DAYS } as const;

/** A radar or loop over the lanes of one direction (TALQ TrafficCounterFunction, Smart Data Models TrafficFlowObserved). */
export class TrafficDetectorPayload {
  @Vehicles()
  vehicles?: number;

  /** Buses, coaches and goods vehicles among them. */
  @IntegerMetric({
    titles: titles('Heavy vehicles passing', '重型車流', '重型车流'),
    quantity: 'heavyVehicleNumber',
    unit: '1',
    min: 0,
    max: 100_000,
    definition: lwm2m(3432, 0),
    ...ABOUT_ROAD_USERS,
  })
  heavyVehicles?: number;

  @MeanVehicleSpeed()
  meanSpeed?: number;

  @NumberMetric({
    titles: titles('Vehicles above the speed limit', '超速車輛比率', '超速车辆比率'),
    quantity: 'percentageAboveSpeedLimit',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3432, 17),
    ...ABOUT_ROAD_USERS,
  })
  aboveSpeedLimit?: number;

  /** Share of time in which a vehicle stands over or passes the detector. */
  @NumberMetric({
    titles: titles('Time occupancy of the lane', '行車線佔用率', '车道占用率'),
    quantity: 'laneOccupancy',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: smartDataModel('Transportation', 'occupancy'),
    ...ABOUT_ROAD_USERS,
  })
  laneOccupancy?: number;

  @NumberMetric({
    titles: titles('Mean headway', '平均車距時間', '平均车头时距'),
    quantity: 'averageHeadwayTime',
    unit: 's',
    min: 0,
    max: 3600,
    precision: 1,
    definition: smartDataModel('Transportation', 'averageHeadwayTime'),
    ...ABOUT_ROAD_USERS,
  })
  headway?: number;

  @NumberMetric({
    titles: titles('Length of the queue', '車龍長度', '排队长度'),
    quantity: 'queueLength',
    unit: 'm',
    min: 0,
    max: 5000,
    precision: 0,
    definition: smartDataModel('Transportation', 'queueLength'),
    ...ABOUT_ROAD_USERS,
  })
  queueLength?: number;

  @Flag(
    'heavyTrafficDetected',
    talq('TrafficCounterFunction', 'heavyTrafficDetected'),
    titles('Congested', '交通擠塞', '交通拥堵'),
  )
  congested?: boolean;

  @Flag(
    'wrongWayDetected',
    talq('TrafficCounterFunction', 'trafficDirection'),
    titles('Vehicle in the wrong direction', '車輛逆線行駛', '车辆逆行'),
  )
  wrongWay?: boolean;
}

export const trafficDetector = defineKind({
  name: 'traffic-detector',
  titles: titles('Traffic detector', '交通探測器', '交通检测器'),
  description: titles(
    'Counts vehicles and measures speed and queues of one direction of a road.',
    '點算道路一個方向的車輛，並量度車速及車龍。',
    '统计道路一个方向的车辆，并测量车速及排队长度。',
  ),
  department: 'td',
  intervalMs: 60_000,
  payload: TrafficDetectorPayload,
  simulate: simulateTrafficDetector,
  alarms: [
    isTrue(
      'traffic-detector-wrong-way',
      'critical',
      'wrongWay',
      0,
      titles('Vehicle in the wrong direction', '有車輛逆線行駛', '有车辆逆行'),
      titles(
        'Tell the police traffic control at once and set the signs upstream to slow.',
        '立即通知警方交通控制中心，並將上游資訊牌設為慢駛。',
        '立即通知警方交通控制中心，并将上游信息牌设为慢行。',
      ),
    ),
    above(
      'traffic-detector-queue-long',
      'medium',
      { metric: 'queueLength', limit: 400, hysteresis: 80, holdMs: 10 * MINUTE },
      titles('Long queue', '車龍過長', '排队过长'),
      titles(
        'Look for an incident ahead; lengthen the green of the junction downstream.',
        '查看前方有否交通事故，並延長下游路口的綠燈時間。',
        '查看前方有否交通事故，并延长下游路口的绿灯时间。',
      ),
    ),
    absent('traffic-detector', 'low', 10, CHECK_SUPPLY),
  ],
});

/** Flow follows the rush hours; speed falls and the queue grows when the road is nearly full, or when something blocks it. */
function simulateTrafficDetector(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const minutes = minutesCounted(elapsed);
  const wet = context.weather.rainRate > 5 ? 0.9 : 1;
  const blocked = episode(context, 'blocked', elapsed, { perDay: 0.15, hours: 0.6 });
  const demand = clamp(streetTraffic(context) * (1 + 0.08 * context.gaussian()), 0, 1.1);
  const load = blocked ? clamp(demand * 1.8 + 0.3, 0, 1.3) : demand;
  const lanes = 2 + Math.floor(2 * trait(context, 'lanes'));
  const vehicles = Math.min(100_000, countOf(context, 16 * lanes * (blocked ? 0.4 : 1) * demand * minutes));
  const speed = within((65 - 45 * load ** 2) * wet + 2 * context.gaussian(), 4, 130, 1);
  const queueLength = load > 0.75 ? 900 * (load - 0.75) + 10 * context.gaussian() : 0;
  return {
    vehicles,
    heavyVehicles: Math.min(vehicles, countOf(context, vehicles * 0.22)),
    meanSpeed: vehicles === 0 ? 0 : speed,
    aboveSpeedLimit: within(26 * (1 - load) + 3 * context.gaussian(), 0, 100),
    laneOccupancy: within(32 * load ** 1.5 + context.gaussian(), 0, 100, 1),
    headway: within(vehicles === 0 ? 3600 : (60 * minutes * lanes) / vehicles, 0, 3600, 1),
    queueLength: within(queueLength, 0, 5000),
    congested: load > 0.8,
    wrongWay: episode(context, 'wrongWay', elapsed, { perDay: 0.003, hours: 0.03 }),
  };
}
