import type { Logger } from 'pino';
import { type DeadLetter, FEED_SOURCE, LamplighterError, type ReadingBatch } from '#core';
import type { JournalBatch } from '#journal';
import type { Registry } from '#registry';
import type { Retry } from '#service';
import { INGEST_CONSUMER, type StoreCommit, type StorePosition, type TelemetryStore } from '#timeseries';
import { platformFault } from './batch-outcomes.js';
import type { Feed } from './feed.js';
import { gather } from './gather.js';
import type { IngestCounters } from './ingest-counters.js';
import type { ServersHeard } from './network/servers-heard.js';
import type { DecidedBatch } from './pipeline.js';
import type { RejectedReports } from './reports/rejected-reports.js';
import type { Sightings } from './sightings/sightings.js';
import type { Candidate } from './stages/messages.js';

export const CONSUMER = INGEST_CONSUMER;

export interface BatchWriterParts {
  readonly feed: Feed;
  readonly store: Pick<TelemetryStore, 'commit'>;
  readonly registry: Pick<Registry, 'deviceState' | 'downlinks'>;
  readonly reports: Pick<RejectedReports, 'send'>;
  readonly sightings: Pick<Sightings, 'note'>;
  readonly servers: Pick<ServersHeard, 'noteStates' | 'noteLetters'>;
  /** Told of readings before they are written. */
  readonly onAccepted: (readings: readonly ReadingBatch[]) => void;
  readonly retry: Retry;
  readonly counters: IngestCounters;
  readonly logger: Logger;
}

/**
 * Makes a decided batch durable: first the state of devices, then the feed, so that no stored reading can miss its alarms, then rows, dead letters, counts and
 * position in one commit of the store. A crash between the two gives the feed the same rows twice; readers know them by their sequence.
 */
export class BatchWriter {
  constructor(private readonly parts: BatchWriterParts) {}

  /** @throws LamplighterError `journal-unwritable` (the feed failed; exit and replay) */
  async write(decided: DecidedBatch): Promise<void> {
    await this.writeStates(decided);
    const readings = gather(decided.fresh);
    this.parts.onAccepted(readings);
    await this.feed(decided, readings);
    await this.commit(decided, readings, 0, decided.outcomes.length);
  }

  /** Readings of replayed letters are history to whoever watches the feed (ADR 015). */
  private async feed({ fresh, outcomes }: DecidedBatch, readings: readonly ReadingBatch[]): Promise<void> {
    const { feed } = this.parts;
    if (!outcomes.hasReplays) {
      await feed.append(readings);
      return;
    }
    const isReplayed = ({ record }: Candidate): boolean => outcomes.replayOf(record) !== undefined;
    await feed.append(gather(fresh.filter((candidate) => !isReplayed(candidate))));
    await feed.append(gather(fresh.filter(isReplayed)), FEED_SOURCE.history);
  }

  /** Before the messages count as stored. Told again after a crash it changes nothing. */
  private async writeStates({ states, downlinks }: DecidedBatch): Promise<void> {
    const { registry, retry, servers } = this.parts;
    servers.noteStates(states);
    if (states.length > 0) await retry.run('registry', () => registry.deviceState.apply(states));
    if (downlinks.length > 0) await retry.run('registry', () => registry.downlinks.noteEvents(downlinks));
  }

  /** Commits the messages of the batch from one index up to another. */
  private async commit(
    decided: DecidedBatch,
    readings: readonly ReadingBatch[],
    from: number,
    to: number,
  ): Promise<void> {
    const commit = this.commitOf(decided, readings, from, to);
    try {
      await this.parts.retry.run('store', () => this.parts.store.commit(commit));
    } catch (error) {
      if (!(error instanceof LamplighterError) || error.code !== 'store-rejected') throw error;
      await this.commitInParts(decided, from, to, error);
      return;
    }
    this.count(commit);
    this.report(commit, decided);
  }

  /** Devices hear of what they send, not of what an engineer replays: that they heard of when it came. */
  private report({ deadLetters, resolutions = [] }: StoreCommit, { outcomes }: DecidedBatch): void {
    this.parts.counters.replayed += resolutions.length;
    const isReplayed = (letter: DeadLetter): boolean => outcomes.replayOf(letter) !== undefined;
    const fresh = resolutions.length === 0 ? deadLetters : deadLetters.filter((each) => !isReplayed(each));
    this.parts.reports.send(fresh);
    this.parts.sightings.note(fresh);
    this.parts.servers.noteLetters(fresh);
  }

  /** The store cannot take something in it for good: halve until the message is found, and keep it as a dead letter. */
  private async commitInParts(decided: DecidedBatch, from: number, to: number, error: LamplighterError): Promise<void> {
    this.parts.counters.cutBatches++;
    if (to - from > 1) {
      const middle = (from + to) >> 1;
      for (const [start, end] of [[from, middle], [middle, to]] as const) await this.commit(decided, rowsOf(decided, start, end), start, end); // prettier-ignore
      return;
    }
    const record = decided.outcomes.record(from);
    if (record === undefined) throw error; // A corrupt record has no rows: the store refuses everything.
    this.parts.logger.error({ sequence: record.sequence, reason: error.message }, 'the store refused a message');
    const device =
      decided.fresh.find((candidate) => candidate.record.sequence === record.sequence)?.device.identity ?? null;
    decided.outcomes.refusedByStore(
      record,
      platformFault('store-rejected-line', 'The store refused the rows of this message.', error.message),
      device,
    );
    const commit = this.commitOf(decided, [], from, to);
    await this.parts.retry.run('store', () => this.parts.store.commit(commit));
    this.count(commit);
    this.report(commit, decided);
  }

  private commitOf(
    { batch, outcomes }: DecidedBatch,
    readings: readonly ReadingBatch[],
    from: number,
    to: number,
  ): StoreCommit {
    return {
      consumer: CONSUMER,
      readings,
      deadLetters: outcomes.deadLetters(from, to),
      resolutions: outcomes.resolutions(from, to),
      outcomes: outcomes.counts(from, to),
      position: positionAt(batch, outcomes.first + to),
    };
  }

  private count({ readings, outcomes }: StoreCommit): void {
    const { counters } = this.parts;
    for (const { length } of readings) counters.readings += length;
    for (const { stored, duplicates, deadLetters } of outcomes) {
      let refused = 0;
      for (const code in deadLetters) refused += deadLetters[code]!;
      counters.stored += stored;
      counters.duplicates += duplicates;
      counters.deadLetters += refused;
      counters.messages += stored + duplicates + refused;
    }
  }
}

function rowsOf({ fresh, outcomes }: DecidedBatch, from: number, to: number): ReadingBatch[] {
  return gather(
    fresh.filter(({ record }) => record.sequence >= outcomes.first + from && record.sequence < outcomes.first + to),
  );
}

/** Position before the message with this sequence; at the end of the batch, the batch's own. */
function positionAt({ records, corrupt, next, nextSequence }: JournalBatch, sequence: number): StorePosition {
  if (sequence === nextSequence) return { next, nextSequence };
  const following =
    records.find((record) => record.sequence === sequence) ?? corrupt.find((record) => record.sequence === sequence);
  return { next: { frame: following!.frame, index: following!.index }, nextSequence: sequence };
}
