import type { NetworkEvent, UplinkEvent } from '#codecs';
import type { DecodedItem, DecodedMessage, DeviceTopic, JournalRecord, Reading, Rejection } from '#core';
import type { KnownDevice } from '../devices/device-directory.js';
import type { KindPlan } from '../devices/kind-plan.js';

/** A decoded message together with what its topic says of the device. */
export interface AddressedMessage extends DecodedMessage {
  readonly address: DeviceTopic;
  /** What could not be decoded: the whole message when there are no items. Reported once the device is known. */
  readonly rejections: readonly Rejection[];
}

/** An event of a network server, or why there is none. */
export interface NetworkMessage {
  readonly record: JournalRecord;
  /** How the network server names the device; null when that could not be read. */
  readonly name: string | null;
  readonly event: NetworkEvent | null;
  readonly rejections: readonly Rejection[];
}

/** What a batch holds: telemetry of devices about themselves, and what network servers say of theirs. */
export interface DecodedMessages {
  readonly telemetry: readonly AddressedMessage[];
  readonly network: readonly NetworkMessage[];
}

/** An event whose device is registered, of a known kind and not isolated. */
export interface IdentifiedEvent<E extends NetworkEvent = NetworkEvent> {
  readonly record: JournalRecord;
  readonly device: KnownDevice;
  readonly event: E;
}

export interface IdentifiedMessages {
  readonly telemetry: readonly IdentifiedMessage[];
  readonly network: readonly IdentifiedEvent[];
}

/** A frame that is to become readings once its payload is understood. */
export interface HeardUplink extends IdentifiedEvent<UplinkEvent> {
  /** The session that its counter belongs to. */
  readonly boot: string | null;
  readonly link: LinkReading;
}

/** How the network heard a frame: a reading of the companion kind `lorawan-link`. */
export interface LinkReading {
  readonly reading: Reading;
  readonly metricSet: number;
  readonly hasClock: boolean;
  /** Metrics outside their range. */
  readonly refused: readonly Rejection[] | null;
}

/** A message whose device is registered, of a known kind, and speaks on its own topic. */
export interface IdentifiedMessage {
  readonly record: JournalRecord;
  readonly device: KnownDevice;
  /** Empty when the message says nothing but how it was heard. */
  readonly items: readonly DecodedItem[];
  /** Null for what a device sends on its own topic. */
  readonly link: LinkReading | null;
}

/** A sound reading that may still be too old, too new, or a repetition. */
export interface Candidate {
  readonly record: JournalRecord;
  readonly device: KnownDevice;
  /** Of the kind of the reading: the device's own, or a companion. */
  readonly plan: KindPlan;
  readonly reading: Reading;
  /** Pointer of the reading in its payload. */
  readonly pointer: string;
  /** Whether `reading.time` is the device's own; otherwise it is the time of receipt. */
  readonly hasClock: boolean;
  /** A reading without a sequence is the same as another of the same metrics within this; 0 but for ages (ADR 017). */
  readonly toleranceMs: number;
  /** Bit i is set when metric i of the kind is present. A replay takes out what is stored already. */
  metricSet: number;
  /** Metric -> pointer to its value, for formats that do not hold values at `<pointer>/values/<metric>`. */
  readonly places: ReadonlyMap<string, string> | null;
  /** Metrics that were refused alone; they are reported when the rest is stored. */
  readonly refused: readonly Rejection[] | null;
  /** A reading of the companion kind that is stored if and when this one is, or another of its message. */
  companion: Reading | null;
}
