import { lwm2m, smartDataModel } from './definitions.js';
import { Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Bins of any sort (uCIFI 3435, TALQ FillingLevelSensorFunction, Smart Data Models WasteContainer). */

export const FillLevel = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Fill level', '滿載程度', '填满程度'),
    quantity: 'fillingPercentage',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3435, 2),
  });

/** Inside the container: waste that smoulders shows here first. */
export const ContainerTemperature = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Temperature inside', '桶內溫度', '桶内温度'),
    quantity: 'containerTemperature',
    unit: 'Cel',
    min: -40,
    max: 200,
    precision: 1,
    definition: smartDataModel('WasteManagement', 'temperature'),
  });

export const Overturned = (): PropertyDecorator =>
  Flag('containerOutOfPosition', lwm2m(3435, 13), titles('Overturned', '桶身翻倒', '桶身翻倒'));

export const LidOpen = (): PropertyDecorator =>
  Flag('coverOpen', lwm2m(3435, 21), titles('Lid open', '桶蓋開啟', '桶盖开启'));

/** Times that it was emptied since the sensor was fitted. */
export const Collections = (): PropertyDecorator =>
  IntegerMetric({
    titles: titles('Times emptied', '清倒次數', '清倒次数'),
    quantity: 'fillingOperations',
    unit: '1',
    min: 0,
    max: 1_000_000,
    definition: lwm2m(3435, 19),
    cumulative: true,
  });
