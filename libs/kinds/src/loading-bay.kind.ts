import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { IntegerMetric } from './metric.decorators.js';
import { batteryLeft, bell, elapsedHours, episode, trait } from './simulation.js';
import { simulateStop } from './stopping-simulation.js';
import { titles } from './titles.js';
import { Occupied, PARKING_RETENTION_DAYS, TimeOccupied } from './traffic-measures.js';

const PURPOSE = titles(
  'To find streets where stopping blocks traffic. Radar sees that a vehicle stands there, never which one; no fines follow from it.',
  '用於找出因違例停車而阻塞的街道；雷達只知有車輛停留，不識別車輛，亦不作檢控。',
  '用于找出因违例停车而堵塞的街道；雷达只知有车辆停留，不识别车辆，也不作处罚依据。',
);
const ABOUT_DRIVERS = { privacy: 'aggregate', purpose: PURPOSE, retentionDays: PARKING_RETENTION_DAYS } as const;

/** A radar at a loading bay: who stands in it, how long, and whether the lane beside it is blocked. */
export class LoadingBayPayload {
  @Occupied()
  occupied?: boolean;

  @TimeOccupied()
  timeOccupied?: number;

  @Flag('forbiddenParkingDetected', lwm2m(3431, 4), titles('Illegal stopping', '違例停車', '违例停车'), ABOUT_DRIVERS)
  illegalStop?: boolean;

  @IntegerMetric({
    titles: titles('Illegal stops since midnight', '當日違例停車次數', '当日违例停车次数'),
    quantity: 'forbiddenParkingCount',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: lwm2m(3431, 4),
    ...ABOUT_DRIVERS,
  })
  illegalStopsToday?: number;

  /** A vehicle stands in the lane next to the bay. */
  @Flag(
    'blockingVehicleDetected',
    talq('ParkingCameraSensorFunction', 'blockingVehicleDetected'),
    titles('Lane blocked', '行車線受阻', '车道受阻'),
    ABOUT_DRIVERS,
  )
  laneBlocked?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const loadingBay = defineKind({
  name: 'loading-bay',
  titles: titles('Loading bay', '上落貨區', '装卸货区'),
  description: titles(
    'Tells whether a loading bay is taken, for how long, and whether vehicles stop where they must not.',
    '偵測上落貨區的佔用情況及時間，以及有否違例停車。',
    '侦测装卸货区的占用情况及时间，以及有无违例停车。',
  ),
  department: 'td',
  intervalMs: 300_000,
  payload: LoadingBayPayload,
  simulate: simulateLoadingBay,
  alarms: [
    isTrue(
      'loading-bay-lane-blocked',
      'medium',
      'laneBlocked',
      5 * MINUTE,
      titles('Lane blocked by a stopped vehicle', '停車阻塞行車線', '停车堵塞车道'),
      titles(
        'Ask a traffic warden to go there; warn buses of the route.',
        '要求交通督導員到場，並通知途經的巴士。',
        '要求交通督导员到场，并通知途经的公交车。',
      ),
    ),
    above(
      'loading-bay-overstayed',
      'low',
      { metric: 'timeOccupied', limit: 60, hysteresis: 5, holdMs: 0 },
      titles('Stands longer than an hour', '佔用逾一小時', '占用超过一小时'),
      titles(
        'Ask a traffic warden to look: the bay may be used for parking.',
        '要求交通督導員查看，該區或被用作泊車。',
        '要求交通督导员查看，该区可能被用作停车。',
      ),
    ),
    batteryLow('loading-bay'),
    absent('loading-bay', 'low', 8, CHECK_GATEWAY),
  ],
});

/** Goods come in the morning and before dinner; when the bay is full, some stop in the lane. */
function simulateLoadingBay(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const demand =
    (0.1 + bell(context.hour, 9.5, 2) + 0.6 * bell(context.hour, 15.5, 2)) * (0.5 + trait(context, 'shops'));
  const { occupied, timeOccupied } = simulateStop(context, elapsed, { arrivalsPerHour: 3 * demand, meanMinutes: 16 });
  const perDay = (occupied ? 14 : 2) * demand;
  const illegalStop = episode(context, 'illegal', elapsed, { perDay, hours: 0.12 });
  return {
    occupied,
    timeOccupied,
    illegalStop,
    illegalStopsToday: illegalStops(context, illegalStop),
    laneBlocked: illegalStop && trait(context, 'narrow') > 0.4,
    battery: batteryLeft(context, elapsed, 0.3),
  };
}

function illegalStops({ memory }: SimulationContext, stopped: boolean): number {
  const day = memory.get('stopDay') ?? 0;
  if (memory.get('illegalDay') !== day) memory.set('illegalDay', day).set('illegalStops', 0);
  const started = stopped && memory.get('wasIllegal') !== 1;
  memory.set('wasIllegal', stopped ? 1 : 0);
  const stops = (memory.get('illegalStops') ?? 0) + (started ? 1 : 0);
  memory.set('illegalStops', stops);
  return stops;
}
