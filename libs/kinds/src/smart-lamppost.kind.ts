import { climateForecast, lwm2m, smartDataModel } from './definitions.js';
import { defineKind } from './define-kind.js';
import { AirTemperature, PeopleCount, Pollutant, RelativeHumidity } from './measures.js';
import { BooleanMetric, IntegerMetric, NumberMetric } from './metric.decorators.js';
import { SMART_LAMPPOST_ALARMS } from './smart-lamppost.alarms.js';
import { simulateSmartLamppost } from './smart-lamppost.simulation.js';
import { titles } from './titles.js';

/** What a smart lamppost reports: the weather, the air, the street, and the lamp itself. */
export class SmartLamppostPayload {
  @AirTemperature()
  temperature?: number;

  @RelativeHumidity()
  humidity?: number;

  @NumberMetric({
    titles: titles('Air pressure', '氣壓', '气压'),
    quantity: 'atmosphericPressure',
    unit: 'hPa',
    min: 850,
    max: 1100,
    precision: 1,
    definition: climateForecast('air_pressure'),
  })
  pressure?: number;

  /** Ten-minute mean, as the Observatory reports it. */
  @NumberMetric({
    titles: titles('Wind speed', '風速', '风速'),
    quantity: 'windSpeed',
    unit: 'm/s',
    min: 0,
    max: 90,
    precision: 1,
    definition: climateForecast('wind_speed'),
  })
  windSpeed?: number;

  @NumberMetric({
    titles: titles('Wind direction', '風向', '风向'),
    quantity: 'windDirection',
    unit: 'deg',
    min: 0,
    max: 360,
    precision: 0,
    definition: climateForecast('wind_from_direction'),
  })
  windDirection?: number;

  @NumberMetric({
    titles: titles('Rainfall rate', '降雨率', '降雨率'),
    quantity: 'precipitationRate',
    unit: 'mm/h',
    min: 0,
    max: 500,
    precision: 1,
    definition: climateForecast('rainfall_rate'),
  })
  rainfall?: number;

  @Pollutant(6001, 'pm2.5', ['PM2.5', '微細懸浮粒子 (PM2.5)', '微细悬浮粒子 (PM2.5)'], 1000)
  pm25?: number;

  @Pollutant(5, 'pm10', ['PM10', '可吸入懸浮粒子 (PM10)', '可吸入悬浮粒子 (PM10)'], 2000)
  pm10?: number;

  @Pollutant(8, 'no2', ['Nitrogen dioxide', '二氧化氮', '二氧化氮'], 2000)
  no2?: number;

  @Pollutant(7, 'o3', ['Ozone', '臭氧', '臭氧'], 2000)
  o3?: number;

  @Pollutant(1, 'so2', ['Sulphur dioxide', '二氧化硫', '二氧化硫'], 5000)
  so2?: number;

  @Pollutant(10, 'co', ['Carbon monoxide', '一氧化碳', '一氧化碳'], 100_000)
  co?: number;

  @NumberMetric({
    titles: titles('Noise level (LAeq)', '噪音聲級 (LAeq)', '噪声声级 (LAeq)'),
    quantity: 'LAeq',
    unit: 'dB[SPL]',
    min: 20,
    max: 140,
    precision: 1,
    definition: smartDataModel('Environment', 'LAeq'),
  })
  noise?: number;

  /** Vehicles that passed since the last reading. */
  @IntegerMetric({
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
    retentionDays: 1096,
  })
  vehicles?: number;

  @PeopleCount()
  people?: number;

  @NumberMetric({
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
    retentionDays: 1096,
  })
  meanSpeed?: number;

  @NumberMetric({
    titles: titles('Illuminance', '照度', '照度'),
    quantity: 'lightLevel',
    unit: 'lx',
    min: 0,
    max: 200_000,
    precision: 0,
    definition: smartDataModel('Environment', 'illuminance'),
  })
  illuminance?: number;

  /** What the lamp does, not what it was told to do (TALQ LampActuatorFunction.actualLightState). */
  @NumberMetric({
    titles: titles('Light output', '亮燈水平', '亮灯水平'),
    quantity: 'actualLightState',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3416, 3),
  })
  dimLevel?: number;

  @NumberMetric({
    titles: titles('Lamp power', '燈具功率', '灯具功率'),
    quantity: 'activePower',
    unit: 'W',
    min: 0,
    max: 2000,
    precision: 1,
    definition: lwm2m(3416, 46),
  })
  lampPower?: number;

  @NumberMetric({
    titles: titles('Energy used', '累計用電量', '累计用电量'),
    quantity: 'activeEnergy',
    unit: 'kW.h',
    min: 0,
    max: 10_000_000,
    precision: 3,
    definition: lwm2m(3418, 6),
    cumulative: true,
  })
  energy?: number;

  @BooleanMetric({
    titles: titles('Lamp fault', '燈具故障', '灯具故障'),
    quantity: 'lampFailure',
    unit: '1',
    definition: lwm2m(3416, 5),
  })
  lampFault?: boolean;

  @BooleanMetric({
    titles: titles('Driver fault', '驅動器故障', '驱动器故障'),
    quantity: 'controlGearFailure',
    unit: '1',
    definition: lwm2m(3416, 7),
  })
  driverFault?: boolean;

  /** Angle between the post and the vertical. */
  @NumberMetric({
    titles: titles('Tilt', '傾斜角度', '倾斜角度'),
    quantity: 'angle',
    unit: 'deg',
    min: 0,
    max: 180,
    precision: 1,
    definition: lwm2m(3429, 1),
  })
  tilt?: number;

  @BooleanMetric({
    titles: titles('Door open', '燈柱門開啟', '灯柱门开启'),
    quantity: 'cabinetDoorOpen',
    unit: '1',
    definition: smartDataModel('Device', 'doorOpen'),
  })
  doorOpen?: boolean;

  @BooleanMetric({
    titles: titles('Mains present', '市電供應', '市电供应'),
    quantity: 'mainsPresent',
    unit: '1',
    definition: lwm2m(3411, 9),
  })
  mainsPresent?: boolean;

  /** Band of the Air Quality Health Index, 1 to 10; 11 stands for 10+. See `aqhi.ts`. */
  @IntegerMetric({
    titles: titles('Air Quality Health Index', '空氣質素健康指數', '空气质素健康指数'),
    quantity: 'airQualityHealthIndex',
    unit: '1',
    min: 1,
    max: 11,
    definition: 'https://www.aqhi.gov.hk/en/what-is-aqhi/about-aqhi.html',
    derived: true,
  })
  aqhi?: number;
}

export const smartLamppost = defineKind({
  name: 'smart-lamppost',
  titles: titles('Smart lamppost', '智慧燈柱', '智慧灯柱'),
  description: titles(
    'A lamppost that measures weather, air, noise and traffic, and reports on its lamp.',
    '監測天氣、空氣、噪音及交通，並回報燈具狀況的燈柱。',
    '监测天气、空气、噪声及交通，并回报灯具状况的灯柱。',
  ),
  department: 'hyd',
  intervalMs: 60_000,
  payload: SmartLamppostPayload,
  simulate: simulateSmartLamppost,
  alarms: SMART_LAMPPOST_ALARMS,
});
