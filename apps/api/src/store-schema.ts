import { kinds } from '#kinds';
import type { StoreSchema } from '#timeseries';

/** What a store that this process opens itself must know of the kinds. */
export const SCHEMA: StoreSchema = kinds.map(({ name, metrics, derived }) => ({
  kind: name,
  metrics: metrics.filter((metric) => metric.derived !== true).map((metric) => metric.name),
  derived,
}));
