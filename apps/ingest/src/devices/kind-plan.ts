import { compileValidator, findKind, type Kind, type ReadingValidator } from '#kinds';

/** Beyond it a set of metrics no longer fits a number exactly. */
const MAX_METRICS = 53;

/** What the path needs of a kind, worked out once. */
export interface KindPlan {
  readonly kind: Kind;
  readonly validate: ReadingValidator;
  /** Metrics that devices send, in the kind's order, and where each stands in `Reading.values`. */
  readonly sent: readonly string[];
  readonly sentIndex: readonly number[];
  readonly metricCount: number;
}

const plans = new Map<string, KindPlan>();

/** @throws Error when the kind has more metrics than the path can tell apart */
function planOf(kind: Kind): KindPlan {
  const sentIndex = kind.metrics.flatMap((metric, index) => (metric.derived === true ? [] : [index]));
  if (kind.metrics.length > MAX_METRICS) {
    throw new Error(
      `The kind '${kind.name}' has ${kind.metrics.length} metrics; ingest can tell the sets of at most ${MAX_METRICS} apart`,
    );
  }
  return {
    kind,
    validate: compileValidator(kind),
    sent: sentIndex.map((index) => kind.metrics[index]!.name),
    sentIndex,
    metricCount: kind.metrics.length,
  };
}

/** The plan of a kind of this release, or null. */
export function findPlan(name: string): KindPlan | null {
  let plan = plans.get(name);
  if (plan === undefined) {
    const kind = findKind(name);
    if (kind === undefined) return null;
    plans.set(name, (plan = planOf(kind)));
  }
  return plan;
}

/** The metrics that a reading has, as a number: bit i is set when metric i of the kind is present. */
export function presentMetrics(values: Float64Array): number {
  let set = 0;
  let bit = 1;
  for (const value of values) {
    if (value === value) set += bit; // Not NaN.
    bit *= 2;
  }
  return set;
}
