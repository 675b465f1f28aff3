import type { Kind } from '#kinds';
import type { StoreSchema } from './telemetry-store.js';

/** What a store must know of the kinds: which metrics devices send, which the platform derives, and how long each is kept. */
export function storeSchemaOf(kinds: readonly Pick<Kind, 'name' | 'metrics' | 'derived'>[]): StoreSchema {
  return kinds.map(({ name, metrics, derived }) => ({
    kind: name,
    metrics: metrics.filter((metric) => metric.derived !== true).map((metric) => metric.name),
    derived,
    retentionDays: Object.fromEntries(metrics.map((metric) => [metric.name, metric.retentionDays])),
  }));
}
