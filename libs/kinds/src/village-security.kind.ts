import { absent, batteryLow, CHECK_SUPPLY, isTrue, mainsLost, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m } from './definitions.js';
import { MainsPresent } from './electrical-measures.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel, Flag } from './measures.js';
import { IntegerMetric } from './metric.decorators.js';
import { bell, countOf, elapsedHours, episode, within } from './simulation.js';
import { Tampered } from './structure-measures.js';
import { titles } from './titles.js';

const PURPOSE = titles(
  'To send help to a village. Only the event is sent: no pictures, no sound, nobody is recognised.',
  '用於為鄉村提供支援；只傳送事件，不傳送影像或聲音，亦不辨認任何人。',
  '用于为乡村提供支援；只传送事件，不传送影像或声音，也不识别任何人。',
);
/** Long enough for the police to follow up, and not longer. */
const EVENT_RETENTION_DAYS = 90;
const ABOUT_EVENTS = { privacy: 'aggregate', purpose: PURPOSE, retentionDays: EVENT_RETENTION_DAYS } as const;

/** A post at the entrance of a remote village that sends events only: crossings of a closed area, calls for help. */
export class VillageSecurityPayload {
  @IntegerMetric({
    titles: titles('Intrusions since the last reading', '上次讀數後闖入次數', '上次读数后闯入次数'),
    quantity: 'intrusionEvents',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: lwm2m(3302, 5501),
    ...ABOUT_EVENTS,
  })
  intrusions?: number;

  /** Something is in the closed area now. */
  @Flag('presenceStatus', lwm2m(3302, 5500), titles('Intrusion', '有人闖入', '有人闯入'), ABOUT_EVENTS)
  intrusion?: boolean;

  @Flag('helpCalled', lwm2m(3347, 5500), titles('Help called', '按下求助按鈕', '按下求助按钮'), ABOUT_EVENTS)
  helpCalled?: boolean;

  @Flag('gateForced', lwm2m(3342, 5500), titles('Gate forced', '閘門被撬', '闸门被撬'), ABOUT_EVENTS)
  gateForced?: boolean;

  @Tampered()
  tampered?: boolean;

  @MainsPresent()
  mainsPresent?: boolean;

  @BatteryLevel()
  battery?: number;
}

export const villageSecurity = defineKind({
  name: 'village-security',
  titles: titles('Village security post', '鄉村保安站', '乡村保安站'),
  description: titles(
    'Sends events of intrusion and calls for help from a remote village. It has no camera that transmits.',
    '從偏遠鄉村傳送闖入及求助事件；不會傳送影像。',
    '从偏远乡村传送闯入及求助事件；不会传送影像。',
  ),
  department: 'had',
  intervalMs: 3_600_000,
  payload: VillageSecurityPayload,
  simulate: simulateVillageSecurity,
  alarms: [
    isTrue(
      'village-security-help',
      'critical',
      'helpCalled',
      0,
      titles('Call for help', '有人求助', '有人求助'),
      titles(
        'Call the village representative; when nobody answers, ask the police to go there.',
        '致電村代表；如無人接聽，要求警方到場。',
        '致电村代表；如无人接听，要求警方到场。',
      ),
    ),
    isTrue(
      'village-security-intrusion',
      'medium',
      'intrusion',
      MINUTE,
      titles('Intrusion', '有人闖入', '有人闯入'),
      titles(
        'Ask the village guard to look; note the time for the police.',
        '要求村巡查看，並記下時間供警方跟進。',
        '要求村巡查看，并记下时间供警方跟进。',
      ),
    ),
    isTrue(
      'village-security-gate-forced',
      'high',
      'gateForced',
      0,
      titles('Gate forced', '閘門被撬', '闸门被撬'),
      titles('Report to the police at once.', '立即報警。', '立即报警。'),
    ),
    isTrue(
      'village-security-tampered',
      'high',
      'tampered',
      MINUTE,
      titles('Post tampered with', '保安站遭破壞', '保安站遭破坏'),
      titles(
        'Report to the police and send a technician with them.',
        '報警並派技術員一同到場。',
        '报警并派技术员一同到场。',
      ),
    ),
    mainsLost('village-security', 'medium'),
    batteryLow('village-security'),
    absent('village-security', 'high', 3, CHECK_SUPPLY),
  ],
});

/** A false crossing by an animal most nights, a call for help now and then. */
function simulateVillageSecurity(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const intrusions = countOf(context, (elapsed || 0.05) * 0.15 * (0.1 + bell(context.hour, 2, 3)));
  const mainsPresent = !episode(context, 'mains', elapsed, { perDay: 0.02, hours: 1 });
  const last = context.memory.get('charge') ?? 70 + 30 * context.random();
  const charge = within(last + elapsed * (mainsPresent ? 8 : -4), 0, 100, 6);
  context.memory.set('charge', charge);
  return {
    intrusions,
    intrusion: intrusions > 0,
    helpCalled: episode(context, 'help', elapsed, { perDay: 0.01, hours: 0.2 }),
    gateForced: episode(context, 'forced', elapsed, { perDay: 0.003, hours: 0.5 }),
    tampered: episode(context, 'tampered', elapsed, { perDay: 0.003, hours: 0.5 }),
    mainsPresent,
    battery: Math.round(charge),
  };
}
