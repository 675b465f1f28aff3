import { DaysToFull, FILLING_DERIVATION, FillRate } from './derivations/filling.derivation.js';
import { above, absent, batteryLow, CHECK_GATEWAY, isTrue, MINUTE } from './alarm-defaults.js';
import { simulateBin } from './bin-simulation.js';
import { binOnFire, binOverturned } from './container-alarms.js';
import { Collections, ContainerTemperature, FillLevel, Overturned } from './container-measures.js';
import { defineKind } from './define-kind.js';
import { lwm2m } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { batteryLeft, elapsedHours, episode } from './simulation.js';
import { titles } from './titles.js';

/** A litter container of the street (uCIFI Filling level 3435). Fill rate and days to full are derived from `fill`. */
export class LitterBinPayload {
  @FillLevel()
  fill?: number;

  @ContainerTemperature()
  insideTemperature?: number;

  /** The bin stands at another place than it should. */
  @Flag('containerOutOfLocation', lwm2m(3435, 12), titles('Moved away', '已被移走', '已被移走'))
  moved?: boolean;

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

export const litterBin = defineKind({
  name: 'litter-bin',
  titles: titles('Litter bin', '智能廢屑箱', '智能垃圾箱'),
  description: titles(
    'A litter container that reports how full it is.',
    '回報滿載程度的街道廢屑箱。',
    '上报填满程度的街道垃圾箱。',
  ),
  department: 'fehd',
  intervalMs: 1_800_000,
  payload: LitterBinPayload,
  derivations: [FILLING_DERIVATION],
  simulate: simulateLitterBin,
  alarms: [
    above(
      'litter-bin-full',
      'low',
      { metric: 'fill', limit: 85, hysteresis: 20, holdMs: 30 * MINUTE, clearMs: 0 },
      titles('Bin is full', '廢屑箱已滿', '垃圾箱已满'),
      titles(
        'Send the street cleansing team of the area within two hours.',
        '於兩小時內派該區街道潔淨隊清理。',
        '于两小时内派该区街道清洁队清理。',
      ),
    ),
    binOnFire('litter-bin', titles('Fire in the bin', '廢屑箱起火', '垃圾箱起火')),
    binOverturned('litter-bin', titles('Bin overturned', '廢屑箱翻倒', '垃圾箱翻倒')),
    isTrue(
      'litter-bin-moved',
      'low',
      'moved',
      60 * MINUTE,
      titles('Bin moved away', '廢屑箱被移走', '垃圾箱被移走'),
      titles(
        'Ask the contractor whether it was moved on purpose.',
        '向承辦商查詢是否刻意移走。',
        '向承包商查询是否有意移走。',
      ),
    ),
    batteryLow('litter-bin'),
    absent('litter-bin', 'low', 6, CHECK_GATEWAY),
  ],
});

/** Fills in a day and a half. */
function simulateLitterBin(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  return {
    ...simulateBin(context, elapsed, 1.5),
    moved: episode(context, 'moved', elapsed, { perDay: 0.005, hours: 5 }),
    battery: batteryLeft(context, elapsed, 0.05),
  };
}
