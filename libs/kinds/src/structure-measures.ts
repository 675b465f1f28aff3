import { lwm2m, smartDataModel } from './definitions.js';
import { Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { titles } from './titles.js';

/** Posts, trees, slopes and cabinets: does it stand as it was built, is it closed. */

/** Angle between the axis of the thing and the vertical. */
export const Tilt = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Tilt', '傾斜角度', '倾斜角度'),
    quantity: 'angle',
    unit: 'deg',
    min: 0,
    max: 180,
    precision: 1,
    definition: lwm2m(3429, 1),
  });

/** Water in the pores of the soil by volume. */
export const SoilMoisture = (): PropertyDecorator =>
  NumberMetric({
    titles: titles('Soil moisture', '土壤含水量', '土壤含水量'),
    quantity: 'soilMoistureVwc',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: smartDataModel('Agrifood', 'soilMoistureVwc'),
  });

export const DoorOpen = (): PropertyDecorator =>
  Flag('cabinetDoorOpen', smartDataModel('Device', 'doorOpen'), titles('Door open', '機箱門開啟', '机箱门开启'));

/** Somebody opened, moved or broke the device itself. */
export const Tampered = (): PropertyDecorator =>
  Flag('tampered', lwm2m(3302, 5500), titles('Tampered with', '裝置遭破壞', '设备遭破坏'));

/** Nothing can be judged while the view is blocked or dirty. */
export const ViewBlocked = (): PropertyDecorator =>
  Flag('viewBlocked', smartDataModel('Device', 'deviceState'), titles('View blocked', '鏡頭受阻', '镜头受阻'));
