import type { Rejection } from '#core';

/** A raw LoRaWAN uplink, as a codec script (LoRa Alliance TS013) sees it. */
export interface RawUplink {
  readonly bytes: Uint8Array;
  /** 1 to 223; 0 when the frame had none. */
  readonly fPort: number;
  /** When the network server received it, milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** What a device type makes of a payload: readings of its kind in the kind's units, what it cannot make one of, or both. */
export interface Transcoded {
  /** In order of time; none when the payload is refused as a whole. */
  readonly readings: readonly TranscodedReading[];
  /** Empty only when there are readings. */
  readonly rejections: readonly Rejection[];
  /** Warnings of the script, for the device's owner. */
  readonly warnings: readonly string[];
}

export interface TranscodedReading {
  /** To the record that it came from in the codec's output; '' for the output itself. */
  readonly pointer: string;
  /** Metric name -> value, before the kind's validator has seen it. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Metric name -> pointer to the field of the codec's output that it came from. */
  readonly pointers: ReadonlyMap<string, string>;
  /** Time of the measurement when the codec tells it, milliseconds since the epoch. */
  readonly time?: number;
  /**
   * Of a record with a time of its own: whatever frame brings it, it is the reading of its time, within this. Absent: the reading belongs to
   * its frame.
   */
  readonly toleranceMs?: number;
}

/** What the mapping must know of the frame around an output. */
export interface UplinkFrame {
  /** Undefined when it is not known: filters by port then let everything pass. */
  readonly fPort?: number;
  /** When the network server received it, milliseconds since the epoch: what ages are counted back from. */
  readonly receivedAt: number;
}

/** Turns payloads of devices of a type into metrics. Never rejects because of a script or a payload: that is a `Rejection`. */
export interface Transcoder {
  /** Whether the type is known, whether it has a script of its own for raw payloads, and whether it reads what `normalizeUplink` made. */
  find(
    deviceType: string,
  ): { readonly kind: string; readonly decodesRaw: boolean; readonly normalized: boolean } | undefined;
  /** Runs the type's script on raw payloads, in a sandbox with hard limits; one result for each uplink, in order. */
  decode(deviceType: string, uplinks: readonly RawUplink[]): Promise<readonly Transcoded[]>;
  /** Maps what the network server's own codec made (`object`, `decoded_payload`, `normalized_payload`). */
  map(deviceType: string, output: object, frame: UplinkFrame): Transcoded;
  close(): Promise<void>;
}
