import { lwm2m } from './definitions.js';
import { Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Road users as totals and means (uCIFI 3432 and 3431, TALQ TrafficCounterFunction and ParkingSensorFunction). */

export const TRAFFIC_RETENTION_DAYS = 1096;
export const PARKING_RETENTION_DAYS = 731;

/** Vehicles that passed since the last reading. */
export const Vehicles = (): PropertyDecorator =>
  IntegerMetric({
    titles: titles('Vehicles passing', '車流', '车流'),
    quantity: 'roadUserNumber',
    unit: '1',
    min: 0,
    max: 100_000,
    definition: lwm2m(3432, 7),
    privacy: 'aggregate',
    purpose: titles(
      'To plan and manage traffic. No number plates and no pictures; only totals are kept.',
      '用於規劃及管理交通；不記錄車牌或影像，只保存總數。',
      '用于规划及管理交通；不记录车牌或影像，只保存总数。',
    ),
    retentionDays: TRAFFIC_RETENTION_DAYS,
  });

export const MeanVehicleSpeed = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Mean vehicle speed', '平均車速', '平均车速'),
    quantity: 'averageSpeed',
    unit: 'km/h',
    min: 0,
    max: 250,
    precision: 1,
    definition: lwm2m(3432, 10),
    privacy: 'aggregate',
    purpose: titles(
      'To find congestion. A mean over all vehicles; never the speed of one.',
      '用於偵測擠塞；只計算所有車輛的平均值，不記錄個別車輛。',
      '用于侦测拥堵；只计算所有车辆的平均值，不记录个别车辆。',
    ),
    retentionDays: TRAFFIC_RETENTION_DAYS,
  });

export const PARKING_PURPOSE = titles(
  'To show free spaces and to plan parking. It is known that a vehicle stands there, never which one.',
  '用於顯示空置泊位及規劃泊車設施；只知有否車輛停泊，不識別車輛。',
  '用于显示空置车位及规划停车设施；只知有否车辆停放，不识别车辆。',
);

/** A vehicle stands on the space or bay. */
export const Occupied = (): PropertyDecorator =>
  Flag('occupancy', lwm2m(3431, 1), titles('Occupied', '已佔用', '已占用'), {
    privacy: 'aggregate',
    purpose: PARKING_PURPOSE,
    retentionDays: PARKING_RETENTION_DAYS,
  });

/** Time for which the vehicle that stands there has stood, 0 when there is none. */
export const TimeOccupied = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Time occupied', '佔用時間', '占用时间'),
    quantity: 'duration',
    unit: 'min',
    min: 0,
    max: 100_000,
    precision: 0,
    definition: lwm2m(3431, 2),
    privacy: 'aggregate',
    purpose: PARKING_PURPOSE,
    retentionDays: PARKING_RETENTION_DAYS,
  });
