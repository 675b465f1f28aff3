import type { Kind } from '#kinds';
import type { StoreSchema } from './telemetry-store.js';

/** What a store must know of the kinds: which metrics devices send and which the platform derives. */
export function storeSchemaOf(kinds: readonly Pick<Kind, 'name' | 'metrics' | 'derived'>[]): StoreSchema {
  return kinds.map(({ name, metrics, derived }) => ({
    kind: name,
    metrics: metrics.filter((metric) => metric.derived !== true).map((metric) => metric.name),
    derived,
  }));
}
