import { lwm2m } from './definitions.js';
import { Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Supply and energy (uCIFI 3418 Electrical monitor, TALQ ElectricalMeterFunction). */

/** Register of the meter, never the energy of one interval. */
export const ActiveEnergy = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Energy used', '累計用電量', '累计用电量'),
    quantity: 'activeEnergy',
    unit: 'kW.h',
    min: 0,
    max: 10_000_000,
    precision: 3,
    definition: lwm2m(3418, 6),
    cumulative: true,
  });

/** Of a single phase. Hong Kong supplies 220 V within 6 % either way. */
export const SupplyVoltage = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Supply voltage', '供電電壓', '供电电压'),
    quantity: 'supplyVoltage',
    unit: 'V',
    min: 0,
    max: 500,
    precision: 1,
    definition: lwm2m(3418, 1),
  });

export const SupplyCurrent = (max: number): PropertyDecorator =>
  NumberMetric({
    titles: titles('Supply current', '供電電流', '供电电流'),
    quantity: 'supplyCurrent',
    unit: 'A',
    min: 0,
    max,
    precision: 3,
    definition: lwm2m(3418, 2),
  });

export const PowerFactor = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Power factor', '功率因數', '功率因数'),
    quantity: 'powerFactor',
    unit: '1',
    min: -1,
    max: 1,
    precision: 3,
    definition: lwm2m(3418, 5),
  });

export const MainsPresent = (): PropertyDecorator =>
  Flag('mainsPresent', lwm2m(3411, 9), titles('Mains present', '市電供應', '市电供应'));
