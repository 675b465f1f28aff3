import {
  ABSENCE_RATE_DERIVATIONS,
  NightAbsenceRate,
  SurveyAbsenceRate,
} from './derivations/absence-rate.derivation.js';
import { lwm2m, smartDataModel } from './definitions.js';
import { defineKind } from './define-kind.js';
import type { SimulationContext } from './kind.js';
import { BatteryLevel } from './measures.js';
import { IntegerMetric, NumberMetric } from './metric.decorators.js';
import { bell, clamp, countOf, elapsedHours, trait } from './simulation.js';
import { titles } from './titles.js';

/** One image every two minutes from 19:00 to 07:00. */
export const IMAGES_PER_NIGHT = 360;

const SURVEY_RETENTION_DAYS = 3653;

const PURPOSE = titles(
  'To find rodent activity. Thermal images are judged on the device and only counts leave it.',
  '用於監察鼠患；熱能影像在裝置內分析，只傳出數目。',
  '用于监察鼠患；热能影像在设备内分析，只传出数目。',
);

/** A thermal camera on a two-metre pole. The counts run from 19:00 and start again the next evening. */
export class RodentCameraPayload {
  @IntegerMetric({
    titles: titles('Images this night', '當晚影像數目', '当晚影像数目'),
    quantity: 'images',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: lwm2m(3434, 2),
    privacy: 'aggregate',
    purpose: PURPOSE,
    retentionDays: SURVEY_RETENTION_DAYS,
  })
  images?: number;

  @IntegerMetric({
    titles: titles('Images with rodents this night', '當晚有鼠隻影像數目', '当晚有老鼠影像数目'),
    quantity: 'imagesWithRodents',
    unit: '1',
    min: 0,
    max: 10_000,
    definition: smartDataModel('Environment', 'imagesWithRodents'),
    privacy: 'aggregate',
    purpose: PURPOSE,
    retentionDays: SURVEY_RETENTION_DAYS,
  })
  imagesWithRodents?: number;

  /** Images without rodents over all images of the night: the city's Rodent Absence Rate. */
  @NumberMetric({
    titles: titles('Rodent Absence Rate', '鼠隻缺失率', '老鼠缺失率'),
    quantity: 'rodentAbsenceRate',
    unit: '%',
    min: 0,
    max: 100,
    precision: 1,
    definition: smartDataModel('Environment', 'rodentAbsenceRate'),
    retentionDays: SURVEY_RETENTION_DAYS,
  })
  absenceRate?: number;

  @BatteryLevel()
  battery?: number;

  @NightAbsenceRate()
  nightAbsenceRate?: number;

  @SurveyAbsenceRate()
  surveyAbsenceRate?: number;
}

export const rodentCamera = defineKind({
  name: 'rodent-camera',
  titles: titles('Rodent camera', '鼠患監察熱能攝影機', '鼠患监察热能摄像机'),
  description: titles(
    'A thermal camera that counts images with rodents at night.',
    '於夜間點算有鼠隻影像數目的熱能攝影機。',
    '于夜间点算有老鼠影像数目的热能摄像机。',
  ),
  department: 'fehd',
  intervalMs: 600_000,
  payload: RodentCameraPayload,
  derivations: ABSENCE_RATE_DERIVATIONS,
  simulate: simulateRodentCamera,
  alarms: [
    {
      id: 'rodent-camera-absence-rate-low',
      type: 'threshold',
      titles: titles('Rodent Absence Rate low', '鼠隻缺失率偏低', '老鼠缺失率偏低'),
      severity: 'medium',
      metric: 'absenceRate',
      when: 'below',
      // The lowest district of the city's first survey stood at 87.1 %.
      limit: 85,
      hysteresis: 3,
      // The first images of a night are too few to say anything.
      onDelayMs: 7_200_000,
      offDelayMs: 7_200_000,
      advice: titles(
        'Plan night-time trapping within the week and inspect refuse points and drains nearby.',
        '於一星期內安排夜間捕鼠，並巡查附近垃圾收集點及渠道。',
        '于一星期内安排夜间捕鼠，并巡查附近垃圾收集点及渠道。',
      ),
    },
    {
      id: 'rodent-camera-survey-rate-low',
      type: 'threshold',
      titles: titles('Rodent Absence Rate of the place low', '地點鼠隻缺失率偏低', '地点老鼠缺失率偏低'),
      severity: 'medium',
      metric: 'surveyAbsenceRate',
      when: 'below',
      // The lowest district of the city's first survey stood at 87.1 %.
      limit: 87,
      hysteresis: 2,
      onDelayMs: 0,
      offDelayMs: 0,
      advice: titles(
        'Plan intensified cleansing, trapping and works against burrows at the place for two weeks.',
        '於該地點安排為期兩星期的加強清潔、捕鼠及堵塞鼠洞工作。',
        '于该地点安排为期两周的加强清洁、捕鼠及堵塞鼠洞工作。',
      ),
    },
    {
      id: 'rodent-camera-battery-low',
      type: 'threshold',
      titles: titles('Battery low', '電池電量不足', '电池电量不足'),
      severity: 'low',
      metric: 'battery',
      when: 'below',
      limit: 20,
      hysteresis: 5,
      onDelayMs: 1_800_000,
      offDelayMs: 1_800_000,
      advice: titles('Change the battery before the next night.', '下一晚前更換電池。', '下一晚前更换电池。'),
    },
    {
      id: 'rodent-camera-absent',
      type: 'absence',
      titles: titles('No data', '沒有數據', '没有数据'),
      severity: 'low',
      intervals: 6,
      advice: titles(
        'Check the battery and the pole of the camera.',
        '檢查攝影機的電池及支架。',
        '检查摄像机的电池及支架。',
      ),
    },
  ],
});

/** Counts of the night so far; by day the camera repeats the result of the night before. */
function simulateRodentCamera(context: SimulationContext): Record<string, number> {
  const elapsed = elapsedHours(context);
  const { memory, hour } = context;
  const night = Math.floor((context.time / 3_600_000 + 8 - 19) / 24);
  if (memory.get('night') !== night) {
    memory.set('night', night).set('images', 0).set('rodents', 0);
  }
  const intoNight = (hour - 19 + 24) % 24;
  const images = Math.min(IMAGES_PER_NIGHT, Math.floor(intoNight * 30));
  const added = images - (memory.get('images') ?? 0);
  const activity = (0.02 + 0.12 * trait(context, 'place') ** 3) * (0.5 + bell(hour, 22, 1.5) + bell(hour, 3, 1.5));
  const rodents = Math.min(images, (memory.get('rodents') ?? 0) + Math.min(added, countOf(context, activity * added)));
  memory.set('images', images).set('rodents', rodents);
  const used = (memory.get('used') ?? 60 * trait(context, 'battery')) + elapsed * 0.6;
  memory.set('used', used >= 95 ? 0 : used);
  const values: Record<string, number> = {
    images,
    imagesWithRodents: rodents,
    battery: Math.round(clamp(100 - used, 0, 100)),
  };
  if (images > 0) values['absenceRate'] = Math.round((1000 * (images - rodents)) / images) / 10;
  return values;
}
