import { climateForecast, lwm2m, talq } from './definitions.js';
import { NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Water in the sea, in pipes, in sewers and where it should not be. */

/** At the depth of the sensor. */
export const WaterTemperature = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Water temperature', '水溫', '水温'),
    quantity: 'waterTemperature',
    unit: 'Cel',
    min: -5,
    max: 60,
    precision: 1,
    definition: climateForecast('sea_water_temperature'),
  });

/** Depth above the invert of a sewer, the bed of a nullah or the surface of a road. */
export const WaterLevel = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Water level', '水位', '水位'),
    quantity: 'fluidLevel',
    unit: 'm',
    min: -1,
    max: 30,
    precision: 3,
    definition: lwm2m(3445, 1),
  });

/** Mean since the last reading; negative when the water runs backwards. */
export const FlowRate = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Flow rate', '流量', '流量'),
    quantity: 'flowRate',
    unit: 'm3/h',
    min: -20_000,
    max: 20_000,
    precision: 3,
    definition: talq('WaterFlowSensorFunction', 'flowRate'),
  });
