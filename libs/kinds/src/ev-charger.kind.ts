import { above, absent, CHECK_SUPPLY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import { ActiveEnergy, SupplyCurrent, SupplyVoltage } from './electrical-measures.js';
import type { SimulationContext } from './kind.js';
import { Flag } from './measures.js';
import { EnumMetric, IntegerMetric, NumberMetric } from './metric.decorators.js';
import { bell, clamp, elapsedHours, episode, rounded, total, trait, within } from './simulation.js';
import { simulateStop, type Stop } from './stopping-simulation.js';
import { titles } from './titles.js';
import { PARKING_RETENTION_DAYS } from './traffic-measures.js';

const PURPOSE = titles(
  'To show free chargers and to plan more of them. Neither card nor vehicle is recorded.',
  '用於顯示空置充電器及規劃增設；不記錄付款卡或車輛。',
  '用于显示空置充电桩及规划增设；不记录付款卡或车辆。',
);
const ABOUT_DRIVERS = { privacy: 'aggregate', purpose: PURPOSE, retentionDays: PARKING_RETENTION_DAYS } as const;

/** One connector of a public charger. States are those of OCPP 1.6 (ChargePointStatus). */
export class EvChargerPayload {
  @EnumMetric({
    titles: titles('State of the connector', '充電插頭狀態', '充电枪状态'),
    quantity: 'status',
    unit: '1',
    definition: smartDataModel('Transportation', 'status'),
    labels: {
      available: titles('Available', '可使用', '可使用'),
      preparing: titles('Preparing', '準備中', '准备中'),
      charging: titles('Charging', '充電中', '充电中'),
      suspended: titles('Paused', '已暫停', '已暂停'),
      finishing: titles('Finished, still plugged in', '充電完成，未拔插頭', '充电完成，未拔枪'),
      reserved: titles('Reserved', '已預約', '已预约'),
      unavailable: titles('Out of service', '暫停服務', '暂停服务'),
      faulted: titles('Faulted', '故障', '故障'),
    },
    ...ABOUT_DRIVERS,
  })
  status?: string;

  @NumberMetric({
    titles: titles('Charging power', '充電功率', '充电功率'),
    quantity: 'chargingPower',
    unit: 'kW',
    min: 0,
    max: 500,
    precision: 2,
    definition: smartDataModel('Transportation', 'instantaneousPower'),
  })
  chargingPower?: number;

  @ActiveEnergy()
  energy?: number;

  @NumberMetric({
    titles: titles('Energy of this session', '本次充電量', '本次充电量'),
    quantity: 'sessionEnergy',
    unit: 'kW.h',
    min: 0,
    max: 1000,
    precision: 3,
    definition: smartDataModel('Transportation', 'sessionEnergy'),
    ...ABOUT_DRIVERS,
  })
  sessionEnergy?: number;

  @IntegerMetric({
    titles: titles('Sessions since midnight', '當日充電次數', '当日充电次数'),
    quantity: 'chargingSessions',
    unit: '1',
    min: 0,
    max: 1000,
    definition: smartDataModel('Transportation', 'chargingSessions'),
    ...ABOUT_DRIVERS,
  })
  chargesToday?: number;

  @SupplyVoltage()
  supplyVoltage?: number;

  @SupplyCurrent(1000)
  supplyCurrent?: number;

  @NumberMetric({
    titles: titles('Temperature of the connector', '插頭溫度', '充电枪温度'),
    quantity: 'connectorTemperature',
    unit: 'Cel',
    min: -40,
    max: 200,
    precision: 1,
    definition: lwm2m(3303, 5700),
  })
  connectorTemperature?: number;

  /** Current leaks to earth: the charger has switched itself off. */
  @Flag(
    'leakageDetected',
    smartDataModel('Transportation', 'groundFailure'),
    titles('Earth fault', '接地故障', '接地故障'),
  )
  earthFault?: boolean;
}

export const evCharger = defineKind({
  name: 'ev-charger',
  titles: titles('EV charger', '電動車充電器', '电动汽车充电桩'),
  description: titles(
    'A public charger for electric vehicles: whether it is free, what it delivers, and its faults.',
    '公共電動車充電器的使用情況、輸出及故障。',
    '公共电动汽车充电桩的使用情况、输出及故障。',
  ),
  department: 'epd',
  intervalMs: 300_000,
  payload: EvChargerPayload,
  simulate: simulateEvCharger,
  alarms: [
    isTrue(
      'ev-charger-earth-fault',
      'critical',
      'earthFault',
      0,
      titles('Earth fault of the charger', '充電器接地故障', '充电桩接地故障'),
      titles(
        'Lock the charger off and send an electrician; do not reset it from here.',
        '鎖停充電器並派電工檢查，切勿遙距重置。',
        '锁停充电桩并派电工检查，切勿远程重置。',
      ),
    ),
    above(
      'ev-charger-connector-hot',
      'high',
      { metric: 'connectorTemperature', limit: 85, hysteresis: 15, holdMs: MINUTE },
      titles('Connector too hot', '充電插頭過熱', '充电枪过热'),
      titles(
        'Stop the session and have the contacts of the connector replaced.',
        '停止充電並安排更換插頭觸點。',
        '停止充电并安排更换充电枪触点。',
      ),
    ),
    absent('ev-charger', 'low', 6, CHECK_SUPPLY),
  ],
});

const RATED_KW = [7.4, 22, 50, 100] as const;

/** Vehicles come by day and after work, charge for about fifty minutes and stay a while longer. */
function simulateEvCharger(context: SimulationContext): Record<string, number | boolean | string> {
  const elapsed = elapsedHours(context);
  const rated = RATED_KW[Math.floor(RATED_KW.length * trait(context, 'rating'))]!;
  const arrivalsPerHour = 0.05 + 0.4 * bell(context.hour, 12, 3) + 0.6 * bell(context.hour, 19, 2.5);
  const stop = simulateStop(context, elapsed, { arrivalsPerHour, meanMinutes: 75 });
  const earthFault = episode(context, 'earth', elapsed, { perDay: 0.003, hours: 4 });
  const closed = episode(context, 'closed', elapsed, { perDay: 0.02, hours: 3 });
  const status = earthFault ? 'faulted' : closed ? 'unavailable' : statusOf(stop);
  const chargingPower = status === 'charging' ? rated * (0.85 + 0.1 * context.random()) : 0;
  const supplyVoltage = 221 + 2 * context.gaussian();
  const worn = episode(context, 'worn', elapsed, { perDay: 0.005, hours: 2 }) ? 45 : 0;
  return {
    status,
    chargingPower: within(chargingPower, 0, 500, 2),
    energy: rounded(total(context, 'energy', 60_000 * trait(context, 'age'), chargingPower * elapsed), 3),
    sessionEnergy: within(rated * 0.9 * clamp((stop.timeOccupied - 2) / 60, 0, 0.8), 0, 1000, 3),
    chargesToday: stop.sessionsToday,
    supplyVoltage: within(supplyVoltage, 0, 500, 1),
    supplyCurrent: within((1000 * chargingPower) / supplyVoltage, 0, 1000, 3),
    connectorTemperature: within(
      context.weather.temperature + (chargingPower > 0 ? 18 + worn : 0) + context.gaussian(),
      -40,
      200,
      1,
    ),
    earthFault,
  };
}

function statusOf({ occupied, timeOccupied }: Stop): string {
  if (!occupied) return 'available';
  if (timeOccupied < 2) return 'preparing';
  return timeOccupied <= 50 ? 'charging' : 'finishing';
}
