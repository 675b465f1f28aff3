import type { Rejection } from '#core';

/** A raw LoRaWAN uplink, as a codec script (LoRa Alliance TS013) sees it. */
export interface RawUplink {
  readonly bytes: Uint8Array;
  /** 1 to 223; 0 when the frame had none. */
  readonly fPort: number;
  /** When the network server received it, milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** What a device type makes of a payload: metrics of its kind in the kind's units, or why not. */
export type Transcoded =
  | {
      /** Metric name -> value, before the kind's validator has seen it. */
      readonly values: Readonly<Record<string, unknown>>;
      /** Metric name -> pointer to the field of the codec's output that it came from. */
      readonly pointers: ReadonlyMap<string, string>;
      /** Warnings of the script, for the device's owner. */
      readonly warnings: readonly string[];
      /** Time of the measurement when the codec tells it, milliseconds since the epoch. */
      readonly time?: number;
    }
  | { readonly rejections: readonly Rejection[] };

/** Turns payloads of devices of a type into metrics. Never rejects because of a script or a payload: that is a `Rejection`. */
export interface Transcoder {
  /** Whether the type is known, and whether it has a script of its own for raw payloads. */
  find(deviceType: string): { readonly kind: string; readonly decodesRaw: boolean } | undefined;
  /** Runs the type's script on raw payloads, in a sandbox with hard limits; one result for each uplink, in order. */
  decode(deviceType: string, uplinks: readonly RawUplink[]): Promise<readonly Transcoded[]>;
  /** Maps the fields of an object that the network server's own codec made (`object`, `decoded_payload`). Filters by port need the port. */
  map(deviceType: string, object: Readonly<Record<string, unknown>>, fPort?: number): Transcoded;
  close(): Promise<void>;
}
