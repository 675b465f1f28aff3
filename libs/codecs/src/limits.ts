/** What a payload may be at most. Checked on the bytes, before anything is built from them (THREATS 11). */
export interface Limits {
  readonly maxBytes: number;
  /** Levels of arrays, objects and CBOR tags. */
  readonly maxDepth: number;
  /** Elements of one array: readings of a message, records of a SenML pack. */
  readonly maxItems: number;
  /** Members of one object. */
  readonly maxKeys: number;
  /** Bytes of one string or key, as sent. */
  readonly maxStringBytes: number;
}

/** For messages that a device sends about itself. */
export const DEVICE_LIMITS: Limits = {
  maxBytes: 64 * 1024,
  maxDepth: 16,
  maxItems: 5_000,
  maxKeys: 256,
  maxStringBytes: 4_096,
};

/** For events of a network server, which wrap a device's message in what the network knows of it. */
export const NETWORK_LIMITS: Limits = { ...DEVICE_LIMITS, maxBytes: 256 * 1024 };
