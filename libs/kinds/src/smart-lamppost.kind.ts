import { AQHI_DERIVATION } from './derivations/aqhi.derivation.js';
import { DayBurningHours, LAMP_HOURS_DERIVATION, LampHours } from './derivations/lamp-hours.derivation.js';
import { NOISE_DERIVATIONS, NoiseDay, NoiseEvening, NoiseNight } from './derivations/noise.derivation.js';
import {
  AirQualityHealthIndex,
  CarbonMonoxide,
  NitrogenDioxide,
  NoiseLevel,
  Ozone,
  Pm10,
  Pm25,
  SulphurDioxide,
} from './air-measures.js';
import { smartDataModel } from './definitions.js';
import { defineKind } from './define-kind.js';
import { ActiveEnergy, MainsPresent } from './electrical-measures.js';
import { DriverFault, LampFault, LampPower, LightOutput } from './lamp-measures.js';
import { AirTemperature, PeopleCount, RelativeHumidity } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { SMART_LAMPPOST_ALARMS } from './smart-lamppost.alarms.js';
import { simulateSmartLamppost } from './smart-lamppost.simulation.js';
import { DoorOpen, Tilt } from './structure-measures.js';
import { titles } from './titles.js';
import { MeanVehicleSpeed, Vehicles } from './traffic-measures.js';
import { AirPressure, RainfallRate, WindDirection, WindSpeed } from './weather-measures.js';

/** What a smart lamppost reports: the weather, the air, the street, and the lamp itself. */
export class SmartLamppostPayload {
  @AirTemperature()
  temperature?: number;

  @RelativeHumidity()
  humidity?: number;

  @AirPressure()
  pressure?: number;

  @WindSpeed()
  windSpeed?: number;

  @WindDirection()
  windDirection?: number;

  @RainfallRate()
  rainfall?: number;

  @Pm25()
  pm25?: number;

  @Pm10()
  pm10?: number;

  @NitrogenDioxide()
  no2?: number;

  @Ozone()
  o3?: number;

  @SulphurDioxide()
  so2?: number;

  @CarbonMonoxide()
  co?: number;

  @NoiseLevel()
  noise?: number;

  @Vehicles()
  vehicles?: number;

  @PeopleCount()
  people?: number;

  @MeanVehicleSpeed()
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

  @LightOutput()
  dimLevel?: number;

  @LampPower()
  lampPower?: number;

  @ActiveEnergy()
  energy?: number;

  @LampFault()
  lampFault?: boolean;

  @DriverFault()
  driverFault?: boolean;

  @Tilt()
  tilt?: number;

  @DoorOpen()
  doorOpen?: boolean;

  @MainsPresent()
  mainsPresent?: boolean;

  @AirQualityHealthIndex()
  aqhi?: number;

  @NoiseDay()
  noiseDay?: number;

  @NoiseEvening()
  noiseEvening?: number;

  @NoiseNight()
  noiseNight?: number;

  @LampHours()
  lampHours?: number;

  @DayBurningHours()
  dayBurningHours?: number;
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
  derivations: [AQHI_DERIVATION, ...NOISE_DERIVATIONS, LAMP_HOURS_DERIVATION],
  simulate: simulateSmartLamppost,
  alarms: SMART_LAMPPOST_ALARMS,
});
