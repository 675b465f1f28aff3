import { climateForecast, lwm2m, smartDataModel } from './definitions.js';
import { defineKind } from './define-kind.js';
import { AirTemperature, PeopleCount, Pollutant, RelativeHumidity } from './measures.js';
import { BooleanMetric, IntegerMetric, NumberMetric } from './metric.decorators.js';
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
  alarms: [
    {
      id: 'smart-lamppost-pm25-high',
      type: 'threshold',
      titles: titles('PM2.5 above the limit', 'PM2.5 超出上限', 'PM2.5 超出上限'),
      severity: 'high',
      metric: 'pm25',
      when: 'above',
      limit: 75,
      hysteresis: 10,
      // Sensors of the posts already report means over a minute; the public stream shall show an episode at once.
      onDelayMs: 0,
      offDelayMs: 0,
      advice: titles(
        'Compare with the neighbouring posts. If they agree, look for a fire or roadworks upwind and tell EPD; if not, have the inlet cleaned.',
        '與鄰近燈柱比較。若讀數相近，查看上風處有否火警或路面工程並通知環保署；否則安排清潔進氣口。',
        '与邻近灯柱比较。若读数相近，查看上风处有否火警或路面工程并通知环保署；否则安排清洁进气口。',
      ),
    },
    {
      id: 'smart-lamppost-aqhi-very-high',
      type: 'threshold',
      titles: titles(
        'Air Quality Health Index very high',
        '空氣質素健康指數達「甚高」',
        '空气质素健康指数达「甚高」级别',
      ),
      severity: 'high',
      metric: 'aqhi',
      when: 'above',
      limit: 7,
      hysteresis: 1,
      onDelayMs: 0,
      offDelayMs: 0,
      advice: titles(
        'Follow the health advice of the index; tell schools and outdoor work teams of the district.',
        '依照指數的健康忠告，通知區內學校及戶外工作隊伍。',
        '依照指数的健康忠告，通知区内学校及户外工作队伍。',
      ),
    },
    {
      id: 'smart-lamppost-noise-high',
      type: 'threshold',
      titles: titles('Noise above the limit', '噪音超出上限', '噪声超出上限'),
      severity: 'low',
      metric: 'noise',
      when: 'above',
      limit: 85,
      hysteresis: 3,
      onDelayMs: 600_000,
      offDelayMs: 300_000,
      advice: titles(
        'Look for a permit for works at this place; if there is none, pass it to EPD.',
        '查核該處有否建築噪音許可證；如沒有，轉交環保署跟進。',
        '查核该处有否建筑噪声许可证；如没有，转交环保署跟进。',
      ),
    },
    {
      id: 'smart-lamppost-wind-strong',
      type: 'threshold',
      titles: titles('Strong wind', '強風', '强风'),
      severity: 'medium',
      metric: 'windSpeed',
      when: 'above',
      // 41 km/h sustained is where the Observatory's strong wind signal begins.
      limit: 11.4,
      hysteresis: 2,
      onDelayMs: 300_000,
      offDelayMs: 600_000,
      advice: titles(
        "Hold works at height in the area and check the Observatory's warnings.",
        '暫停附近的高空工作，並留意天文台的警告。',
        '暂停附近的高空作业，并留意天文台的警告。',
      ),
    },
    {
      id: 'smart-lamppost-lamp-fault',
      type: 'threshold',
      titles: titles('Lamp fault', '燈具故障', '灯具故障'),
      severity: 'medium',
      metric: 'lampFault',
      when: 'above',
      limit: 0.5,
      hysteresis: 0,
      onDelayMs: 60_000,
      offDelayMs: 60_000,
      advice: titles(
        'Order a lamp repair. If several posts of one feeder report it, check the feeder first.',
        '安排維修燈具。若同一饋線有多支燈柱報錯，先檢查饋線。',
        '安排维修灯具。若同一馈线有多支灯柱报错，先检查馈线。',
      ),
    },
    {
      id: 'smart-lamppost-driver-fault',
      type: 'threshold',
      titles: titles('Driver fault', '驅動器故障', '驱动器故障'),
      severity: 'medium',
      metric: 'driverFault',
      when: 'above',
      limit: 0.5,
      hysteresis: 0,
      onDelayMs: 60_000,
      offDelayMs: 60_000,
      advice: titles('Order a new driver.', '安排更換驅動器。', '安排更换驱动器。'),
    },
    {
      id: 'smart-lamppost-tilt',
      type: 'threshold',
      titles: titles('Post is leaning', '燈柱傾斜', '灯柱倾斜'),
      severity: 'critical',
      metric: 'tilt',
      when: 'above',
      limit: 8,
      hysteresis: 2,
      onDelayMs: 10_000,
      offDelayMs: 60_000,
      advice: titles(
        'A vehicle may have hit the post: send a crew to cordon it off, and cut its supply.',
        '燈柱可能被車輛撞擊：派員到場圍封並切斷電源。',
        '灯柱可能被车辆撞击：派员到场围封并切断电源。',
      ),
    },
    {
      id: 'smart-lamppost-door-open',
      type: 'threshold',
      titles: titles('Door open', '燈柱門開啟', '灯柱门开启'),
      severity: 'high',
      metric: 'doorOpen',
      when: 'above',
      limit: 0.5,
      hysteresis: 0,
      onDelayMs: 30_000,
      offDelayMs: 30_000,
      advice: titles(
        'Check whether a crew is on site; if not, send one: live parts may be in reach.',
        '核實有否人員在場；如沒有，派員檢查，內有帶電部件。',
        '核实有否人员在场；如没有，派员检查，内有带电部件。',
      ),
    },
    {
      id: 'smart-lamppost-mains-lost',
      type: 'threshold',
      titles: titles('Mains lost', '市電中斷', '市电中断'),
      severity: 'high',
      metric: 'mainsPresent',
      when: 'below',
      limit: 0.5,
      hysteresis: 0,
      onDelayMs: 30_000,
      offDelayMs: 30_000,
      advice: titles(
        'The post runs on its battery. Check the feeder and ask the power company.',
        '燈柱正以電池供電。檢查饋線並向電力公司查詢。',
        '灯柱正以电池供电。检查馈线并向电力公司查询。',
      ),
    },
    {
      id: 'smart-lamppost-absent',
      type: 'absence',
      titles: titles('No data', '沒有數據', '没有数据'),
      severity: 'medium',
      intervals: 5,
      advice: titles(
        'Check the mains and the network of the post; compare with its neighbours.',
        '檢查燈柱的供電及網絡，並與鄰近燈柱比較。',
        '检查灯柱的供电及网络，并与邻近灯柱比较。',
      ),
    },
  ],
});
