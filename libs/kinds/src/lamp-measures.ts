import { lwm2m } from './definitions.js';
import { Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** The lamp of a post, smart or not (uCIFI 3416, TALQ LampActuator and LampMonitor functions). */

/** What the lamp does, not what it was told to do (TALQ LampActuatorFunction.actualLightState). */
export const LightOutput = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Light output', '亮燈水平', '亮灯水平'),
    quantity: 'actualLightState',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3416, 3),
  });

export const LampPower = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Lamp power', '燈具功率', '灯具功率'),
    quantity: 'activePower',
    unit: 'W',
    min: 0,
    max: 2000,
    precision: 1,
    definition: lwm2m(3416, 46),
  });

export const LampFault = (): PropertyDecorator =>
  Flag('lampFailure', lwm2m(3416, 5), titles('Lamp fault', '燈具故障', '灯具故障'));

export const DriverFault = (): PropertyDecorator =>
  Flag('controlGearFailure', lwm2m(3416, 7), titles('Driver fault', '驅動器故障', '驱动器故障'));
