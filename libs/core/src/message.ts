/**
 * The types of the path of a reading, in the order in which a message meets them:
 *
 *     RawMessage -> JournalRecord -> DecodedMessage -> Reading -> ReadingBatch (stored, then fed to alarms and streams)
 *
 * A stage takes one of these and returns the next. What is not known at a stage is not in its type.
 */

/** A message as the broker took it from the wire. The payload has not been looked at. */
export interface RawMessage {
  /** The authenticated principal that published it: a device id, a gateway id. Never taken from the payload. */
  readonly source: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Milliseconds since the Unix epoch at which the broker received it. */
  readonly receivedAt: number;
}

/** Where a record stands in a journal. An offset handed to a consumer is always the position of the *next* record to read. */
export interface JournalOffset {
  /** Number of the frame (one group commit), counted from 1. */
  readonly frame: number;
  /** Index of the record inside its frame, counted from 0. */
  readonly index: number;
}

/** A raw message with its place in the journal. */
export interface JournalRecord extends RawMessage {
  /** Running number of the message in this journal, counted from 0, without gaps. */
  readonly sequence: number;
  readonly frame: number;
  readonly index: number;
}

/** One reading as a codec saw it: names and values are still whatever the device sent. */
export interface DecodedItem {
  /** JSON pointer to this item in the payload ('' for a single object, '/3' in an array). */
  readonly pointer: string;
  /** Device that the payload itself names (a gateway's uplink names a DevEUI); absent when the topic names it. */
  readonly device?: string;
  /** Milliseconds since the epoch as stated by the device, absent when it has no clock. */
  readonly time?: number;
  /** Boot identifier: changes when the device restarts its sequence. */
  readonly boot?: string;
  readonly seq?: number;
  /** Metric name -> value as sent. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Metric name -> pointer to its value, for formats that do not hold values at `<pointer>/values/<metric>`. */
  readonly pointers?: ReadonlyMap<string, string>;
  /** Of a reading that is known by its time and not by the message that brought it: one within this of another is the same. */
  readonly toleranceMs?: number;
  /** What the network measured about the link (rssi, snr): used where the kind has such a metric and the device did not send it. */
  readonly link?: Readonly<Record<string, number>>;
}

export interface DecodedMessage {
  readonly record: JournalRecord;
  readonly items: readonly DecodedItem[];
}

/** What the path must know of a device; a snapshot of its registry entry. */
export interface DeviceIdentity {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  /** Code of one of the 18 districts, found from the position ('A' Central and Western ... 'T' Islands). */
  readonly district: string;
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * One validated observation of a device: all its metrics at one instant.
 * Every metric is a number: booleans are 0 and 1, enumerations are the index of their label in the kind's declaration.
 */
export interface Reading {
  readonly device: DeviceIdentity;
  /** Event time, milliseconds since the epoch. */
  readonly time: number;
  readonly receivedAt: number;
  readonly boot: string | null;
  readonly seq: number | null;
  /** Sequence of the journal record it came from. */
  readonly sequence: number;
  /** One entry per metric of the kind, in the kind's order; NaN where the message did not carry the metric. */
  readonly values: Float64Array;
}

/** A value that was refused, and why. Bad input is a value, not an exception. */
export interface Rejection {
  /** Key of the error catalogue (`errors.ts`), such as 'out-of-range'. */
  readonly code: string;
  /** RFC 6901 JSON pointer into the payload; '' for the whole of it. */
  readonly pointer: string;
  /** Says what is wrong and what to do, in one sentence. */
  readonly detail: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** A message, or a part of one, that could not be stored. The raw bytes are kept so that it can be replayed after a fix. */
export interface DeadLetter {
  /** `<sequence>-<item>`; unique in a journal and stable when a batch is processed again. */
  readonly id: string;
  readonly sequence: number;
  readonly source: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  /** Known when the message got as far as its device. */
  readonly device: string | null;
  readonly department: string | null;
  readonly kind: string | null;
  /** True when the rest of the message was stored (one bad metric, one bad item of an array). Not counted by the ledger. */
  readonly partial: boolean;
  /** At least one; the first one's code is the code that the ledger counts. */
  readonly rejections: readonly Rejection[];
}

/** How one journalled message ended. */
export type Outcome = 'stored' | 'duplicate' | 'dead-letter';
