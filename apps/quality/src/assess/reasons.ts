import { titles, type Titles } from '#kinds';
import type { QualityReason, QualityReasonCode } from '#registry';
import { HOUR_MS } from '../observe/window.js';
import type { Findings } from './findings.js';

/** Points at most that each fault may take. They may add up to more than 100; a score is never below 0. */
const MOST = {
  incomplete: 60,
  gaps: 10,
  stuckEach: 15,
  stuck: 30,
  spikes: 15,
  clock: 20,
  battery: 10,
  rejected: 20,
  radio: 15,
};

/** Completeness that nobody has to be told about. */
const COMPLETE = 0.98;
const CLOCK_STEPS = [
  { overMs: 300_000, penalty: MOST.clock },
  { overMs: 60_000, penalty: 10 },
  { overMs: 10_000, penalty: 5 },
] as const;
const DRIFT_MS_PER_DAY = 2_000;
const LOW_BATTERY_PERCENT = 20;
const SOON_EMPTY_DAYS = 30;
const REJECTED_SHARE = 0.001;
const PRIOR_MESSAGES = 100;
const RADIO_SHARE = 0.05;

/** What is wrong, with the points that it costs, most first. Every reason names the figure that it rests on. */
export function reasonsOf(findings: Findings, intervalMs: number, isSilent: boolean): QualityReason[] {
  const reasons = isSilent
    ? [silent(findings)]
    : [
        ...completeness(findings),
        ...gaps(findings, intervalMs),
        ...stuck(findings),
        ...spikes(findings),
        ...clock(findings),
        ...radio(findings),
      ];
  return [...reasons, ...battery(findings), ...rejected(findings)].sort((a, b) => b.penalty - a.penalty);
}

function silent({ window }: Findings): QualityReason {
  const [en, hant, hans] = lengthOf(window.to - window.from);
  return reason('silent', 100, [`No reading in the last ${en}.`, `過去 ${hant}沒有數據。`, `过去 ${hans}没有数据。`]);
}

function* completeness({ completeness: { received, expected, ratio } }: Findings): Iterable<QualityReason> {
  if (ratio >= COMPLETE) return;
  const percent = (ratio * 100).toFixed(1);
  yield reason('incomplete', MOST.incomplete * (1 - ratio), [
    `${percent} % of the expected readings came (${received} of ${expected}).`,
    `收到預期讀數的 ${percent} %（${expected} 個中的 ${received} 個）。`,
    `收到预期读数的 ${percent} %（${expected} 个中的 ${received} 个）。`,
  ]);
}

function* gaps({ gaps: { count, longestMs } }: Findings, intervalMs: number): Iterable<QualityReason> {
  if (count === 0) return;
  const [longest, hant, hans] = lengthOf(longestMs);
  const severity = Math.min(1, longestMs / (20 * intervalMs));
  yield reason('gaps', Math.min(MOST.gaps, count + MOST.gaps * severity), [
    count === 1 ? `A gap of ${longest}.` : `${count} gaps; the longest lasted ${longest}.`,
    `有 ${count} 段缺數，最長 ${hant}。`,
    `有 ${count} 段缺数，最长 ${hans}。`,
  ]);
}

function* stuck({ stuck: runs }: Findings): Iterable<QualityReason> {
  const each = Math.min(MOST.stuckEach, MOST.stuck / Math.max(1, runs.length));
  for (const { metric, value, readings } of runs) {
    yield {
      ...reason('stuck', each, [
        `'${metric}' has stood at ${value} for ${readings} readings, though it usually moves.`,
        `「${metric}」連續 ${readings} 個讀數停在 ${value}，平常會變動。`,
        `“${metric}”连续 ${readings} 个读数停在 ${value}，平常会变动。`,
      ]),
      metric,
    };
  }
}

function* spikes({ spikes: counts, completeness: { received } }: Findings): Iterable<QualityReason> {
  for (const [metric, count] of Object.entries(counts)) {
    yield {
      ...reason('spikes', Math.min(MOST.spikes, (500 * count) / Math.max(1, received)), [
        `'${metric}' jumped away and back ${plural(count, 'time')}.`,
        `「${metric}」有 ${count} 次突跳後復原。`,
        `“${metric}”有 ${count} 次突跳后复原。`,
      ]),
      metric,
    };
  }
}

function* clock({ clock: found }: Findings): Iterable<QualityReason> {
  if (found === null) return;
  const seconds = (Math.abs(found.offsetMs) / 1000).toFixed(0);
  const step = CLOCK_STEPS.find(({ overMs }) => Math.abs(found.offsetMs) > overMs);
  if (step !== undefined) {
    const isBehind = found.offsetMs > 0;
    yield reason('clock-offset', step.penalty, [
      `The clock is ${seconds} s ${isBehind ? 'behind' : 'ahead'}.`,
      `時鐘${isBehind ? '慢' : '快'}了 ${seconds} 秒。`,
      `时钟${isBehind ? '慢' : '快'}了 ${seconds} 秒。`,
    ]);
  }
  if (found.driftMsPerDay === null || Math.abs(found.driftMsPerDay) < DRIFT_MS_PER_DAY) return;
  const perDay = (Math.abs(found.driftMsPerDay) / 1000).toFixed(1);
  yield reason('clock-drift', 3, [
    `The clock drifts by ${perDay} s a day.`,
    `時鐘每日偏移 ${perDay} 秒。`,
    `时钟每日偏移 ${perDay} 秒。`,
  ]);
}

function* battery({ battery: found }: Findings): Iterable<QualityReason> {
  if (found === null) return;
  if (found.percent < LOW_BATTERY_PERCENT) {
    const percent = Math.round(found.percent);
    yield reason('battery-low', MOST.battery / 2, [
      `The battery is at ${percent} %.`,
      `電池餘 ${percent} %。`,
      `电池剩 ${percent} %。`,
    ]);
  }
  if (found.daysLeft === null || found.daysLeft > SOON_EMPTY_DAYS) return;
  const days = Math.round(found.daysLeft);
  yield reason('battery-falling', MOST.battery, [
    `At this rate the battery is empty in ${plural(days, 'day')}.`,
    `按此速度電池將於 ${days} 日後耗盡。`,
    `按此速度电池将于 ${days} 天后耗尽。`,
  ]);
}

function* rejected({ rejected: { messages, share } }: Findings): Iterable<QualityReason> {
  if (share < REJECTED_SHARE) return;
  // As if so many sound messages had come before: one bad message among the first few says little.
  const cautious = messages / (messages / share + PRIOR_MESSAGES);
  const percent = (share * 100).toFixed(1);
  yield reason('rejected', Math.min(MOST.rejected, 100 * cautious), [
    `${plural(messages, 'message')} (${percent} %) refused; the dead letters say why.`,
    `${messages} 個訊息（${percent} %）被拒收，原因見死信。`,
    `${messages} 条消息（${percent} %）被拒收，原因见死信。`,
  ]);
}

function* radio({ radio: found }: Findings): Iterable<QualityReason> {
  if (found === null || found.share < RADIO_SHARE) return;
  const percent = (found.share * 100).toFixed(1);
  yield reason('radio-loss', Math.min(MOST.radio, 50 * found.share), [
    `${percent} % of the radio frames were lost.`,
    `${percent} % 的無線電訊框遺失。`,
    `${percent} % 的无线电帧丢失。`,
  ]);
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** A length of time in the unit in which it is easily said. */
function lengthOf(ms: number): readonly [en: string, hant: string, hans: string] {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return [`${seconds} s`, `${seconds} 秒`, `${seconds} 秒`];
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return [`${minutes} min`, `${minutes} 分鐘`, `${minutes} 分钟`];
  const hours = Math.round(ms / HOUR_MS);
  return [`${hours} h`, `${hours} 小時`, `${hours} 小时`];
}

function reason(
  code: QualityReasonCode,
  penalty: number,
  text: readonly [en: string, hant: string, hans: string],
): QualityReason {
  const words: Titles = titles(...text);
  return { code, penalty: Math.round(penalty * 10) / 10, text: words };
}
