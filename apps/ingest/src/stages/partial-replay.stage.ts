import { pointerLevel } from '#codecs';
import type { BatchOutcomes } from '../batch-outcomes.js';
import { presentMetrics } from '../devices/kind-plan.js';
import type { Candidate } from './messages.js';

/**
 * Of a message whose rest was stored when it came, only what was refused then goes on: the items and metrics that the pointers of its
 * letter name. De-duplication takes out what is stored all the same, should a new codec have given the items other pointers.
 */
export class PartialReplayStage {
  run(candidates: readonly Candidate[], outcomes: BatchOutcomes): readonly Candidate[] {
    const isPartial = (candidate: Candidate): boolean => outcomes.replayOf(candidate.record)?.partial === true;
    if (!candidates.some(isPartial)) return candidates;
    return candidates.filter((candidate) => {
      const replayed = outcomes.replayOf(candidate.record);
      // The companion of a reading was stored with its rest.
      if (replayed?.partial === true) candidate.companion = null;
      if (replayed?.partial !== true || isWhollyRefused(candidate, replayed.pointers)) return true;
      keepRefusedMetrics(candidate, new Set(replayed.pointers));
      if (candidate.metricSet > 0) return true;
      if (candidate.refused === null) outcomes.duplicate(candidate.record);
      else outcomes.failed(candidate.record, candidate.refused, candidate.device.identity);
      return false;
    });
  }
}

/** Refused was the item itself, something that holds it, or a part of it that is no metric, such as its time. */
function isWhollyRefused(candidate: Candidate, pointers: readonly string[]): boolean {
  const { pointer, places } = candidate;
  const metrics = new Set(places?.values());
  return pointers.some((refused) => {
    if (isWithin(pointer, refused)) return true;
    return isWithin(refused, pointer) && !metrics.has(refused) && !isWithin(refused, `${pointer}/values`);
  });
}

function keepRefusedMetrics(candidate: Candidate, pointers: ReadonlySet<string>): void {
  const { sent, sentIndex } = candidate.plan;
  const { values } = candidate.reading;
  sent.forEach((metric, i) => {
    if (!pointers.has(placeOf(candidate, metric))) values[sentIndex[i]!] = NaN;
  });
  candidate.metricSet = presentMetrics(values);
}

function placeOf({ pointer, places }: Candidate, metric: string): string {
  return places === null ? `${pointer}/values/${pointerLevel(metric)}` : (places.get(metric) ?? pointer);
}

/** Whether a pointer is another one or leads into it. */
function isWithin(pointer: string, outer: string): boolean {
  return pointer === outer || pointer.startsWith(`${outer}/`);
}
