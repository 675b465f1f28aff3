import { above, absent, CHECK_SUPPLY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { lwm2m, smartDataModel } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { PeopleCount } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { bell, clamp, countOf, elapsedHours, episode, minutesCounted, trait, within } from './simulation.js';
import { ViewBlocked } from './structure-measures.js';
import { titles } from './titles.js';

const CROWD_RETENTION_DAYS = 731;

const PURPOSE = titles(
  'To keep crowds safe and to plan services. A thermal or depth sensor counts shapes; no pictures and no radio addresses are taken.',
  '用於確保人群安全及規劃服務；以熱能或深度感測器點算人形，不拍攝影像，亦不收集無線裝置位址。',
  '用于确保人群安全及规划服务；以热能或深度传感器统计人形，不拍摄影像，也不收集无线设备地址。',
);
const ABOUT_CROWDS = { privacy: 'aggregate', purpose: PURPOSE, retentionDays: CROWD_RETENTION_DAYS } as const;

/** A counter over a square or a promenade (uCIFI People counter 3434, Smart Data Models CrowdFlowObserved). */
export class CrowdCounterPayload {
  @IntegerMetric({
    titles: titles('People present', '現場人數', '现场人数'),
    quantity: 'actualNumberOfPersons',
    unit: '1',
    min: 0,
    max: 200_000,
    definition: lwm2m(3434, 1),
    ...ABOUT_CROWDS,
  })
  peoplePresent?: number;

  @PeopleCount()
  people?: number;

  /** From 4 a square metre people can no longer choose where they go; from 6 they are moved. */
  @NumberMetric({
    titles: titles('Density of the crowd', '人群密度', '人群密度'),
    quantity: 'crowdDensity',
    unit: '/m2',
    min: 0,
    max: 12,
    precision: 2,
    definition: smartDataModel('Transportation', 'occupancy'),
    ...ABOUT_CROWDS,
  })
  density?: number;

  @NumberMetric({
    titles: titles('Mean walking speed', '平均步速', '平均步速'),
    quantity: 'averageCrowdSpeed',
    unit: 'm/s',
    min: 0,
    max: 10,
    precision: 2,
    definition: smartDataModel('Transportation', 'averageCrowdSpeed'),
    ...ABOUT_CROWDS,
  })
  walkingSpeed?: number;

  @ViewBlocked()
  viewBlocked?: boolean;
}

export const crowdCounter = defineKind({
  name: 'crowd-counter',
  titles: titles('Crowd counter', '人流計數器', '人流计数器'),
  description: titles(
    'Counts people in a public place without recognising anyone.',
    '點算公共地方的人數，不辨認任何人。',
    '统计公共场所的人数，不识别任何人。',
  ),
  department: 'had',
  intervalMs: 60_000,
  payload: CrowdCounterPayload,
  simulate: simulateCrowdCounter,
  alarms: [
    above(
      'crowd-counter-dense',
      'high',
      { metric: 'density', limit: 3.5, hysteresis: 0.5, holdMs: 2 * MINUTE },
      titles('Crowd is dense', '人群擠迫', '人群拥挤'),
      titles(
        'Open the other ways out and hold back those who arrive; tell the police.',
        '開放其他出口並疏導後來人群，通知警方。',
        '开放其他出口并疏导后来人群，通知警方。',
      ),
    ),
    above(
      'crowd-counter-dangerous',
      'critical',
      { metric: 'density', limit: 5, hysteresis: 1, holdMs: 0, clearMs: 5 * MINUTE },
      titles('Crowd is dangerously dense', '人群過度擠迫，有危險', '人群过度拥挤，有危险'),
      titles(
        'Stop all entry at once and lead people out on every side; call police and ambulance.',
        '立即停止進場，從各方向疏散人群，並召喚警方及救護車。',
        '立即停止进场，从各方向疏散人群，并呼叫警方及救护车。',
      ),
    ),
    isTrue(
      'crowd-counter-view-blocked',
      'low',
      'viewBlocked',
      10 * MINUTE,
      titles('View blocked', '鏡頭受阻', '镜头受阻'),
      titles(
        'Have the sensor cleaned or freed of obstacles.',
        '安排清潔感測器或移走障礙物。',
        '安排清洁传感器或移走障碍物。',
      ),
    ),
    absent('crowd-counter', 'medium', 10, CHECK_SUPPLY),
  ],
});

/** Lunch, evening and rain shape the crowd; an event fills the place a few times a month. */
function simulateCrowdCounter(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour } = context;
  const area = 400 + 1600 * trait(context, 'area');
  const dry = context.weather.rainRate > 2 ? 0.4 : 1;
  const rhythm = 0.02 + 0.5 * bell(hour, 13, 1.5) + 0.8 * bell(hour, 19, 2.5);
  const event = episode(context, 'event', elapsed, { perDay: 0.08, hours: 1.5 }) ? 2.2 : 0;
  const peoplePresent = countOf(
    context,
    area * dry * clamp(0.5 * rhythm * (0.4 + trait(context, 'fame')) + event, 0, 6),
  );
  const density = within(peoplePresent / area, 0, 12, 2);
  const walkingSpeed = within(1.35 * clamp(1 - density / 5.4, 0.05, 1) + 0.04 * context.gaussian(), 0, 10, 2);
  return {
    peoplePresent,
    people: Math.min(100_000, countOf(context, peoplePresent * 0.25 * walkingSpeed * minutesCounted(elapsed))),
    density,
    walkingSpeed,
    viewBlocked: episode(context, 'blocked', elapsed, { perDay: 0.02, hours: 1 }),
  };
}
