import { LamplighterError } from '#core';
import type { ReplayTrouble } from '#registry';
import { toProblem } from '../http/problem.filter.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export function canBeRetried(error: unknown): boolean {
  return error instanceof LamplighterError && error.retryable;
}

/** What people are told of an error: as much as a caller of the API would be, since a driver's text may name hosts and users (THREATS 37). */
export function troubleOf(error: unknown): ReplayTrouble {
  const { code, message } = toProblem(error);
  if (code === 'internal')
    return { code: 'replay-failed', detail: 'Something failed that was not foreseen; the log of the API has it under the id of the replay.' }; // prettier-ignore
  return { code: error instanceof LamplighterError ? error.code : code, detail: message };
}

/** Doubles with each attempt, and is spread so that several jobs do not come back together. */
export function pauseAfter(attempts: number, random: () => number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempts) * (0.5 + random() / 2);
}
