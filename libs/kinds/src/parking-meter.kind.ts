import { absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { EnumMetric, IntegerMetric, NumberMetric } from './metric.decorators.js';
import { streetTraffic } from './outdoor-simulation.js';
import { batteryLeft, elapsedHours, episode, rounded, total, trait } from './simulation.js';
import { simulateStop } from './stopping-simulation.js';
import { Tampered } from './structure-measures.js';
import { titles } from './titles.js';
import { PARKING_RETENTION_DAYS } from './traffic-measures.js';

/** Dollars for a quarter of an hour. */
const PRICE_HKD = 4;
const LONGEST_MINUTES = 120;

/** A meter that takes cards and telephones. Amounts leave it; card numbers and number plates do not. */
export class ParkingMeterPayload {
  @EnumMetric({
    titles: titles('State of the meter', '收費錶狀態', '收费表状态'),
    quantity: 'meterState',
    unit: '1',
    definition: smartDataModel('Parking', 'status'),
    labels: {
      idle: titles('Not in use', '未使用', '未使用'),
      paid: titles('Paid', '已付費', '已付费'),
      expired: titles('Time has run out', '已逾時', '已超时'),
      free: titles('No charge at this hour', '免費時段', '免费时段'),
    },
  })
  state?: string;

  @NumberMetric({
    titles: titles('Paid time left', '剩餘已付時間', '剩余已付时间'),
    quantity: 'paidTimeLeft',
    unit: 'min',
    min: 0,
    max: 1440,
    precision: 0,
    definition: lwm2m(3431, 2),
    privacy: 'aggregate',
    purpose: titles(
      'To show when a space falls free. Nothing tells who paid or for which vehicle.',
      '用於顯示車位何時空出；不記錄付款人或車輛。',
      '用于显示车位何时空出；不记录付款人或车辆。',
    ),
    retentionDays: PARKING_RETENTION_DAYS,
  })
  paidTimeLeft?: number;

  @NumberMetric({
    titles: titles('Takings', '累計收入', '累计收入'),
    quantity: 'takings',
    unit: '{HKD}',
    min: 0,
    max: 1_000_000_000,
    precision: 0,
    definition: smartDataModel('Parking', 'priceRatePerMinute'),
    cumulative: true,
  })
  takings?: number;

  @IntegerMetric({
    titles: titles('Payments', '累計付款次數', '累计付款次数'),
    quantity: 'payments',
    unit: '1',
    min: 0,
    max: 100_000_000,
    definition: smartDataModel('Parking', 'acceptedPaymentMethod'),
    cumulative: true,
  })
  payments?: number;

  @Flag('cardReaderFailure', lwm2m(3, 11), titles('Card reader fault', '讀卡器故障', '读卡器故障'))
  readerFault?: boolean;

  @Flag('displayFailure', lwm2m(3341, 5527), titles('Display fault', '顯示屏故障', '显示屏故障'))
  displayFault?: boolean;

  @Tampered()
  tampered?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const parkingMeter = defineKind({
  name: 'parking-meter',
  titles: titles('Parking meter', '停車收費錶', '停车收费表'),
  description: titles(
    'Takes payment for parking spaces and reports its takings and faults.',
    '收取泊車費用，並回報收入及故障的收費錶。',
    '收取停车费用，并上报收入及故障的收费表。',
  ),
  department: 'td',
  intervalMs: 600_000,
  payload: ParkingMeterPayload,
  simulate: simulateParkingMeter,
  alarms: [
    isTrue(
      'parking-meter-reader-fault',
      'medium',
      'readerFault',
      10 * MINUTE,
      titles('Card reader fault', '讀卡器故障', '读卡器故障'),
      titles(
        'Show the meter as out of order in the app and order a repair.',
        '在應用程式顯示該收費錶暫停服務，並安排維修。',
        '在应用程序显示该收费表暂停服务，并安排维修。',
      ),
    ),
    isTrue(
      'parking-meter-display-fault',
      'low',
      'displayFault',
      30 * MINUTE,
      titles('Display fault', '顯示屏故障', '显示屏故障'),
      titles('Order a repair within two days.', '於兩日內安排維修。', '于两日内安排维修。'),
    ),
    isTrue(
      'parking-meter-tampered',
      'high',
      'tampered',
      MINUTE,
      titles('Meter tampered with', '收費錶遭破壞', '收费表遭破坏'),
      titles(
        'Stop card payments at this meter and send a crew: a skimmer may have been fitted.',
        '停用該收費錶的讀卡功能並派員檢查，或有人加裝盜取資料裝置。',
        '停用该收费表的读卡功能并派员检查，可能有人加装盗取资料装置。',
      ),
    ),
    batteryLow('parking-meter'),
    absent('parking-meter', 'low', 6, CHECK_GATEWAY),
  ],
});

/** Charges from eight to midnight; most pay for the time that they stay, some do not. */
function simulateParkingMeter(context: SimulationContext): Record<string, number | boolean | string> {
  const elapsed = elapsedHours(context);
  const charged = context.hour >= 8;
  const before = context.memory.get('stops') ?? 0;
  const stop = simulateStop(context, elapsed, {
    arrivalsPerHour: 0.2 + 1.6 * streetTraffic(context),
    meanMinutes: 70,
  });
  const arrived = stop.sessionsToday > before && charged;
  if (arrived) context.memory.set('paidFor', 15 * (1 + Math.floor(context.random() * (LONGEST_MINUTES / 15))));
  const paidFor = context.memory.get('paidFor') ?? 60;
  const left = stop.occupied && charged ? Math.max(0, paidFor - stop.timeOccupied) : 0;
  const age = trait(context, 'age');
  return {
    state: !charged ? 'free' : !stop.occupied ? 'idle' : left > 0 ? 'paid' : 'expired',
    paidTimeLeft: left,
    takings: rounded(total(context, 'takings', Math.round(60_000 * age), arrived ? (PRICE_HKD * paidFor) / 15 : 0), 0),
    payments: total(context, 'payments', Math.round(4000 * age), arrived ? 1 : 0),
    readerFault: episode(context, 'reader', elapsed, { perDay: 0.01, hours: 6 }),
    displayFault: episode(context, 'display', elapsed, { perDay: 0.01, hours: 8 }),
    tampered: episode(context, 'tampered', elapsed, { perDay: 0.002, hours: 1 }),
    battery: batteryLeft(context, elapsed, 0.2),
  };
}
