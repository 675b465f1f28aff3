import { type DeadLetter, LamplighterError, type ReadingBatch } from '#core';
import type { OutcomeCount, StoreCommit, StorePosition } from '../telemetry-store.js';
import { deadLetterLine, resolutionLine } from './dead-letter-lines.js';
import {
  attemptLine,
  attemptOf,
  commitLine,
  type CommittedState,
  type LedgerReader,
  type LedgerTotals,
  outcomeLines,
} from './ledger.js';
import { type ReadingLine, readingLines } from './line-protocol.js';
import type { KnownNames } from './names.js';
import { lettersOfRefusals, type RefusedReading } from './refused-readings.js';
import type { InfluxWriter } from './writer.js';

/** Writes commits in the order that `ledger.ts` explains. One process commits for a consumer, one batch at a time. */
export class CommitWriter {
  /** Last committed state by consumer; null when nothing was ever committed. */
  private readonly states = new Map<string, CommittedState | null>();
  /** Consumers of which no attempt of another cut can be lying about: the last one was committed by this process. */
  private readonly clean = new Set<string>();

  constructor(
    private readonly names: KnownNames,
    private readonly ledger: LedgerReader,
    private readonly writer: InfluxWriter,
  ) {}

  async commit(batch: StoreCommit): Promise<void> {
    this.refuseUnknownNames(batch.readings);
    if (batch.position === null) {
      await this.writeParts(batch, null);
      return;
    }
    const { consumer, position } = batch;
    const before = await this.state(consumer);
    if (before !== null && position.nextSequence <= before.position.nextSequence) return;
    await this.commitFrom(before, batch, position);
  }

  private async commitFrom(before: CommittedState | null, batch: StoreCommit, position: StorePosition): Promise<void> {
    const { consumer } = batch;
    const start = before?.position.nextSequence ?? 0;
    if (!this.clean.has(consumer)) await this.takeBack(consumer, start);
    this.clean.delete(consumer);
    await this.writeOurs([attemptLine(consumer, attemptOf(batch, start))]);
    const outcomes = await this.writeParts(batch, start);
    const state = { position, totals: addUp(before?.totals, outcomes) };
    await this.writeOurs([commitLine(consumer, start, state)]);
    this.states.set(consumer, state);
    this.clean.add(consumer);
  }

  /** Everything but attempt and commit record. Answers the outcomes as they came out. */
  private async writeParts(batch: StoreCommit, start: number | null): Promise<readonly OutcomeCount[]> {
    const journalled = start !== null;
    const { lines, refused } = await this.writeReadings(batch.readings, journalled);
    const { letters, outcomes } = lettersOfRefusals(refused, lines, batch);
    await this.writeLetters([...batch.deadLetters, ...letters], journalled);
    const resolutions = batch.resolutions ?? [];
    if (start === null && outcomes.length + resolutions.length > 0) {
      throw new LamplighterError(
        'store-rejected',
        'Outcome counts and resolutions belong to messages of a journal: give the position too.',
      );
    }
    await this.writeOurs(resolutions.map(resolutionLine));
    await this.writeOurs(outcomeLines(batch.consumer, outcomes, start ?? 0));
    return outcomes;
  }

  /** A row that is refused takes its other values with it: they would lie about without a reading. */
  private async writeReadings(
    readings: readonly ReadingBatch[],
    journalled: boolean,
  ): Promise<{ lines: ReadingLine[]; refused: RefusedReading[] }> {
    const cut = readings.map((batch) => readingLines(batch, this.names.find(batch.kind)!, journalled));
    const rows = cut.flatMap((lines) => lines.rows);
    const refused = await this.refusedOf(rows);
    const rowOf = ({ batch, row }: ReadingLine): string => `${batch.kind} ${row}`;
    const without = new Set(refused.map(rowOf));
    const values = cut.flatMap((lines) => lines.values).filter((line) => !without.has(rowOf(line)));
    return { lines: [...rows, ...values], refused: [...refused, ...(await this.refusedOf(values))] };
  }

  private async refusedOf(lines: readonly ReadingLine[]): Promise<RefusedReading[]> {
    const refused = await this.writer.write(lines.map(({ line }) => line));
    return refused.map(({ index, reason }) => ({ ...lines[index]!, reason }));
  }

  private async writeLetters(letters: readonly DeadLetter[], journalled: boolean): Promise<void> {
    await this.writeOurs(letters.map((letter) => deadLetterLine(letter, journalled)));
  }

  /** Lines that are made by this adapter alone: when one is refused, going on would lose something. */
  private async writeOurs(lines: readonly string[]): Promise<void> {
    const refused = await this.writer.write(lines);
    const first = refused[0];
    if (first === undefined) return;
    throw new LamplighterError(
      'store-rejected',
      `InfluxDB refused ${refused.length} lines of dead letters or the ledger: ${first.reason}`,
    );
  }

  private async takeBack(consumer: string, start: number): Promise<void> {
    const attempt = await this.ledger.openAttempt(consumer, start);
    if (attempt !== null) await this.writeOurs(await this.ledger.voidingLines(consumer, attempt));
  }

  private async state(consumer: string): Promise<CommittedState | null> {
    // After a failed commit the record may have been written all the same, so only a clean consumer is remembered.
    if (!this.clean.has(consumer)) this.states.set(consumer, await this.ledger.committed(consumer));
    return this.states.get(consumer) ?? null;
  }

  private refuseUnknownNames(readings: readonly ReadingBatch[]): void {
    for (const batch of readings) {
      const kind = this.names.find(batch.kind);
      const strange = batch.metrics.find(
        (metric) => kind?.metrics.includes(metric) !== true && kind?.derived.includes(metric) !== true,
      );
      if (kind === undefined || strange !== undefined) {
        throw new LamplighterError(
          'store-rejected',
          `The store was opened without kind '${batch.kind}'${strange === undefined ? '' : `, metric '${strange}'`}.`,
        );
      }
    }
  }
}

function addUp(before: LedgerTotals | undefined, outcomes: readonly OutcomeCount[]): LedgerTotals {
  const totals: LedgerTotals = {
    stored: before?.stored ?? 0,
    duplicates: before?.duplicates ?? 0,
    deadLetters: { ...before?.deadLetters },
  };
  for (const count of outcomes) {
    totals.stored += count.stored;
    totals.duplicates += count.duplicates;
    for (const [code, number] of Object.entries(count.deadLetters))
      totals.deadLetters[code] = (totals.deadLetters[code] ?? 0) + number;
  }
  return totals;
}
