import type { Kind, Metric } from '#kinds';
import type { Aggregate } from '#timeseries';
import { Problem } from '../http/problem.js';

export type MetricValue = number | boolean | string | null;

/** A stored number as the API shows it: true and false for booleans, the label for enumerations. */
export function valueOf(metric: Metric | undefined, stored: number): MetricValue {
  if (Number.isNaN(stored)) return null;
  if (metric?.type === 'boolean') return stored !== 0;
  if (metric?.type === 'enum') return metric.labels?.[stored] ?? null;
  return stored;
}

/** The metrics that were asked for, all of the kind by default. @throws Problem `bad-request` naming the unknown one */
export function metricsOf(kind: Kind, names: readonly string[] | undefined): readonly Metric[] {
  if (names === undefined) return kind.metrics;
  return names.map((name) => {
    const metric = kind.metrics.find((candidate) => candidate.name === name);
    if (metric !== undefined) return metric;
    const known = kind.metrics.map((candidate) => candidate.name).join(', ');
    throw new Problem('bad-request', `'${name.slice(0, 64)}' is not a metric of ${kind.name}; it has ${known}.`, {
      pointer: '/metric',
    });
  });
}

/** @throws Problem `bad-request` when the energy is asked of what is no level */
export function requireMeaningful(metrics: readonly Metric[], aggregates: readonly Aggregate[]): void {
  const strange = aggregates.includes('energyMean') ? metrics.find(({ unit }) => !unit.startsWith('dB')) : undefined;
  if (strange === undefined) return;
  throw new Problem('bad-request', `energyMean is for levels in dB; '${strange.name}' is in ${strange.unit}.`, {
    pointer: '/aggregate',
  });
}
