import type { Kind } from '#kinds';
import type { Script } from '../sandbox/protocol.js';
import type { Conversion } from '../units/unit-conversion.js';
import type { AgeUnit, DeviceTypeDefinition, TimeDefinition } from './definition.js';
import type { SourcePath } from './source-path.js';

/** A field of a codec's output on its way to a metric, with everything looked up. */
export interface MappedField {
  readonly metric: string;
  readonly type: 'number' | 'integer' | 'boolean' | 'enum';
  readonly path: SourcePath;
  /** As a pointer, for rejections. */
  readonly pointer: string;
  readonly conversion: Conversion;
  readonly values: ReadonlyMap<string, string | number | boolean> | null;
  readonly round: number | null;
  readonly ports: ReadonlySet<number> | null;
}

/** A device type that was checked and is ready for use. */
export interface DeviceType {
  readonly id: string;
  readonly definition: DeviceTypeDefinition;
  readonly kind: Kind;
  readonly script: Script | null;
  readonly examples: readonly unknown[];
  /** SHA-256 over definition and script: what a device's payloads were read with. */
  readonly revision: string;
  readonly ports: ReadonlySet<number> | null;
  /** Null: members are metrics by name. */
  readonly fields: readonly MappedField[] | null;
  readonly time: MappedTime | null;
  /** Places of the records; null: the output is one reading, known by its frame. */
  readonly records: readonly SourcePath[] | null;
}

/** Where an output or a record says when it was measured, and how. */
export type MappedTime = {
  readonly path: SourcePath;
  readonly pointer: string;
} & (
  | { readonly format: Exclude<TimeDefinition['format'], 'age'> }
  | { readonly format: 'age'; readonly unit: AgeUnit; readonly unitMs: number; readonly toleranceMs: number }
);
