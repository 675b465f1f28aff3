import { airPollutant, lwm2m, smartDataModel } from './definitions.js';
import { Pollutant } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Air and noise. Pollutants of the index are in micrograms per cubic metre, gases of closed places in parts per million. */

export const Pm25 = (): PropertyDecorator =>
  Pollutant(6001, 'pm2.5', ['PM2.5', '微細懸浮粒子 (PM2.5)', '微细悬浮粒子 (PM2.5)'], 1000);
export const Pm10 = (): PropertyDecorator =>
  Pollutant(5, 'pm10', ['PM10', '可吸入懸浮粒子 (PM10)', '可吸入悬浮粒子 (PM10)'], 2000);
export const NitrogenDioxide = (): PropertyDecorator =>
  Pollutant(8, 'no2', ['Nitrogen dioxide', '二氧化氮', '二氧化氮'], 2000);
export const Ozone = (): PropertyDecorator => Pollutant(7, 'o3', ['Ozone', '臭氧', '臭氧'], 2000);
export const SulphurDioxide = (): PropertyDecorator =>
  Pollutant(1, 'so2', ['Sulphur dioxide', '二氧化硫', '二氧化硫'], 5000);
export const CarbonMonoxide = (): PropertyDecorator =>
  Pollutant(10, 'co', ['Carbon monoxide', '一氧化碳', '一氧化碳'], 100_000);

/** Band of the Air Quality Health Index, 1 to 10; 11 stands for 10+. See `aqhi.ts`. */
export const AirQualityHealthIndex = (): PropertyDecorator =>
  IntegerMetric({
    titles: titles('Air Quality Health Index', '空氣質素健康指數', '空气质素健康指数'),
    quantity: 'airQualityHealthIndex',
    unit: '1',
    min: 1,
    max: 11,
    definition: 'https://www.aqhi.gov.hk/en/what-is-aqhi/about-aqhi.html',
    derived: true,
  });

/** Odour is noticed from about 0.1 ppm. */
export const Ammonia = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Ammonia', '氨', '氨气'),
    quantity: 'nh3',
    unit: '[ppm]',
    min: 0,
    max: 100,
    precision: 2,
    definition: airPollutant(35),
  });

/** Up to the range of a sewer's sensor; 100 ppm is immediately dangerous to life (NIOSH). */
export const HydrogenSulphide = (max = 100): PropertyDecorator =>
  NumberMetric({
    titles: titles('Hydrogen sulphide', '硫化氫', '硫化氢'),
    quantity: 'h2s',
    unit: '[ppm]',
    min: 0,
    max,
    precision: 3,
    definition: airPollutant(11),
  });

export const CarbonDioxide = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Carbon dioxide', '二氧化碳', '二氧化碳'),
    quantity: 'co2',
    unit: '[ppm]',
    min: 0,
    max: 50_000,
    precision: 0,
    definition: lwm2m(3428, 17),
  });

/** A-weighted equivalent level since the last reading. No sound is kept. */
export const NoiseLevel = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Noise level (LAeq)', '噪音聲級 (LAeq)', '噪声声级 (LAeq)'),
    quantity: 'LAeq',
    unit: 'dB[SPL]',
    min: 20,
    max: 140,
    precision: 1,
    definition: smartDataModel('Environment', 'LAeq'),
  });
