import type { AlarmDefault, Severity, Titles } from './kind.js';
import { titles } from './titles.js';

/** Alarms that most kinds have, so that a battery or a silent device is treated alike all over the city. */

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

export interface Limit {
  readonly metric: string;
  /** In the unit of the metric. */
  readonly limit: number;
  /** Distance on the safe side of the limit that a value must reach before the alarm clears. */
  readonly hysteresis: number;
  /** Event time, in milliseconds, for which the condition must hold before the alarm is raised. */
  readonly holdMs: number;
  /** Event time for which it must be gone before the alarm clears; as `holdMs` unless told. */
  readonly clearMs?: number;
}

export function above(id: string, severity: Severity, limit: Limit, what: Titles, advice: Titles): AlarmDefault {
  return threshold(id, severity, 'above', limit, what, advice);
}

export function below(id: string, severity: Severity, limit: Limit, what: Titles, advice: Titles): AlarmDefault {
  return threshold(id, severity, 'below', limit, what, advice);
}

/** A boolean metric that has been true for `holdMs`. */
export function isTrue(
  id: string,
  severity: Severity,
  metric: string,
  holdMs: number,
  what: Titles,
  advice: Titles,
): AlarmDefault {
  return threshold(id, severity, 'above', { metric, limit: 0.5, hysteresis: 0, holdMs }, what, advice);
}

/** A boolean metric that has been false for `holdMs`. */
export function isFalse(
  id: string,
  severity: Severity,
  metric: string,
  holdMs: number,
  what: Titles,
  advice: Titles,
): AlarmDefault {
  return threshold(id, severity, 'below', { metric, limit: 0.5, hysteresis: 0, holdMs }, what, advice);
}

/** The metric `battery` below 15 % for an hour. */
export function batteryLow(kind: string): AlarmDefault {
  return below(
    `${kind}-battery-low`,
    'low',
    { metric: 'battery', limit: 15, hysteresis: 5, holdMs: HOUR },
    titles('Battery low', '電池電量不足', '电池电量不足'),
    titles('Plan a new battery within four weeks.', '於四星期內安排更換電池。', '于四星期内安排更换电池。'),
  );
}

/** The metric `mainsPresent` false for thirty seconds. */
export function mainsLost(kind: string, severity: Severity): AlarmDefault {
  return isFalse(
    `${kind}-mains-lost`,
    severity,
    'mainsPresent',
    30 * SECOND,
    titles('Mains lost', '市電中斷', '市电中断'),
    titles(
      'It runs on its battery. Check the feeder and ask the power company.',
      '正以後備電池運作。檢查饋線並向電力公司查詢。',
      '正以后备电池运行。检查馈线并向电力公司查询。',
    ),
  );
}

/** No data for this many expected intervals. */
export function absent(kind: string, severity: Severity, intervals: number, advice: Titles): AlarmDefault {
  return {
    id: `${kind}-absent`,
    type: 'absence',
    titles: titles('No data', '沒有數據', '没有数据'),
    severity,
    intervals,
    advice,
  };
}

/** What to do about a silent device on LoRaWAN. */
export const CHECK_GATEWAY = titles(
  'Check whether other devices of the same gateway are silent too; then the battery.',
  '查看同一網關的其他裝置是否同樣沒有數據，再檢查電池。',
  '查看同一网关的其他设备是否同样没有数据，再检查电池。',
);

/** What to do about a silent device that is fed from the mains. */
export const CHECK_SUPPLY = titles(
  'Check the supply and the network of the device; compare with its neighbours.',
  '檢查裝置的供電及網絡，並與鄰近裝置比較。',
  '检查设备的供电及网络，并与邻近设备比较。',
);

function threshold(
  id: string,
  severity: Severity,
  when: 'above' | 'below',
  { metric, limit, hysteresis, holdMs, clearMs = holdMs }: Limit,
  what: Titles,
  advice: Titles,
): AlarmDefault {
  return {
    id,
    type: 'threshold',
    titles: what,
    severity,
    metric,
    when,
    limit,
    hysteresis,
    onDelayMs: holdMs,
    offDelayMs: clearMs,
    advice,
  };
}
