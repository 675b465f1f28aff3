import { LamplighterError } from '#core';
import type { StoreKind, StoreSchema } from '../telemetry-store.js';

/**
 * Measurements and fields. A kind is a measurement of its own name with the tag `device`; its metrics are float fields. Metric names
 * are camelCase and kinds are kebab-case, so names with an underscore are ours and cannot clash with either.
 *
 * The server deletes whole points and picks them by tags, not by fields. So the metrics of a kind that are kept longest share the points
 * without {@link KEPT_TAG}, and all others lie in points whose tag says for how many days. Readers do not look at the tag: a metric whose
 * retention changed is in two series, and both are found.
 */
export const MEASUREMENT = {
  /** Metrics that the platform computed for a kind: apart, so that a reading and its derived values overwrite only themselves. */
  derived: (kind: string) => `${kind}_derived`,
  deadLetter: 'dead_letter',
  outcome: 'ledger_outcome',
  attempt: 'ledger_attempt',
  commit: 'ledger_commit',
} as const;

/** Days for which the metrics of a point are kept, when others of its measurement are kept longer. */
export const KEPT_TAG = 'kept_days';

export interface Retention {
  /** Value of {@link KEPT_TAG}; null for the longest, whose points go without it. */
  readonly tag: string | null;
  readonly metrics: readonly string[];
}

/** The metrics of one measurement by how long they are kept, longest first; one entry without metrics when there are none. */
export function retentionsOf({ retentionDays }: StoreKind, metrics: readonly string[]): Retention[] {
  const days = [...new Set(metrics.map((metric) => retentionDays[metric]!))].sort((a, b) => b - a);
  if (days.length === 0) return [{ tag: null, metrics: [] }];
  return days.map((kept, index) => ({
    tag: index === 0 ? null : String(kept),
    metrics: metrics.filter((metric) => retentionDays[metric] === kept),
  }));
}

export const FIELD = {
  /** Journal sequence of the message; {@link OUTSIDE_JOURNAL} for rows that no journal position covers. */
  sequence: 'journal_sequence',
  received: 'received_at',
  boot: 'device_boot',
  seq: 'device_seq',
  /** Names of the metrics that a row carries, joined by commas: what de-duplication compares. */
  metrics: 'metric_names',
} as const;

/** Fields of dead letters that they are searched by, beside the parts of their body. */
export const LETTER_FIELD = {
  kind: 'letter_kind',
  topic: 'letter_topic',
  /** 1 or 0. */
  partial: 'letter_partial',
  /** Journal sequence of the replay that resolved the letter; the other three belong to it. */
  resolvedBy: 'resolved_by',
  outcome: 'resolved_outcome',
  resolvedAt: 'resolved_at',
  job: 'resolved_job',
  /** 1 when the payload was emptied because its time had come. */
  payloadExpired: 'payload_expired',
} as const;

/** Sequence of what was committed without a position: it is visible at once. */
export const OUTSIDE_JOURNAL = -1;
/** Sequence of dead letters that a crashed attempt left behind and no later attempt repeated. */
export const VOID = -2;

/** The kinds and metrics that the store was opened with; nothing else may reach a query or a line. */
export class KnownNames {
  private readonly kinds: ReadonlyMap<string, StoreKind>;

  constructor(schema: StoreSchema) {
    this.kinds = new Map(schema.map((entry) => [entry.kind, entry]));
  }

  all(): readonly StoreKind[] {
    return [...this.kinds.values()];
  }

  find(kind: string): StoreKind | undefined {
    return this.kinds.get(kind);
  }

  /** @throws LamplighterError `bad-request` */
  kind(name: string): StoreKind {
    const found = this.kinds.get(name);
    if (found === undefined) throw new LamplighterError('bad-request', `There is no kind '${name}'.`);
    return found;
  }

  /** The metrics asked for, in the kind's order; all of them when none are asked for. @throws LamplighterError `bad-request` */
  metrics(kind: StoreKind, asked: readonly string[]): readonly string[] {
    const known = [...kind.metrics, ...kind.derived];
    const strange = asked.find((metric) => !known.includes(metric));
    if (strange !== undefined)
      throw new LamplighterError('bad-request', `Kind '${kind.kind}' has no metric '${strange}'.`);
    return asked.length === 0 ? known : known.filter((metric) => asked.includes(metric));
  }
}
