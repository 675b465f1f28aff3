import { rejection } from '#codecs';
import type { Rejection } from '#core';
import type { BatchOutcomes } from '../batch-outcomes.js';
import type { Candidate } from './messages.js';

export interface TimePolicy {
  readonly maxAgeMs: number;
  readonly maxFutureMs: number;
}

/** Before this a number can hardly be milliseconds; the usual mistake is to send seconds. */
const SECONDS_BELOW = 1e11;

/**
 * Refuses readings whose time is not believable (THREATS 16). Judged against the time of receipt, not against now: a batch that waited
 * through an outage is judged as it would have been on arrival, and the same when it is processed again.
 */
export class TimePolicyStage {
  constructor(private readonly policy: TimePolicy) {}

  run(candidates: readonly Candidate[], outcomes: BatchOutcomes): Candidate[] {
    const timely: Candidate[] = [];
    for (const candidate of candidates) {
      const fault = candidate.hasClock ? this.judge(candidate) : null;
      if (fault === null) timely.push(candidate);
      else outcomes.failed(candidate.record, [fault, ...(candidate.refused ?? [])], candidate.device.identity);
    }
    return timely;
  }

  private judge({ reading: { time, receivedAt }, pointer }: Candidate): Rejection | null {
    const age = receivedAt - time;
    if (age > this.policy.maxAgeMs) {
      const advice = time > 0 && time < SECONDS_BELOW ? ' It looks like seconds; send milliseconds.' : '';
      const detail = `The time stamp lies too far before the time of receipt.${advice}`;
      return rejection('too-old', pointer, detail, `not before ${iso(receivedAt - this.policy.maxAgeMs)}`, iso(time));
    }
    if (-age > this.policy.maxFutureMs) {
      const detail = 'The time stamp lies ahead of the time of receipt.';
      return rejection(
        'in-future',
        pointer,
        detail,
        `not after ${iso(receivedAt + this.policy.maxFutureMs)}`,
        iso(time),
      );
    }
    return null;
  }
}

function iso(time: number): string {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : String(time);
}
