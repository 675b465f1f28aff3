import type { Kind } from '#kinds';
import type { TelemetryQueries } from '#timeseries';
import type { AlarmEvaluation } from './alarm-evaluation.js';

/** Tells the evaluator when each device was heard last, which the registry does not keep: it would change with every reading. */
export async function recallLatest(
  store: Pick<TelemetryQueries, 'latest'>,
  kinds: readonly Kind[],
  evaluation: AlarmEvaluation,
): Promise<void> {
  for (const { name } of kinds) {
    const latest = await store.latest({ kind: name, devices: null });
    await evaluation.apply((evaluator) => {
      evaluator.recall(latest);
      return [];
    });
  }
}
