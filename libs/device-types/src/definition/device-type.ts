import type { Kind } from '#kinds';
import type { Script } from '../sandbox/protocol.js';
import type { Conversion } from '../units/unit-conversion.js';
import type { DeviceTypeDefinition, TimeDefinition } from './definition.js';
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
  readonly time: {
    readonly path: SourcePath;
    readonly pointer: string;
    readonly format: TimeDefinition['format'];
  } | null;
}
