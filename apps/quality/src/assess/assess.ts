import type { QualityGrade, QualityReason, QualityReport } from '#registry';
import type { DeviceObserver } from '../observe/device-observer.js';
import { windowStart } from '../observe/window.js';
import type { Findings } from './findings.js';
import { reasonsOf } from './reasons.js';

/** What other parts of the platform know of a device's messages in the window. */
export interface MessageFacts {
  /** Messages that ended as dead letters. */
  readonly rejected: number;
  /** All messages, however they ended. */
  readonly messages: number;
}

export interface Assessment {
  readonly score: number;
  readonly grade: QualityGrade;
  readonly report: QualityReport;
}

/** A device is judged when this many readings could have come. */
const JUDGED_AFTER_INTERVALS = 3;
const LISTED_GAPS = 10;
const GOOD = 85;
const FAIR = 60;

/** The report of a device for the window that ends at `now`. Pure: the same observations give the same report. */
export function assess(observer: DeviceObserver, facts: MessageFacts, intervalMs: number, now: number): Assessment {
  const findings = findingsOf(observer, facts, intervalMs, now);
  const isYoung = now - observer.arrivals.start < JUDGED_AFTER_INTERVALS * intervalMs;
  // Readings whose times are days old also came from somewhere: their clock is at fault, not silence.
  const isSilent = !(observer.arrivals.last >= windowStart(now)) && observer.clock.offset(now) === null;
  const reasons = isYoung ? [] : reasonsOf(findings, intervalMs, isSilent);
  const score = isSilent && !isYoung ? 0 : Math.max(0, Math.round(100 - sum(reasons)));
  return { score, grade: gradeOf(score, isYoung, isSilent), report: { ...findings, reasons } };
}

function findingsOf(observer: DeviceObserver, facts: MessageFacts, intervalMs: number, now: number): Findings {
  const gaps = observer.arrivals.gaps(now, intervalMs);
  const { rejected, messages } = facts;
  const frames = observer.frames(now);
  return {
    window: { from: Math.max(observer.arrivals.start, windowStart(now)), to: now },
    completeness: observer.arrivals.completeness(now, intervalMs),
    gaps: {
      count: gaps.length,
      longestMs: gaps.reduce((longest, { from, to }) => Math.max(longest, to - from), 0),
      latest: gaps.slice(-LISTED_GAPS),
    },
    stuck: observer.stuck(),
    spikes: observer.spikes(now),
    clock: observer.clock.offset(now),
    battery: observer.battery?.trend() ?? null,
    rejected: { messages: rejected, share: messages === 0 ? 0 : rejected / messages },
    radio:
      frames === null || frames.heard + frames.lost === 0
        ? null
        : { lost: frames.lost, share: frames.lost / (frames.heard + frames.lost) },
  };
}

function gradeOf(score: number, isYoung: boolean, isSilent: boolean): QualityGrade {
  if (isYoung) return 'new';
  if (isSilent) return 'silent';
  if (score >= GOOD) return 'good';
  return score >= FAIR ? 'fair' : 'poor';
}

function sum(reasons: readonly QualityReason[]): number {
  return reasons.reduce((total, { penalty }) => total + penalty, 0);
}
