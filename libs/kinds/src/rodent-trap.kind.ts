import { absent, batteryLow, below, CHECK_GATEWAY, HOUR, isFalse, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { INDIVIDUAL_COUNT, lwm2m } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { batteryLeft, bell, countOf, elapsedHours, episode, total, trait, within } from './simulation.js';
import { Tampered } from './structure-measures.js';
import { titles } from './titles.js';

/** A trap in a back lane that says when it has caught, so that nobody opens empty traps. */
export class RodentTrapPayload {
  @IntegerMetric({
    titles: titles('Rodents caught', '累計捕獲鼠隻', '累计捕获老鼠'),
    quantity: 'captures',
    unit: '1',
    min: 0,
    max: 1_000_000,
    definition: INDIVIDUAL_COUNT,
    cumulative: true,
  })
  captures?: number;

  /** Holds a rodent and waits to be emptied. */
  @Flag('trapTriggered', lwm2m(3302, 5500), titles('Trap has caught', '已捕獲鼠隻', '已捕获老鼠'))
  caught?: boolean;

  /** Ready to catch. */
  @Flag('trapArmed', lwm2m(3342, 5500), titles('Trap is set', '捕鼠器待命', '捕鼠器待命'))
  armed?: boolean;

  /** Passages of rodents that did not go in. */
  @IntegerMetric({
    titles: titles('Visits since the last reading', '上次讀數後鼠隻經過次數', '上次读数后老鼠经过次数'),
    quantity: 'visits',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: INDIVIDUAL_COUNT,
  })
  visits?: number;

  @NumberMetric({
    titles: titles('Bait left', '餌料存量', '饵料余量'),
    quantity: 'fillingPercentage',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3435, 2),
  })
  bait?: number;

  @Tampered()
  tampered?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const rodentTrap = defineKind({
  name: 'rodent-trap',
  titles: titles('Rodent trap', '智能捕鼠器', '智能捕鼠器'),
  description: titles(
    'A trap that reports what it has caught and when it needs service.',
    '回報捕獲情況及維護需要的捕鼠器。',
    '上报捕获情况及维护需要的捕鼠器。',
  ),
  department: 'fehd',
  intervalMs: 3_600_000,
  payload: RodentTrapPayload,
  simulate: simulateRodentTrap,
  alarms: [
    isTrue(
      'rodent-trap-caught',
      'low',
      'caught',
      0,
      titles('Trap has caught', '已捕獲鼠隻', '已捕获老鼠'),
      titles(
        'Empty, clean and set it within twelve hours.',
        '於十二小時內清理並重新裝設。',
        '于十二小时内清理并重新装设。',
      ),
    ),
    isFalse(
      'rodent-trap-not-set',
      'low',
      'armed',
      24 * HOUR,
      titles('Trap is not set', '捕鼠器未裝設', '捕鼠器未装设'),
      titles('Ask the pest control contractor to set it.', '要求防治蟲鼠承辦商裝設。', '要求病媒防治承包商装设。'),
    ),
    below(
      'rodent-trap-bait-low',
      'low',
      { metric: 'bait', limit: 15, hysteresis: 20, holdMs: HOUR },
      titles('Bait is running out', '餌料不足', '饵料不足'),
      titles('Refill the bait on the next round.', '下次巡查時補充餌料。', '下次巡查时补充饵料。'),
    ),
    isTrue(
      'rodent-trap-tampered',
      'low',
      'tampered',
      MINUTE,
      titles('Trap tampered with', '捕鼠器遭干擾', '捕鼠器遭破坏'),
      titles(
        'Check the place; move the trap when it happens again.',
        '檢查位置；如再次發生，更換擺放地點。',
        '检查位置；如再次发生，更换摆放地点。',
      ),
    ),
    batteryLow('rodent-trap'),
    absent('rodent-trap', 'low', 6, CHECK_GATEWAY),
  ],
});

/** Rodents move after dusk and before dawn; the contractor empties traps in the morning. */
function simulateRodentTrap(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour, memory } = context;
  const activity = (0.2 + 2 * trait(context, 'lane')) * (0.1 + bell(hour, 21, 2.5) + bell(hour, 4, 2.5));
  const visits = countOf(context, 0.8 * activity * (elapsed || 0.2));
  const served = hour >= 9 && hour < 12 && countOf(context, 0.7 * elapsed) > 0;
  const wasCaught = (memory.get('caught') ?? (context.random() < 0.1 ? 1 : 0)) === 1 && !served;
  const catches = !wasCaught && countOf(context, 0.03 * activity * elapsed) > 0;
  memory.set('caught', wasCaught || catches ? 1 : 0);
  const bait = served ? 100 : (memory.get('bait') ?? 40 + 60 * context.random()) - 0.3 * visits;
  memory.set('bait', bait);
  const caught = wasCaught || catches;
  return {
    captures: total(context, 'captures', Math.floor(30 * trait(context, 'age')), catches ? 1 : 0),
    caught,
    armed: !caught && !episode(context, 'unset', elapsed, { perDay: 0.02, hours: 8 }),
    visits,
    bait: within(bait, 0, 100),
    tampered: episode(context, 'tampered', elapsed, { perDay: 0.005, hours: 1 }),
    battery: batteryLeft(context, elapsed, 0.05),
  };
}
