import {
  type DeadLetter,
  type DeviceIdentity,
  type ErrorCode,
  ERRORS,
  type JournalRecord,
  type Rejection,
  type ReplayedLetter,
} from '#core';
import type { CorruptRecord, JournalBatch } from '#journal';
import type { OutcomeCount, ResolvedLetter } from '#timeseries';

const STORED = 1;
const DUPLICATE = 2;
const FAILED = 4;
const HOUR_MS = 3_600_000;
/** A message may hold thousands of bad readings; its owner needs the first ones and their number. */
const MAX_LISTED_REJECTIONS = 50;

/** A record that carries a dead letter: the stages see the message that was refused, the ledger counts the record. */
interface Replay {
  readonly message: JournalRecord;
  readonly replayed: ReplayedLetter;
}

interface Refused {
  device: DeviceIdentity | null;
  readonly rejections: Rejection[];
  unlisted: number;
}

/** Messages refused for this are counted and said to have come, but their bytes are not kept (THREATS 40). */
export const WITHHELD_CODE = 'kind-not-approved';

/**
 * What became of each message of a batch, by the rule of the ledger: a message with several readings is stored when one of them was,
 * else duplicate when one was and none failed, else dead letter. So every message has exactly one outcome.
 */
export class BatchOutcomes {
  /** Sequence of the first message. */
  readonly first: number;
  readonly length: number;
  private readonly flags: Uint8Array;
  private readonly refusals = new Map<number, Refused>();
  private readonly records: (JournalRecord | undefined)[];
  private readonly corrupt = new Map<number, CorruptRecord>();
  private readonly replayed = new Map<number, Replay>();

  constructor(batch: JournalBatch) {
    this.first = Math.min(batch.records[0]?.sequence ?? Infinity, batch.corrupt[0]?.sequence ?? Infinity);
    this.length = batch.nextSequence - this.first;
    this.flags = new Uint8Array(this.length);
    this.records = new Array<JournalRecord | undefined>(this.length).fill(undefined);
    for (const record of batch.records) this.records[record.sequence - this.first] = record;
    for (const record of batch.corrupt) this.corrupt.set(record.sequence - this.first, record);
  }

  /** The record carries a letter; the message inside it has the same place in the journal. */
  replays(message: JournalRecord, replayed: ReplayedLetter): void {
    this.replayed.set(message.sequence - this.first, { message, replayed });
  }

  get hasReplays(): boolean {
    return this.replayed.size > 0;
  }

  /** The letter that a message comes from; undefined when it comes from a device. */
  replayOf({ sequence }: Pick<JournalRecord, 'sequence'>): ReplayedLetter | undefined {
    return this.replayed.size === 0 ? undefined : this.replayed.get(sequence - this.first)?.replayed;
  }

  stored(record: JournalRecord): void {
    this.flags[record.sequence - this.first]! |= STORED;
  }

  duplicate(record: JournalRecord): void {
    this.flags[record.sequence - this.first]! |= DUPLICATE;
  }

  /** The message, or a whole reading of it, cannot be stored. */
  failed(record: JournalRecord, rejections: readonly Rejection[], device: DeviceIdentity | null): void {
    this.flags[record.sequence - this.first]! |= FAILED;
    this.refuse(record, rejections, device);
  }

  /** Metrics of a reading that is stored without them. */
  partlyRefused(record: JournalRecord, rejections: readonly Rejection[], device: DeviceIdentity): void {
    this.refuse(record, rejections, device);
  }

  /** An exception that only this message met. It must not cost its neighbours anything, nor come back for ever. */
  broken(record: JournalRecord, error: unknown): void {
    const actual = error instanceof Error ? error.message.slice(0, 200) : String(error).slice(0, 200);
    this.failed(
      record,
      [platformFault('processing-failed', 'The platform failed on this message; the raw bytes are kept.', actual)],
      null,
    );
  }

  /** Dead letters of messages from this index up to another; sorted by sequence. */
  deadLetters(from = 0, to = this.length): DeadLetter[] {
    const letters: DeadLetter[] = [];
    for (let i = from; i < to; i++) {
      const flags = this.flags[i]!;
      // A repetition was reported when it came first.
      if (flags === DUPLICATE) continue;
      const refused = this.refusals.get(i);
      const record = this.replayed.get(i)?.message ?? this.records[i];
      if ((flags & STORED) !== 0) {
        if (refused !== undefined) letters.push(letterOf(record!, refused, true));
      } else if (record !== undefined) {
        letters.push(letterOf(record, refused ?? NOTHING_DECIDED, false));
      } else {
        const corrupt = this.corrupt.get(i);
        if (corrupt !== undefined) letters.push(corruptLetter(corrupt));
      }
    }
    return letters;
  }

  /** What became of the letters that were replayed, in order. */
  resolutions(from = 0, to = this.length): ResolvedLetter[] {
    const resolved: ResolvedLetter[] = [];
    for (const [i, { replayed }] of this.replayed) {
      if (i < from || i >= to) continue;
      const flags = this.flags[i]!;
      const outcome = (flags & STORED) !== 0 ? 'stored' : flags === DUPLICATE ? 'duplicate' : 'dead-letter';
      const { sequence, receivedAt: at } = this.records[i]!;
      resolved.push({ letter: replayed.letter, outcome, sequence, at, job: replayed.job });
    }
    return resolved;
  }

  /** By source and hour of receipt. */
  counts(from = 0, to = this.length): OutcomeCount[] {
    const tally = new OutcomeTally();
    for (let i = from; i < to; i++) {
      const flags = this.flags[i]!;
      const record = this.records[i];
      if (record === undefined) {
        const corrupt = this.corrupt.get(i);
        if (corrupt !== undefined) tally.at('', corrupt.receivedAt).deadLetter('journal-corrupt');
        continue;
      }
      const count = tally.at(record.source, record.receivedAt);
      if ((flags & STORED) !== 0) count.stored++;
      else if (flags === DUPLICATE) count.duplicates++;
      else count.deadLetter((this.refusals.get(i) ?? NOTHING_DECIDED).rejections[0]!.code);
    }
    return tally.list();
  }

  /** Turns a message that was thought stored into a dead letter, because the store does not take its rows. */
  refusedByStore(record: JournalRecord, rejection: Rejection, device: DeviceIdentity | null): void {
    const index = record.sequence - this.first;
    this.refusals.delete(index);
    this.flags[index] = 0;
    this.failed(record, [rejection], device);
  }

  record(index: number): JournalRecord | undefined {
    return this.records[index];
  }

  private refuse(record: JournalRecord, rejections: readonly Rejection[], device: DeviceIdentity | null): void {
    const index = record.sequence - this.first;
    let refused = this.refusals.get(index);
    if (refused === undefined) this.refusals.set(index, (refused = { device, rejections: [], unlisted: 0 }));
    refused.device ??= device;
    for (const rejection of rejections) {
      if (refused.rejections.length < MAX_LISTED_REJECTIONS) refused.rejections.push(rejection);
      else refused.unlisted++;
    }
  }
}

/** A message that no stage has decided is a fault of ours; it must still be accounted for. */
const NOTHING_DECIDED: Refused = {
  device: null,
  rejections: [
    platformFault('processing-failed', 'No stage decided what becomes of this message; the raw bytes are kept.'),
  ],
  unlisted: 0,
};

export function platformFault(code: ErrorCode, detail: string, actual?: string): Rejection {
  return { code, pointer: '', detail: `${detail} ${ERRORS[code].remedy}`, ...(actual === undefined ? {} : { actual }) };
}

const NO_BYTES = new Uint8Array(0);

function letterOf(record: JournalRecord, refused: Refused, partial: boolean): DeadLetter {
  const { device, rejections, unlisted } = refused;
  const more: Rejection = {
    code: rejections[0]!.code,
    pointer: '',
    detail: `${unlisted} more rejections are not listed.`,
  };
  return {
    id: `${record.sequence}-0`,
    sequence: record.sequence,
    source: record.source,
    topic: record.topic,
    payload: rejections[0]!.code === WITHHELD_CODE ? NO_BYTES : record.payload,
    receivedAt: record.receivedAt,
    device: device?.id ?? claimedId(rejections),
    department: device?.department ?? null,
    kind: device?.kind ?? null,
    partial,
    rejections: unlisted === 0 ? rejections : [...rejections, more],
  };
}

/** What a sender that nobody has registered calls itself: so that its letters are found when it is. It has no department yet. */
export function claimedId(rejections: readonly Rejection[]): string | null {
  return rejections.find(({ code }) => code === 'unknown-device')?.actual ?? null;
}

function corruptLetter(corrupt: CorruptRecord): DeadLetter {
  return {
    id: `${corrupt.sequence}-0`,
    sequence: corrupt.sequence,
    source: '',
    topic: '',
    payload: corrupt.bytes,
    receivedAt: corrupt.receivedAt,
    device: null,
    department: null,
    kind: null,
    partial: false,
    rejections: [
      platformFault('journal-corrupt', 'The bytes in the journal are not those that were written.', corrupt.reason),
    ],
  };
}

const NO_DEAD_LETTERS: Readonly<Record<string, number>> = {};

class SourceCount {
  stored = 0;
  duplicates = 0;
  deadLetters = NO_DEAD_LETTERS as Record<string, number>;

  constructor(
    readonly source: string,
    readonly hour: number,
  ) {}

  deadLetter(code: string): void {
    if (this.deadLetters === NO_DEAD_LETTERS) this.deadLetters = {};
    this.deadLetters[code] = (this.deadLetters[code] ?? 0) + 1;
  }
}

class OutcomeTally {
  private readonly hours = new Map<number, Map<string, SourceCount>>();

  at(source: string, receivedAt: number): SourceCount {
    const hour = Math.floor(receivedAt / HOUR_MS);
    let sources = this.hours.get(hour);
    if (sources === undefined) this.hours.set(hour, (sources = new Map()));
    let count = sources.get(source);
    if (count === undefined) sources.set(source, (count = new SourceCount(source, hour)));
    return count;
  }

  list(): OutcomeCount[] {
    return [...this.hours.values()].flatMap((sources) => [...sources.values()]);
  }
}
