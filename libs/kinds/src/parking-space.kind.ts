import { SpacesHeard, Vacancy, VACANCY_DERIVATION } from './derivations/vacancy.derivation.js';
import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { IntegerMetric } from './metric.decorators.js';
import { streetTraffic } from './outdoor-simulation.js';
import { batteryLeft, elapsedHours, episode, trait } from './simulation.js';
import { simulateStop } from './stopping-simulation.js';
import { titles } from './titles.js';
import { Occupied, PARKING_PURPOSE, PARKING_RETENTION_DAYS, TimeOccupied } from './traffic-measures.js';

/** A magnetic and radar sensor in one parking space. Vacancy by street is derived from `occupied`. */
export class ParkingSpacePayload {
  @Occupied()
  occupied?: boolean;

  @TimeOccupied()
  timeOccupied?: number;

  @IntegerMetric({
    titles: titles('Vehicles since midnight', '當日停泊車次', '当日停放车次'),
    quantity: 'parkingSessions',
    unit: '1',
    min: 0,
    max: 2000,
    definition: talq('ParkingCameraSensorFunction', 'accumulatedParkingSessions'),
    privacy: 'aggregate',
    purpose: PARKING_PURPOSE,
    retentionDays: PARKING_RETENTION_DAYS,
  })
  sessionsToday?: number;

  /** Longer than the sign at the space allows. */
  @Flag(
    'overstayDetected',
    talq('ParkingSensorFunction', 'overstayDetected'),
    titles('Longer than allowed', '超時停泊', '超时停放'),
    { privacy: 'aggregate', purpose: PARKING_PURPOSE, retentionDays: PARKING_RETENTION_DAYS },
  )
  overstay?: boolean;

  /** The two principles of the sensor disagree, mostly because of metal or water on top of it. */
  @Flag(
    'sensorDisturbed',
    talq('ParkingSensorFunction', 'sensorType'),
    titles('Sensor disturbed', '感測器受干擾', '传感器受干扰'),
  )
  disturbed?: boolean;

  @BatteryLevel()
  battery?: number;

  @Vacancy()
  vacancy?: number;

  @SpacesHeard()
  spacesHeard?: number;
}

export const parkingSpace = defineKind({
  name: 'parking-space',
  titles: titles('Parking space', '泊車位', '停车位'),
  description: titles(
    'A sensor in the ground that tells whether a parking space is taken.',
    '藏於地面、偵測泊車位是否被佔用的感測器。',
    '埋于地面、侦测停车位是否被占用的传感器。',
  ),
  department: 'td',
  intervalMs: 900_000,
  payload: ParkingSpacePayload,
  derivations: [VACANCY_DERIVATION],
  simulate: simulateParkingSpace,
  alarms: [
    above(
      'parking-space-abandoned',
      'low',
      { metric: 'timeOccupied', limit: 7 * 24 * 60, hysteresis: 60, holdMs: 0 },
      titles('Not moved for a week', '停泊逾一星期', '停放超过一周'),
      titles(
        'Send a warden: the vehicle may be abandoned, or the sensor stuck.',
        '派交通督導員查看：車輛或已被棄置，或感測器失靈。',
        '派交通督导员查看：车辆或已被弃置，或传感器失灵。',
      ),
    ),
    isTrue(
      'parking-space-disturbed',
      'low',
      'disturbed',
      60 * MINUTE,
      titles('Sensor disturbed', '感測器受干擾', '传感器受干扰'),
      titles(
        'Show the space as unknown; have the sensor cleaned and calibrated with the space empty.',
        '將該車位顯示為狀況不明，並安排清潔及在空位時校準。',
        '将该车位显示为状况不明，并安排清洁及在空位时校准。',
      ),
    ),
    batteryLow('parking-space'),
    absent('parking-space', 'low', 8, CHECK_GATEWAY),
  ],
});

/** Vehicles come when the street is busy and stay about an hour; at night the neighbours stay until morning. */
function simulateParkingSpace(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const night = context.hour < 7 || context.hour > 22;
  const stop = simulateStop(context, elapsed, {
    arrivalsPerHour: (night ? 0.15 : 0.3 + 1.6 * streetTraffic(context)) * (0.5 + trait(context, 'demand')),
    meanMinutes: night ? 300 : 65,
  });
  return {
    ...stop,
    overstay: stop.timeOccupied > 120 && !night,
    disturbed: episode(context, 'disturbed', elapsed, { perDay: 0.02, hours: 3 }),
    battery: batteryLeft(context, elapsed, 0.05),
  };
}
