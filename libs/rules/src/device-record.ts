import type { CompiledRules } from './effective-rules.js';
import type { PairState } from './threshold.js';

/** What the evaluator knows of a device that it has met. */
export interface DeviceFacts {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
}

/** The evaluator's memory of one device. Mutable and flat: there is one for each of the city's devices. */
export class DeviceRecord {
  /** Newest event time of each metric that rules look at, by slot. */
  newest: Float64Array;
  /** Receive time of the newest reading that was not late, or of the first of all; NaN when the device has never sent. */
  lastReceivedAt = NaN;
  /** Expected distance between readings; infinite for an isolated device, which is not expected to send. */
  intervalMs: number;
  /** When it was registered; what was received before can only have come by a replay. */
  createdAt = -Infinity;
  /** Rules that are not normal, by id; null when all are. */
  pairs: Map<string, PairState> | null = null;

  constructor(
    public facts: DeviceFacts,
    public rules: CompiledRules,
    slots: number,
    intervalMs: number,
  ) {
    this.newest = new Float64Array(slots).fill(-Infinity);
    this.intervalMs = intervalMs;
  }

  state(rule: string): PairState | null {
    return this.pairs?.get(rule) ?? null;
  }

  setState(rule: string, state: PairState | null): void {
    if (state !== null) (this.pairs ??= new Map()).set(rule, state);
    else if (this.pairs?.delete(rule) === true && this.pairs.size === 0) this.pairs = null;
  }
}
