import { DaysToFull, FILLING_DERIVATION, FillRate } from './derivations/filling.derivation.js';
import { above, absent, batteryLow, CHECK_GATEWAY, HOUR, isTrue } from './alarm-defaults.js';
import { simulateBin } from './bin-simulation.js';
import { binOnFire, binOverturned } from './container-alarms.js';
import { Collections, ContainerTemperature, FillLevel, LidOpen, Overturned } from './container-measures.js';
import { defineKind } from './define-kind.js';
import { smartDataModel, talq } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { NumberMetric } from './metric.decorators.js';
import { batteryLeft, elapsedHours, episode, trait, within } from './simulation.js';
import { titles } from './titles.js';

/** A bin for one sort of recyclables (TALQ WasteContainerFunction). Days to full are derived from `fill`. */
export class RecyclingBinPayload {
  @FillLevel()
  fill?: number;

  @NumberMetric({
    titles: titles('Weight of the contents', '桶內物料重量', '桶内物料重量'),
    quantity: 'cargoWeight',
    unit: 'kg',
    min: 0,
    max: 2000,
    precision: 1,
    definition: smartDataModel('WasteManagement', 'cargoWeight'),
  })
  weight?: number;

  @ContainerTemperature()
  insideTemperature?: number;

  @LidOpen()
  lidOpen?: boolean;

  /** The weight does not fit the material of the bin: something else was thrown in. */
  @Flag(
    'contentsTampered',
    talq('WasteContainerFunction', 'contentsTampered'),
    titles('Wrong material', '混入雜物', '混入杂物'),
  )
  contaminated?: boolean;

  @Overturned()
  overturned?: boolean;

  @Collections()
  timesEmptied?: number;

  @BatteryLevel()
  battery?: number;

  @FillRate()
  fillRate?: number;

  @DaysToFull()
  daysToFull?: number;
}

export const recyclingBin = defineKind({
  name: 'recycling-bin',
  titles: titles('Recycling bin', '智能回收桶', '智能回收桶'),
  description: titles(
    'A bin for recyclables that reports how full and how heavy it is.',
    '回報滿載程度及重量的回收桶。',
    '上报填满程度及重量的回收桶。',
  ),
  department: 'epd',
  intervalMs: 1_800_000,
  payload: RecyclingBinPayload,
  derivations: [FILLING_DERIVATION],
  simulate: simulateRecyclingBin,
  alarms: [
    above(
      'recycling-bin-full',
      'low',
      { metric: 'fill', limit: 90, hysteresis: 20, holdMs: HOUR, clearMs: 0 },
      titles('Bin is full', '回收桶已滿', '回收桶已满'),
      titles('Add the bin to the next collection round.', '加入下一輪收集路線。', '加入下一轮收集路线。'),
    ),
    binOnFire('recycling-bin', titles('Fire in the bin', '回收桶起火', '回收桶起火')),
    binOverturned('recycling-bin', titles('Bin overturned', '回收桶翻倒', '回收桶翻倒')),
    isTrue(
      'recycling-bin-contaminated',
      'low',
      'contaminated',
      HOUR,
      titles('Wrong material in the bin', '回收桶混入雜物', '回收桶混入杂物'),
      titles(
        'Have the contents sorted apart, so that the load of the truck is not spoilt.',
        '將桶內物料另行分揀，以免污染整車回收物。',
        '将桶内物料另行分拣，以免污染整车回收物。',
      ),
    ),
    batteryLow('recycling-bin'),
    absent('recycling-bin', 'low', 6, CHECK_GATEWAY),
  ],
});

/** Fills in three days; the weight follows from the material of the bin. */
function simulateRecyclingBin(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const bin = simulateBin(context, elapsed, 3);
  const contaminated = episode(context, 'contaminated', elapsed, { perDay: 0.05, hours: 6 });
  const perPercent = 0.1 + 0.5 * trait(context, 'material');
  return {
    ...bin,
    weight: within(bin.fill * perPercent + (contaminated ? 8 : 0) + 0.2 * context.gaussian(), 0, 2000, 1),
    lidOpen: episode(context, 'lid', elapsed, { perDay: 0.5, hours: 0.05 }),
    contaminated,
    battery: batteryLeft(context, elapsed, 0.05),
  };
}
