import type { DecodedItem, DecodedMessage, DeviceTopic, JournalRecord, Reading, Rejection } from '#core';
import type { KnownDevice } from '../devices/device-directory.js';

/** A decoded message together with what its topic says of the device. */
export interface AddressedMessage extends DecodedMessage {
  /** Null when the payload names the device. */
  readonly address: DeviceTopic | null;
  /** What could not be decoded: the whole message when there are no items. Reported once the device is known. */
  readonly rejections: readonly Rejection[];
}

/** A message whose device is registered, of a known kind, and speaks on its own topic. */
export interface IdentifiedMessage {
  readonly record: JournalRecord;
  readonly device: KnownDevice;
  readonly items: readonly DecodedItem[];
}

/** A sound reading that may still be too old, too new, or a repetition. */
export interface Candidate {
  readonly record: JournalRecord;
  readonly device: KnownDevice;
  readonly reading: Reading;
  /** Pointer of the reading in its payload. */
  readonly pointer: string;
  /** Whether `reading.time` is the device's own; otherwise it is the time of receipt. */
  readonly hasClock: boolean;
  /** Bit i is set when metric i of the kind is present. A replay takes out what is stored already. */
  metricSet: number;
  /** Metric -> pointer to its value, for formats that do not hold values at `<pointer>/values/<metric>`. */
  readonly places: ReadonlyMap<string, string> | null;
  /** Metrics that were refused alone; they are reported when the rest is stored. */
  readonly refused: readonly Rejection[] | null;
}
