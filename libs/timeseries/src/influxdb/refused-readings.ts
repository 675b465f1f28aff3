import type { DeadLetter } from '#core';
import type { OutcomeCount, StoreCommit } from '../telemetry-store.js';
import type { ReadingLine } from './line-protocol.js';

const HOUR_MS = 3_600_000;
const CODE = 'store-rejected-line';

export interface RefusedReading extends ReadingLine {
  readonly reason: string;
}

/**
 * What becomes of lines that the server does not take: a dead letter each, with the values of the line as payload (the raw message is no
 * longer at hand). When nothing else of the message was stored, its outcome turns from stored to dead letter; otherwise the letter
 * is partial, which the ledger does not count.
 */
export function lettersOfRefusals(
  refused: readonly RefusedReading[],
  lines: readonly ReadingLine[],
  batch: StoreCommit,
): { letters: DeadLetter[]; outcomes: readonly OutcomeCount[] } {
  if (refused.length === 0) return { letters: [], outcomes: batch.outcomes };
  const whole = whollyRefused(refused, lines);
  const outcomes = batch.outcomes.map((count) => ({ ...count, deadLetters: { ...count.deadLetters } }));
  const numbers = new Map<number, number>();
  const letters = refused.map((each) => {
    const sequence = each.batch.sequence[each.row]!;
    const number = numbers.get(sequence) ?? 0;
    numbers.set(sequence, number + 1);
    const letter = letterOf(each, number);
    const count = outcomes.find(
      ({ source, hour }) => source === letter.source && hour === Math.floor(letter.receivedAt / HOUR_MS),
    );
    if (!whole.delete(letter.sequence) || count === undefined || count.stored === 0) return letter;
    count.stored -= 1;
    count.deadLetters[CODE] = (count.deadLetters[CODE] ?? 0) + 1;
    return { ...letter, partial: false };
  });
  return { letters, outcomes };
}

/** Sequences of which every line was refused. */
function whollyRefused(refused: readonly RefusedReading[], lines: readonly ReadingLine[]): Set<number> {
  const written = new Map<number, number>();
  const count = ({ batch, row }: ReadingLine, by: number): void => {
    const sequence = batch.sequence[row]!;
    written.set(sequence, (written.get(sequence) ?? 0) + by);
  };
  for (const line of lines) count(line, 1);
  for (const line of refused) count(line, -1);
  return new Set([...written].filter(([, left]) => left === 0).map(([sequence]) => sequence));
}

function letterOf({ batch, row, columns, reason }: RefusedReading, number: number): DeadLetter {
  const device = batch.devices[batch.device[row]!]!;
  const sequence = batch.sequence[row]!;
  const values = columns
    .map((m) => [batch.metrics[m]!, batch.columns[m]![row]!] as const)
    .filter(([, value]) => !Number.isNaN(value));
  const seq = batch.seq[row]!;
  const payload = {
    ts: batch.time[row]!,
    ...(Number.isNaN(seq) ? {} : { seq }),
    ...(batch.boot[row] === null ? {} : { boot: batch.boot[row] }),
    values: Object.fromEntries(values),
  };
  return {
    id: `${sequence}-store${number}`,
    sequence,
    source: device.id,
    topic: `city/${device.department}/${batch.kind}/${device.id}/telemetry`,
    payload: new Uint8Array(Buffer.from(JSON.stringify(payload))),
    receivedAt: batch.receivedAt[row]!,
    device: device.id,
    department: device.department,
    kind: batch.kind,
    partial: true,
    rejections: [{ code: CODE, pointer: '', detail: `InfluxDB refused the reading: ${reason}` }],
  };
}
