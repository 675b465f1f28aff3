import { readConstraints } from './constraints.js';
import { DEPARTMENTS } from './departments.js';
import { derivationFaults } from './derivation.js';
import type { Kind, Metric } from './kind.js';
import { declaredMetrics, type DeclaredMetric } from './metric.decorators.js';

/** Ten years: the city compares decades, and columns of numbers are small. */
const DEFAULT_RETENTION_DAYS = 3653;

const defined = new WeakSet<object>();

/** What a kind says beside its class; metrics and derived metrics follow from the class. */
export type KindDefinition = Omit<Kind, 'metrics' | 'derived' | 'derivations'> & Partial<Pick<Kind, 'derivations'>>;

/**
 * Builds a kind from its payload class.
 *
 * @throws Error listing everything that is wrong with the declaration, so that a bad kind stops the start and not a message
 */
export function defineKind(definition: KindDefinition): Kind {
  const constraints = readConstraints(definition.payload);
  const declared = declaredMetrics(definition.payload);
  const metrics = declared.map((metric) => ({ ...withDefaults(metric), ...constraintsFor(metric.name) }));
  const derived = metrics.filter((metric) => metric.derived === true).map((metric) => metric.name);
  const kind: Kind = { derivations: [], ...definition, metrics, derived };
  const faults = [...undeclared(), ...faultsOf(kind)];
  if (faults.length > 0) throw new Error(`Kind '${definition.name}' cannot be used.\n  ${faults.join('\n  ')}`);
  defined.add(kind);
  return kind;

  function constraintsFor(name: string): Pick<Metric, 'type' | 'min' | 'max' | 'labels'> {
    const { type, min, max, labels } = constraints.get(name)!;
    return { type, min, max, ...(labels === null ? {} : { labels }) };
  }

  function undeclared(): string[] {
    const names = new Set(declared.map((metric) => metric.name));
    return [...constraints.keys()]
      .filter((name) => !names.has(name))
      .map((name) => `${name} has rules but no metric decorator`);
  }
}

/** True for what {@link defineKind} made; the catalogue tells kinds from the other exports of a file by it. */
export function isKind(value: unknown): value is Kind {
  return typeof value === 'object' && value !== null && defined.has(value);
}

function withDefaults(metric: DeclaredMetric): Omit<Metric, 'type' | 'min' | 'max' | 'labels'> {
  return {
    ...metric,
    precision: metric.precision ?? 0,
    privacy: metric.privacy ?? 'none',
    retentionDays: metric.retentionDays ?? DEFAULT_RETENTION_DAYS,
    cumulative: metric.cumulative ?? false,
  };
}

function* faultsOf(kind: Kind): Iterable<string> {
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(kind.name)) yield 'the name must be kebab-case, at most 40 characters';
  if (!DEPARTMENTS.some((department) => department.id === kind.department)) {
    yield `department '${kind.department}' is not in departments.ts`;
  }
  if (kind.metrics.length === 0) yield 'the payload class declares no metric';
  for (const metric of kind.metrics) {
    if (!/^[a-z][A-Za-z0-9]*$/.test(metric.name)) yield `metric '${metric.name}' must be camelCase`;
    if (metric.privacy !== 'none' && metric.purpose === undefined) {
      yield `metric '${metric.name}' concerns people and states no purpose`;
    }
  }
  const personal = kind.metrics.find((metric) => metric.privacy === 'personal');
  if (personal !== undefined && kind.consent === undefined && kind.identifiesPeople === undefined) {
    yield `metric '${personal.name}' is about single persons: state how they consent, or identifiesPeople`;
  }
  yield* faultsOfDerivations(kind);
  const ids = new Set<string>();
  for (const alarm of kind.alarms) {
    if (ids.has(alarm.id)) yield `alarm '${alarm.id}' is declared twice`;
    ids.add(alarm.id);
    if (alarm.type === 'threshold' && !kind.metrics.some((metric) => metric.name === alarm.metric)) {
      yield `alarm '${alarm.id}' watches '${alarm.metric}', which is not a metric`;
    }
  }
}

/** Each derived metric is made by exactly one derivation: with none it stays empty, with two the later would win. */
function* faultsOfDerivations({ derived, derivations, metrics }: Kind): Iterable<string> {
  for (const derivation of derivations) yield* derivationFaults(derivation, metrics);
  for (const metric of derived) {
    const makers = derivations.filter((derivation) => derivation.metrics.includes(metric));
    if (makers.length !== 1) yield `derived metric '${metric}' is made by ${makers.length} derivations`;
  }
}
