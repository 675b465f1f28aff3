import { above, absent, batteryLow, CHECK_GATEWAY, HOUR, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { batteryLeft, bell, countOf, elapsedHours, episode, total, trait, within } from './simulation.js';
import { Tampered, ViewBlocked } from './structure-measures.js';
import { titles } from './titles.js';

const PURPOSE = titles(
  'To find places where waste is dumped and to clear them. Pictures are judged on the device and deleted; faces and number plates are not read.',
  '用於找出及清理非法棄置廢物黑點；影像在裝置內分析後刪除，不辨認面孔或車牌。',
  '用于找出及清理非法弃置废物黑点；影像在设备内分析后删除，不识别面孔或车牌。',
);
const ABOUT_DUMPING = { privacy: 'aggregate', purpose: PURPOSE, retentionDays: 731 } as const;

/** A detector at a black spot of illegal dumping: what lies there, and how often something is added. */
export class DumpingDetectorPayload {
  @IntegerMetric({
    titles: titles('Dumpings since the last reading', '上次讀數後棄置次數', '上次读数后弃置次数'),
    quantity: 'dumpingEvents',
    unit: '1',
    min: 0,
    max: 1000,
    definition: smartDataModel('WasteManagement', 'illegalDumping'),
    ...ABOUT_DUMPING,
  })
  dumpings?: number;

  @IntegerMetric({
    titles: titles('Vehicles that stopped', '停留車輛數目', '停留车辆数目'),
    quantity: 'stoppedVehicles',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: lwm2m(3432, 7),
    ...ABOUT_DUMPING,
  })
  stoppedVehicles?: number;

  @Flag(
    'wastePresent',
    smartDataModel('WasteManagement', 'wasteType'),
    titles('Waste on the ground', '地面有廢物', '地面有废物'),
  )
  wastePresent?: boolean;

  @NumberMetric({
    titles: titles('Ground covered by waste', '廢物覆蓋面積', '废物覆盖面积'),
    quantity: 'wasteArea',
    unit: 'm2',
    min: 0,
    max: 10_000,
    precision: 1,
    definition: smartDataModel('WasteManagement', 'cargoVolume'),
  })
  wasteArea?: number;

  @ViewBlocked()
  viewBlocked?: boolean;

  @Tampered()
  tampered?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const dumpingDetector = defineKind({
  name: 'dumping-detector',
  titles: titles('Dumping detector', '非法棄置廢物偵測器', '非法弃置废物侦测器'),
  description: titles(
    'Notices waste that is dumped at a black spot. No picture leaves it.',
    '偵測黑點的非法棄置廢物；影像不會傳出裝置。',
    '侦测黑点的非法弃置废物；影像不会传出设备。',
  ),
  department: 'epd',
  intervalMs: 900_000,
  payload: DumpingDetectorPayload,
  simulate: simulateDumpingDetector,
  alarms: [
    isTrue(
      'dumping-detector-waste',
      'low',
      'wastePresent',
      HOUR,
      titles('Waste dumped', '發現非法棄置廢物', '发现非法弃置废物'),
      titles(
        'Have it cleared within a day; plan a patrol at the hours when it happens here.',
        '於一日內清理，並按慣常時段安排巡邏。',
        '于一日内清理，并按惯常时段安排巡逻。',
      ),
    ),
    above(
      'dumping-detector-large',
      'medium',
      { metric: 'wasteArea', limit: 20, hysteresis: 5, holdMs: 30 * MINUTE },
      titles('Large heap of waste', '大量廢物堆積', '大量废物堆积'),
      titles(
        'It may be construction waste: send an inspector before it is cleared.',
        '或屬建築廢物：清理前派員調查。',
        '可能属建筑废物：清理前派员调查。',
      ),
    ),
    isTrue(
      'dumping-detector-tampered',
      'medium',
      'tampered',
      MINUTE,
      titles('Detector tampered with', '偵測器遭破壞', '侦测器遭破坏'),
      titles('Send a crew by day, in twos.', '日間派兩名人員檢查。', '白天派两名人员检查。'),
    ),
    batteryLow('dumping-detector'),
    absent('dumping-detector', 'low', 8, CHECK_GATEWAY),
  ],
});

/** Mostly at night; what lies there grows until the contractor comes in the morning. */
function simulateDumpingDetector(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour, memory } = context;
  const night = 0.2 + 1.6 * bell(hour, 1, 2.5);
  const dumpings = countOf(context, elapsed * 0.05 * night * (0.3 + 2 * trait(context, 'spot')));
  const cleared = hour >= 9 && hour < 12 && countOf(context, 0.6 * elapsed) > 0;
  if (cleared) memory.set('area', 0);
  const added = dumpings * (0.5 + 3 * context.random() ** 3);
  const wasteArea = total(context, 'area', context.random() < 0.2 ? 2 : 0, added);
  return {
    dumpings,
    stoppedVehicles: dumpings + countOf(context, 2 * elapsed),
    wastePresent: wasteArea > 0.3,
    wasteArea: within(wasteArea, 0, 10_000, 1),
    viewBlocked: episode(context, 'blocked', elapsed, { perDay: 0.03, hours: 2 }),
    tampered: episode(context, 'tampered', elapsed, { perDay: 0.004, hours: 1 }),
    battery: batteryLeft(context, elapsed, 0.5),
  };
}
