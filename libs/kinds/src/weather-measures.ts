import { climateForecast } from './definitions.js';
import { NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Weather as every outdoor kind reports it; quantities of TALQ's Atmospheric, Wind and Precipitation functions. */

export const AirPressure = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Air pressure', '氣壓', '气压'),
    quantity: 'atmosphericPressure',
    unit: 'hPa',
    min: 850,
    max: 1100,
    precision: 1,
    definition: climateForecast('air_pressure'),
  });

/** Ten-minute mean, as the Observatory reports it. */
export const WindSpeed = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Wind speed', '風速', '风速'),
    quantity: 'windSpeed',
    unit: 'm/s',
    min: 0,
    max: 90,
    precision: 1,
    definition: climateForecast('wind_speed'),
  });

export const WindDirection = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Wind direction', '風向', '风向'),
    quantity: 'windDirection',
    unit: 'deg',
    min: 0,
    max: 360,
    precision: 0,
    definition: climateForecast('wind_from_direction'),
  });

export const RainfallRate = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Rainfall rate', '降雨率', '降雨率'),
    quantity: 'precipitationRate',
    unit: 'mm/h',
    min: 0,
    max: 500,
    precision: 1,
    definition: climateForecast('rainfall_rate'),
  });

/** Rain of the last 24 hours. The record of the Observatory's headquarters for a day is 534.1 mm (19 July 1926). */
export const RainfallOfDay = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Rainfall in 24 hours', '24 小時雨量', '24 小时雨量'),
    quantity: 'accumulatedPrecipitation',
    unit: 'mm',
    min: 0,
    max: 2000,
    precision: 1,
    definition: climateForecast('rainfall_amount'),
  });
