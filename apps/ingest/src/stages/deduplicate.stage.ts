import type { BatchOutcomes } from '../batch-outcomes.js';
import { hashBytes, type ReadingKey, type RecentReadings } from '../duplicates/recent-readings.js';
import type { LookupResult, StoredLookup } from '../duplicates/stored-lookup.js';
import type { Candidate } from './messages.js';

/** Sorts out readings that came before; docs/architecture.md and ADR 004 give the rules. */
export class DeduplicateStage {
  constructor(
    private readonly recent: RecentReadings,
    private readonly lookup: StoredLookup,
  ) {}

  /** Waits for a store that does not answer, when it has to be asked. */
  async run(candidates: readonly Candidate[], outcomes: BatchOutcomes): Promise<Candidate[]> {
    const fresh: Candidate[] = [];
    const unsure: Candidate[] = [];
    const replayed: Candidate[] = [];
    for (const candidate of candidates) {
      const verdict = this.recent.check(candidate.device.identity.id, new CandidateKey(candidate));
      if (outcomes.replayOf(candidate.record) !== undefined) {
        // Memory knows readings, not which of their metrics were stored: only the store can tell.
        replayed.push(candidate);
        fresh.push(candidate);
      } else if (verdict === 'duplicate') outcomes.duplicate(candidate.record);
      else {
        fresh.push(candidate);
        if (verdict === 'unsure') unsure.push(candidate);
      }
    }
    const found =
      unsure.length === 0 ? NOTHING_FOUND : await this.lookup.findRepeated(unsure, candidates, outcomes.first);
    const known =
      replayed.length === 0 ? NOTHING_FOUND : await this.lookup.removeStored(replayed, candidates, outcomes.first);
    const passed = fresh.filter((candidate) => {
      const { record, refused, device } = candidate;
      if (found.repeated.has(candidate)) {
        outcomes.duplicate(record);
        return false;
      }
      if (known.repeated.has(candidate)) {
        // What was refused before is refused again, although the rest of the reading is there.
        if (refused === null) outcomes.duplicate(record);
        else outcomes.failed(record, refused, device.identity);
        return false;
      }
      const fault = found.failed.get(candidate) ?? known.failed.get(candidate);
      if (fault !== undefined) {
        outcomes.broken(record, fault);
        return false;
      }
      outcomes.stored(record);
      if (refused !== null) outcomes.partlyRefused(record, refused, device.identity);
      return true;
    });
    keepOneCompanion(passed);
    return passed;
  }
}

/** How a frame was heard is one reading, however many readings it brought: it goes with the first that is new. */
function keepOneCompanion(candidates: readonly Candidate[]): void {
  let last: Candidate['companion'] = null;
  for (const candidate of candidates) {
    if (candidate.companion === null) continue;
    // The readings of a message follow each other and share their companion.
    if (candidate.companion === last) candidate.companion = null;
    else last = candidate.companion;
  }
}

const NOTHING_FOUND: LookupResult = { repeated: new Set(), failed: new Map() };

/** The key of a candidate; reads the payload only when it has to. */
class CandidateKey implements ReadingKey {
  readonly time: number;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly metricSet: number;
  readonly hasClock: boolean;
  readonly toleranceMs: number;

  constructor(private readonly candidate: Candidate) {
    const { reading, metricSet, hasClock, toleranceMs } = candidate;
    this.time = reading.time;
    this.boot = reading.boot;
    this.seq = reading.seq;
    this.metricSet = metricSet;
    this.hasClock = hasClock;
    this.toleranceMs = toleranceMs;
  }

  payloadHash(): number {
    return hashBytes(this.candidate.record.payload, this.candidate.pointer);
  }
}
