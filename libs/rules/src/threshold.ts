import type { CompiledThreshold } from './effective-rules.js';

/**
 * Where one rule stands on one device, when it is not normal (ISA-18.2: an alarm is active or not; the delays before either
 * change are states of their own). Times are event times.
 */
export type PairState =
  /** Beyond the limit since `since`, waiting for the on-delay. */
  | { readonly phase: 'rising'; readonly since: number }
  | { readonly phase: 'active'; readonly raisedAt: number }
  /** Active, but safe since `since`, waiting for the off-delay. */
  | { readonly phase: 'falling'; readonly raisedAt: number; readonly since: number };

export type ThresholdStep = {
  /** Null: normal. */
  readonly state: PairState | null;
  readonly event: 'raise' | 'clear' | null;
};

/** One value, in event time order, at one rule. The hysteresis lies on the safe side of the limit and holds only an active alarm. */
export function stepThreshold(
  rule: CompiledThreshold,
  state: PairState | null,
  time: number,
  value: number,
): ThresholdStep {
  const beyond = rule.above ? value > rule.limit : value < rule.limit;
  if (state === null || state.phase === 'rising') {
    if (!beyond) return { state: null, event: null };
    const since = state?.since ?? time;
    if (time - since >= rule.rule.onDelayMs) return { state: { phase: 'active', raisedAt: time }, event: 'raise' };
    return { state: state ?? { phase: 'rising', since }, event: null };
  }
  const { raisedAt } = state;
  // The id of an alarm carries the time of its raise: were it cleared at that very time, the next raise could have the same id.
  const safe = time > raisedAt && (rule.above ? value <= rule.clearAt : value >= rule.clearAt);
  if (!safe) return { state: state.phase === 'active' ? state : { phase: 'active', raisedAt }, event: null };
  const since = state.phase === 'falling' ? state.since : time;
  if (time - since >= rule.rule.offDelayMs) return { state: null, event: 'clear' };
  return { state: state.phase === 'falling' ? state : { phase: 'falling', raisedAt, since }, event: null };
}
