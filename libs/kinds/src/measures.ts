import { airPollutant, climateForecast, lwm2m, smartDataModel } from './definitions.js';
import type { Titles } from './kind.js';
import { BooleanMetric, IntegerMetric, NumberMetric, type MetricOptions } from './metric.decorators.js';
import { titles } from './titles.js';

/**
 * Metrics that several kinds share, so that one name means one thing in the whole city. Quantities carry the names of
 * TALQ 2.7.1 functions where there is one, else of uCIFI's LwM2M objects.
 */

/** TALQ AtmosphericSensorFunction.airTemperature. The range is that of outdoor sensors in sun and frost. */
export const AirTemperature = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Air temperature', '氣溫', '气温'),
    quantity: 'airTemperature',
    unit: 'Cel',
    min: -40,
    max: 85,
    precision: 1,
    definition: climateForecast('air_temperature'),
  });

/** TALQ AtmosphericSensorFunction.relativeHumidity. */
export const RelativeHumidity = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Relative humidity', '相對濕度', '相对湿度'),
    quantity: 'relativeHumidity',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: climateForecast('relative_humidity'),
  });

/** uCIFI Battery (3411), resource 1. */
export const BatteryLevel = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Battery level', '電池電量', '电池电量'),
    quantity: 'batteryLevel',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3411, 1),
    retentionDays: 1096,
  });

/** Concentration in micrograms per cubic metre, by the number of the European Environment Agency's vocabulary. */
export const Pollutant = (
  pollutant: number,
  quantity: string,
  [en, traditional, simplified]: readonly [string, string, string],
  max: number,
): PropertyDecorator =>
  NumberMetric({
    titles: titles(en, traditional, simplified),
    quantity,
    unit: 'ug/m3',
    min: 0,
    max,
    precision: 1,
    definition: airPollutant(pollutant),
  });

/** People who passed since the last reading. Counted without images and without identifiers. */
export const PeopleCount = (): PropertyDecorator =>
  IntegerMetric({
    titles: titles('People passing', '人流', '人流'),
    quantity: 'numberOfPassages',
    unit: '1',
    min: 0,
    max: 100_000,
    definition: lwm2m(3434, 5),
    privacy: 'aggregate',
    purpose: titles(
      'To plan facilities and services by how busy a place is. Only totals are kept.',
      '按人流規劃設施及服務，只保存總數。',
      '按人流规划设施及服务，只保存总数。',
    ),
    retentionDays: 731,
  });

/** Something that is so or is not. */
export const Flag = (
  quantity: string,
  definition: string,
  what: Titles,
  options: Pick<MetricOptions, 'privacy' | 'purpose' | 'retentionDays'> = {},
): PropertyDecorator => BooleanMetric({ ...options, titles: what, quantity, definition, unit: '1' });

/** Water on the floor of a public place. */
export const WetFloor = (): PropertyDecorator =>
  Flag('wetFloor', smartDataModel('Device', 'waterDetected'), titles('Wet floor', '地面濕滑', '地面湿滑'));
