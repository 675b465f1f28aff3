/** `device-type.json` as it is written: what the fields of a codec's output mean. Checked by `check-definition.ts`. */
export interface DeviceTypeDefinition {
  /** Lower case, digits and hyphens; what devices refer to. */
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  /** Of the hardware or firmware that sends this payload. */
  readonly version: string;
  readonly kind: string;
  readonly titles?: Readonly<Record<string, string>>;
  /** Expected distance between readings, when it is not the kind's. */
  readonly intervalMs?: number;
  /** Ports that carry telemetry; all when absent. */
  readonly ports?: readonly number[];
  /** Map what `normalizeUplink` returned, not what `decodeUplink` returned. */
  readonly normalized?: boolean;
  /** Metric of the kind -> where its value is. Absent: the output's members are metrics of the same name in the kind's units. */
  readonly fields?: Readonly<Record<string, string | FieldDefinition>>;
  /**
   * Where the measurements of one uplink stand, each with a time of its own: a place that holds a list of records, or one record; `''` is the
   * output itself. Sources of fields and of the time are then looked up in each record.
   */
  readonly records?: string | readonly string[];
  readonly time?: TimeDefinition;
}

export interface FieldDefinition {
  /** RFC 6901 pointer (`/air/temperature`), or names with dots (`air.temperature`). */
  readonly source: string;
  /** UCUM unit of the value after scale and offset; the metric's own when absent. */
  readonly unit?: string;
  /** `value * scale + offset`, before the unit is converted. */
  readonly scale?: number;
  readonly offset?: number;
  /** Value as text -> label, flag or number of the metric; any other value is refused. */
  readonly values?: Readonly<Record<string, string | number | boolean>>;
  /** Digits after the point to round to. */
  readonly round?: number;
  /** Only on these ports. */
  readonly ports?: readonly number[];
}

export interface TimeDefinition {
  readonly source: string;
  /** `ms` and `s` since the epoch, ISO 8601 with an offset, or an age: how long before its uplink came something was measured. */
  readonly format: 'ms' | 's' | 'iso' | 'age';
  /** Of an age. */
  readonly unit?: AgeUnit;
  /**
   * Of an age, with records: one that lies within this of another with the same metrics is that one, because the moment of receipt from which
   * ages are counted is never quite the same.
   */
  readonly toleranceMs?: number;
}

export type AgeUnit = keyof typeof AGE_UNITS;

/** Milliseconds of a unit, and the tolerance where none is stated: half of a unit, as far as clocks and networks explain it. */
export const AGE_UNITS = {
  ms: { ms: 1, toleranceMs: 500 },
  s: { ms: 1_000, toleranceMs: 500 },
  min: { ms: 60_000, toleranceMs: 30_000 },
  h: { ms: 3_600_000, toleranceMs: 30_000 },
  d: { ms: 86_400_000, toleranceMs: 30_000 },
} as const;

/** What is wrong with a definition, and where. */
export interface DefinitionFault {
  /** RFC 6901 pointer into the definition. */
  readonly pointer: string;
  readonly detail: string;
}

/** A device type as it is kept: the parsed `device-type.json`, the vendor's script, the examples. */
export interface DeviceTypeSource {
  readonly definition: unknown;
  /** Null for a type whose payloads the network server decodes. */
  readonly script: string | null;
  readonly examples: readonly unknown[];
}
