import { Ammonia, HydrogenSulphide } from './air-measures.js';
import { lwm2m, smartDataModel } from './definitions.js';
import { defineKind } from './define-kind.js';
import { PeopleCount, WetFloor } from './measures.js';
import { EnumMetric, IntegerMetric, NumberMetric } from './metric.decorators.js';
import { simulateSmartToilet } from './smart-toilet.simulation.js';
import { titles } from './titles.js';

const STOCK_RETENTION_DAYS = 731;

/** A public toilet: how busy it is, whether the air is fit, what has run out. No video, and nothing about a single visitor. */
export class SmartToiletPayload {
  @PeopleCount()
  people?: number;

  @IntegerMetric({
    titles: titles('Cubicles in use', '使用中廁格', '使用中厕格'),
    quantity: 'occupiedCubicles',
    unit: '1',
    min: 0,
    max: 100,
    definition: lwm2m(3434, 1),
    privacy: 'aggregate',
    purpose: titles(
      'To show free cubicles and to plan cleaning. Doors are counted, not people.',
      '用於顯示空置廁格及安排清潔；只計算廁門開關，不記錄使用者。',
      '用于显示空置厕格及安排清洁；只计算厕门开关，不记录使用者。',
    ),
    retentionDays: 731,
  })
  cubiclesInUse?: number;

  @NumberMetric({
    titles: titles('Cubicle occupancy', '廁格使用率', '厕格使用率'),
    quantity: 'occupancy',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: smartDataModel('Parking', 'occupancy'),
    privacy: 'aggregate',
    purpose: titles(
      'To find toilets that need more cubicles. A share over the whole toilet.',
      '用於找出需增設廁格的公廁；只計算整個公廁的比率。',
      '用于找出需增设厕格的公厕；只计算整个公厕的比率。',
    ),
    retentionDays: 731,
  })
  occupancy?: number;

  @Ammonia()
  ammonia?: number;

  @HydrogenSulphide()
  h2s?: number;

  @NumberMetric({
    titles: titles('Soap left', '洗手液存量', '洗手液余量'),
    quantity: 'fillingPercentage',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3435, 2),
    retentionDays: STOCK_RETENTION_DAYS,
  })
  soap?: number;

  @NumberMetric({
    titles: titles('Toilet paper left', '廁紙存量', '厕纸余量'),
    quantity: 'fillingPercentage',
    unit: '%',
    min: 0,
    max: 100,
    precision: 0,
    definition: lwm2m(3435, 2),
    retentionDays: STOCK_RETENTION_DAYS,
  })
  paper?: number;

  @WetFloor()
  wetFloor?: boolean;

  /** The worst state of flushes, taps, hand dryers and fans. */
  @EnumMetric({
    titles: titles('Equipment', '設備狀況', '设备状况'),
    quantity: 'equipmentState',
    unit: '1',
    definition: smartDataModel('Device', 'deviceState'),
    labels: {
      ok: titles('In order', '正常', '正常'),
      maintenance: titles('Under maintenance', '維修中', '维修中'),
      degraded: titles('Partly out of order', '部分故障', '部分故障'),
      failed: titles('Out of order', '停用', '停用'),
    },
  })
  equipment?: string;

  /** Mean of the marks given at the panel since the last reading, 1 (bad) to 5 (good). */
  @NumberMetric({
    titles: titles('User feedback', '使用者評分', '用户评分'),
    quantity: 'userFeedback',
    unit: '1',
    min: 1,
    max: 5,
    precision: 1,
    definition: smartDataModel('QueueManagement', 'rating'),
    privacy: 'aggregate',
    purpose: titles(
      'To judge cleaning by what visitors say. A mean; no mark is tied to a person.',
      '按使用者意見評估清潔質素；只保存平均分，不涉及個人。',
      '按使用者意见评估清洁质量；只保存平均分，不涉及个人。',
    ),
    retentionDays: 731,
  })
  feedback?: number;
}

export const smartToilet = defineKind({
  name: 'smart-toilet',
  titles: titles('Smart toilet', '智能公廁', '智能公厕'),
  description: titles(
    'A public toilet that reports use, odour, supplies and faults.',
    '回報使用情況、氣味、消耗品及故障的公廁。',
    '回报使用情况、气味、消耗品及故障的公厕。',
  ),
  department: 'fehd',
  intervalMs: 300_000,
  payload: SmartToiletPayload,
  simulate: simulateSmartToilet,
  alarms: [
    {
      id: 'smart-toilet-ammonia-high',
      type: 'threshold',
      titles: titles('Ammonia above the limit', '氨濃度超出上限', '氨气浓度超出上限'),
      severity: 'medium',
      metric: 'ammonia',
      when: 'above',
      limit: 1,
      hysteresis: 0.3,
      onDelayMs: 600_000,
      offDelayMs: 600_000,
      advice: titles('Send the cleaner and check the exhaust fan.', '派員清潔並檢查抽氣扇。', '派员清洁并检查抽气扇。'),
    },
    {
      id: 'smart-toilet-h2s-high',
      type: 'threshold',
      titles: titles('Hydrogen sulphide above the limit', '硫化氫濃度超出上限', '硫化氢浓度超出上限'),
      severity: 'high',
      metric: 'h2s',
      when: 'above',
      limit: 5,
      hysteresis: 1,
      onDelayMs: 60_000,
      offDelayMs: 300_000,
      advice: titles(
        'Close the toilet, air it, and have the drains checked before anyone goes in.',
        '暫停開放並加強通風，檢查渠管後方可進入。',
        '暂停开放并加强通风，检查渠管后方可进入。',
      ),
    },
    {
      id: 'smart-toilet-soap-low',
      type: 'threshold',
      titles: titles('Soap low', '洗手液不足', '洗手液不足'),
      severity: 'low',
      metric: 'soap',
      when: 'below',
      limit: 15,
      hysteresis: 10,
      onDelayMs: 300_000,
      offDelayMs: 0,
      advice: titles('Refill the soap on the next round.', '下次巡查時補充洗手液。', '下次巡查时补充洗手液。'),
    },
    {
      id: 'smart-toilet-paper-low',
      type: 'threshold',
      titles: titles('Toilet paper low', '廁紙不足', '厕纸不足'),
      severity: 'low',
      metric: 'paper',
      when: 'below',
      limit: 15,
      hysteresis: 10,
      onDelayMs: 300_000,
      offDelayMs: 0,
      advice: titles('Refill the paper on the next round.', '下次巡查時補充廁紙。', '下次巡查时补充厕纸。'),
    },
    {
      id: 'smart-toilet-wet-floor',
      type: 'threshold',
      titles: titles('Wet floor', '地面濕滑', '地面湿滑'),
      severity: 'medium',
      metric: 'wetFloor',
      when: 'above',
      limit: 0.5,
      hysteresis: 0,
      onDelayMs: 300_000,
      offDelayMs: 300_000,
      advice: titles(
        'Put up the sign, dry the floor and look for a leak.',
        '放置告示牌、抹乾地面並檢查有否漏水。',
        '放置告示牌、擦干地面并检查有否漏水。',
      ),
    },
    {
      id: 'smart-toilet-equipment-failed',
      type: 'threshold',
      titles: titles('Equipment out of order', '設備停用', '设备停用'),
      severity: 'medium',
      metric: 'equipment',
      when: 'above',
      // The labels in order: ok 0, maintenance 1, degraded 2, failed 3. A crew at work clears the alarm.
      limit: 2.5,
      hysteresis: 0,
      onDelayMs: 300_000,
      offDelayMs: 300_000,
      advice: titles(
        'Order a repair and close the cubicle.',
        '安排維修並暫停使用該廁格。',
        '安排维修并暂停使用该厕格。',
      ),
    },
    {
      id: 'smart-toilet-absent',
      type: 'absence',
      titles: titles('No data', '沒有數據', '没有数据'),
      severity: 'low',
      intervals: 4,
      advice: titles(
        'Check the power and the gateway of the toilet.',
        '檢查公廁的供電及網關。',
        '检查公厕的供电及网关。',
      ),
    },
  ],
});
