import type { DeviceFacts } from './device-record.js';
import type { PairState } from './threshold.js';

/**
 * What must outlive the process: the highest sequence of each kind that was evaluated, and the pairs of rule and device that
 * are not normal. Times of the newest values are not in it; they come back from the store (`RuleEvaluator.recall`).
 */
export interface EvaluatorState {
  readonly sequences: Readonly<Record<string, number>>;
  /** Highest receive time that was evaluated. */
  readonly receivedAt: number;
  readonly pairs: readonly SavedPair[];
  /** When the newest replayed reading was received, of devices that only such are known of. What the release before this one saved has none. */
  readonly replayed?: Readonly<Record<string, number>>;
}

/** Short, because a blackout saves one for each lamppost: facts of the device, then [rule, phase, raisedAt or null, since or null, newest time of the metric]. */
export type SavedPair = readonly [
  id: string,
  kind: string,
  department: string,
  district: string,
  rule: string,
  phase: PairState['phase'],
  raisedAt: number | null,
  since: number | null,
  newest: number | null,
];

export function savePair(device: DeviceFacts, rule: string, state: PairState, newest: number | null): SavedPair {
  const raisedAt = state.phase === 'rising' ? null : state.raisedAt;
  const since = state.phase === 'active' ? null : state.since;
  return [device.id, device.kind, device.department, device.district, rule, state.phase, raisedAt, since, newest];
}

export function loadPair([id, kind, department, district, rule, phase, raisedAt, since, newest]: SavedPair): {
  readonly device: DeviceFacts;
  readonly rule: string;
  readonly state: PairState;
  readonly newest: number | null;
} {
  const state: PairState =
    phase === 'rising'
      ? { phase, since: since! }
      : phase === 'active'
        ? { phase, raisedAt: raisedAt! }
        : { phase, raisedAt: raisedAt!, since: since! };
  return { device: { id, kind, department, district }, rule, state, newest };
}
