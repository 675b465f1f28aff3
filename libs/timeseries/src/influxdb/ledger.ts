import type { OutcomeCount, StoreCommit, StorePosition } from '../telemetry-store.js';
import { decodeText } from './text.js';
import { ALL_TIME, flux, type FluxReader, type FluxRow, milliseconds, parseNs, stored } from './flux.js';
import { type FieldValue, integer, line, text } from './line-protocol.js';
import { FIELD, MEASUREMENT, VOID } from './names.js';

/**
 * InfluxDB has no transactions; what makes a commit one is the order of its points.
 *
 * 1. An **attempt** says which stretch of time the batch will touch, before anything of it is written.
 * 2. Readings, dead letters and outcome counts are written. All of them overwrite themselves when the batch is repeated.
 * 3. The **commit record** is written last: one point, so it is there or it is not. The position is the newest record.
 *
 * A crash between 1 and 3 leaves points of an attempt whose batch may be cut differently the next time. Before the next attempt from
 * the same position its outcome counts are set to zero and its dead letters are made void; readings are the same readings again.
 * Readings and dead letters from the position on are not shown, except by aggregates and latest values, which are a moment ahead.
 */
const HOUR_MS = 3_600_000;

/**
 * Commit records and attempts are numbered by sequence, not dated. They stand in the future, where the retention of the bucket
 * never reaches them: 2200-01-01 and one nanosecond a message.
 */
const LEDGER_EPOCH_NS = BigInt(Date.UTC(2200, 0, 1)) * 1_000_000n;
const ledgerTime = (sequence: number): bigint => LEDGER_EPOCH_NS + BigInt(sequence);
const sequenceOf = (time: string): number => Number(parseNs(time) - LEDGER_EPOCH_NS);

/** Counts since the first commit. Kept in every commit record, so that the total needs no summing up. */
export interface LedgerTotals {
  stored: number;
  duplicates: number;
  readonly deadLetters: Record<string, number>;
}

export interface CommittedState {
  readonly position: StorePosition;
  readonly totals: LedgerTotals;
}

/** What an attempt may have touched: hours of outcomes and times of receipt of dead letters. */
export interface Attempt {
  readonly start: number;
  readonly firstHour: number;
  readonly lastHour: number;
  readonly firstReceived: number;
  readonly lastReceived: number;
}

export function attemptOf(batch: StoreCommit, start: number): Attempt {
  const hours = batch.outcomes.map((count) => count.hour);
  const received = batch.deadLetters.map((letter) => letter.receivedAt);
  // Readings that the store refuses become dead letters too, dated by their receipt.
  for (const readings of batch.readings) received.push(...bounds(readings.receivedAt));
  const [firstHour, lastHour] = bounds(hours) as [number?, number?];
  const [firstReceived, lastReceived] = bounds(received) as [number?, number?];
  return {
    start,
    firstHour: firstHour ?? 0,
    lastHour: lastHour ?? -1,
    firstReceived: firstReceived ?? 0,
    lastReceived: lastReceived ?? -1,
  };
}

function bounds(values: ArrayLike<number>): number[] {
  if (values.length === 0) return [];
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]!);
    greatest = Math.max(greatest, values[i]!);
  }
  return [least, greatest];
}

export function attemptLine(consumer: string, attempt: Attempt): string {
  const { start, ...fields } = attempt;
  const values = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, integer(value)]));
  return line(MEASUREMENT.attempt, { consumer }, values, ledgerTime(start));
}

export function commitLine(consumer: string, start: number, state: CommittedState): string {
  const { position, totals } = state;
  const fields: Record<string, FieldValue> = {
    end: integer(position.nextSequence),
    frame: integer(position.next.frame),
    index: integer(position.next.index),
    totals: text(JSON.stringify(totals)),
  };
  return line(MEASUREMENT.commit, { consumer }, fields, ledgerTime(start));
}

/** Time of an outcome count: its hour, and inside the hour the sequence at which its commit starts. */
const outcomeTime = (hour: number, start: number): bigint =>
  BigInt(hour) * BigInt(HOUR_MS) * 1_000_000n + BigInt(start);

/** Field of the number of dead letters of a code. */
const CODE = 'code:';

export function outcomeLines(consumer: string, outcomes: readonly OutcomeCount[], start: number): string[] {
  return outcomes.map((count) => {
    const fields: Record<string, FieldValue> = { stored: integer(count.stored), duplicates: integer(count.duplicates) };
    for (const [code, number] of Object.entries(count.deadLetters)) fields[CODE + code] = integer(number);
    const { source, hour } = count;
    return line(MEASUREMENT.outcome, { consumer, source }, fields, outcomeTime(hour, start));
  });
}

/** `stored`, `duplicates`, or the code of a field of an outcome point. */
export function addToOutcome(totals: LedgerTotals, field: string, value: number): void {
  if (field === 'stored') totals.stored += value;
  else if (field === 'duplicates') totals.duplicates += value;
  else if (value !== 0) {
    const code = decodeText(field).slice(CODE.length);
    totals.deadLetters[code] = (totals.deadLetters[code] ?? 0) + value;
  }
}

/** Reads and repairs the ledger of a bucket. */
export class LedgerReader {
  constructor(private readonly flux: FluxReader) {}

  /** The newest commit record of the consumer, or null. */
  async committed(consumer: string): Promise<CommittedState | null> {
    const fields = await this.newest(MEASUREMENT.commit, consumer);
    if (fields === null) return null;
    return {
      position: {
        next: { frame: Number(fields['frame']), index: Number(fields['index']) },
        nextSequence: Number(fields['end']),
      },
      totals: JSON.parse(decodeText(String(fields['totals']))) as LedgerTotals,
    };
  }

  /** The totals of every consumer that has committed. */
  async allTotals(): Promise<LedgerTotals[]> {
    const predicate = flux`r._measurement == ${stored(MEASUREMENT.commit)} and r._field == "totals"`;
    const rows = await this.flux.rows(flux`${this.flux.source(ALL_TIME, predicate)} |> last()`);
    return rows.map((row) => JSON.parse(decodeText(String(row['_value']))) as LedgerTotals);
  }

  /** Highest position that any consumer has committed: what readers may see. */
  async visibleBefore(): Promise<number> {
    const predicate = flux`r._measurement == ${stored(MEASUREMENT.commit)} and r._field == "end"`;
    const rows = await this.flux.rows(flux`${this.flux.source(ALL_TIME, predicate)} |> last()`);
    return Math.max(0, ...rows.map((row) => Number(row['_value'])));
  }

  /** An attempt that starts at the position, so was not committed. */
  async openAttempt(consumer: string, start: number): Promise<Attempt | null> {
    const fields = await this.newest(MEASUREMENT.attempt, consumer);
    if (fields === null || fields['start'] !== start) return null;
    return fields as unknown as Attempt;
  }

  /** Lines that take back what an attempt left: outcome counts of zero and void dead letters. */
  async voidingLines(consumer: string, attempt: Attempt): Promise<string[]> {
    const lines: string[] = [];
    for (let hour = attempt.firstHour; hour <= attempt.lastHour; hour++) {
      const time = outcomeTime(hour, attempt.start);
      const predicate = flux`r._measurement == ${stored(MEASUREMENT.outcome)} and r.consumer == ${stored(consumer)}`;
      const rows = await this.flux.rows(this.flux.source({ from: time, to: time + 1n }, predicate));
      for (const row of rows) {
        const fields = { [decodeText(String(row['_field']))]: integer(0) };
        lines.push(line(MEASUREMENT.outcome, tagsOf(row, ['consumer', 'source']), fields, time));
      }
    }
    if (attempt.lastReceived < attempt.firstReceived) return lines;
    const predicate = flux`r._measurement == ${stored(MEASUREMENT.deadLetter)} and r._field == ${stored(FIELD.sequence)} and r._value >= ${attempt.start}`;
    const range = milliseconds(attempt.firstReceived, attempt.lastReceived + 1);
    for (const row of await this.flux.rows(this.flux.source(range, predicate))) {
      const tags = tagsOf(row, ['source', 'device', 'department', 'code', 'item']);
      lines.push(
        line(MEASUREMENT.deadLetter, tags, { [FIELD.sequence]: integer(VOID) }, parseNs(String(row['_time']))),
      );
    }
    return lines;
  }

  private async newest(measurement: string, consumer: string): Promise<Record<string, unknown> | null> {
    const predicate = flux`r._measurement == ${stored(measurement)} and r.consumer == ${stored(consumer)}`;
    const rows = await this.flux.rows(flux`${this.flux.source(ALL_TIME, predicate)} |> last()`);
    if (rows.length === 0) return null;
    const fields = Object.fromEntries(rows.map((row) => [String(row['_field']), row['_value']]));
    return { ...fields, start: sequenceOf(String(rows[0]!['_time'])) };
  }
}

function tagsOf(row: FluxRow, names: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    names.map((name) => {
      const value = row[name];
      return [name, typeof value === 'string' && value !== '' ? decodeText(value) : null];
    }),
  );
}
