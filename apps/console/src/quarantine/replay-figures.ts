import type { Grouping, Replay } from '../api/dead-letters';

/** Letters of which it is known what became of them. */
export function settledOf({ stored, duplicates, refusedAgain, skipped }: Replay): number {
  return stored + duplicates + refusedAgain + skipped;
}

/** How far a job is, from 0 to 1. Letters may have come in since it counted them, and one without letters is done. */
export function progressOf(replay: Replay): number {
  if (replay.total === 0) return 1;
  return Math.min(1, settledOf(replay) / replay.total);
}

/**
 * What the job is about, as far as a reader knows the words: 'unknown-device', 'litter-bin', 'GF3637'.
 *
 * @param nameless says that letters have no device or kind that is known
 */
export function subjectOf({ filter }: Replay, nameless: (member: Grouping) => string): string[] {
  const given = ['code', 'kind', 'device', 'source', 'topic'].flatMap((name) => {
    const value = filter[name];
    return typeof value === 'string' ? [value] : [];
  });
  const without = Array.isArray(filter['without']) ? (filter['without'] as Grouping[]) : [];
  return [...given, ...without.map(nameless)];
}
