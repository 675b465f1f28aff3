import type { OutcomeCount } from '#timeseries';
import type { TallyEntry } from '#journal';
import type { LedgerCountsDto } from './ledger.dto.js';

/** What both sides say of one publisher, or of one publisher in one hour. */
export interface LedgerEntry {
  readonly source: string;
  /** Hours since the epoch; null when all hours are together. */
  readonly hour: number | null;
  journalled: number;
  stored: number;
  duplicates: number;
  deadLetters: Record<string, number>;
}

export function settledOf(entry: Pick<OutcomeCount, 'stored' | 'duplicates' | 'deadLetters'>): number {
  return Object.values(entry.deadLetters).reduce((sum, count) => sum + count, entry.stored + entry.duplicates);
}

/** Joins what the journal counted with what became of it. */
export function joinEntries(
  tally: readonly TallyEntry[],
  outcomes: readonly OutcomeCount[],
  byHour: boolean,
): LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  const entryOf = (source: string, atHour: number): LedgerEntry => {
    const hour = byHour ? atHour : null;
    const key = `${source}\0${hour ?? ''}`;
    let entry = entries.get(key);
    if (entry === undefined) {
      entry = { source, hour, journalled: 0, stored: 0, duplicates: 0, deadLetters: {} };
      entries.set(key, entry);
    }
    return entry;
  };
  for (const { source, hour, messages } of tally) entryOf(source, hour).journalled += messages;
  for (const outcome of outcomes) addOutcome(entryOf(outcome.source, outcome.hour), outcome);
  return [...entries.values()].sort((a, b) => compare(a.source, b.source) || (a.hour ?? 0) - (b.hour ?? 0));
}

function addOutcome(entry: LedgerEntry, outcome: OutcomeCount): void {
  entry.stored += outcome.stored;
  entry.duplicates += outcome.duplicates;
  for (const [code, count] of Object.entries(outcome.deadLetters)) {
    entry.deadLetters[code] = (entry.deadLetters[code] ?? 0) + count;
  }
}

/**
 * What of an entry is not settled waits in the journal, as far as the journal's whole backlog goes; the rest is
 * unaccounted for. The store does not say whose messages wait, so `backlog` of one publisher is an upper bound, and 0 as
 * soon as the whole backlog is.
 */
export function countsOf(entry: Omit<LedgerEntry, 'source' | 'hour'>, backlog: number): LedgerCountsDto {
  const { journalled, stored, duplicates, deadLetters } = entry;
  const unsettled = journalled - settledOf(entry);
  const waiting = Math.max(0, Math.min(unsettled, backlog));
  return { journalled, stored, duplicates, deadLetters, backlog: waiting, unaccounted: unsettled - waiting };
}

export function sumOf(entries: readonly LedgerEntry[]): Omit<LedgerEntry, 'source' | 'hour'> {
  const sum: LedgerEntry = { source: '', hour: null, journalled: 0, stored: 0, duplicates: 0, deadLetters: {} };
  for (const { journalled, hour, ...outcome } of entries) {
    sum.journalled += journalled;
    addOutcome(sum, { ...outcome, hour: hour ?? 0 });
  }
  return sum;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
