import { pointerLevel, rejection } from '#codecs';
import type { Rejection } from '#core';
import { compileValidator, type Kind, type ReadingValidator } from '#kinds';
import type { DeviceType } from '../definition/device-type.js';
import { mapOutput } from './map-output.js';

/** What the platform would store of an output, and what it would refuse. */
export interface MappedReading {
  /** Metrics that passed the kind's validator, in the kind's units; null when none did. */
  readonly values: Readonly<Record<string, number | boolean | string>> | null;
  readonly rejections: readonly Rejection[];
  /** Milliseconds since the epoch, when the codec tells it. */
  readonly time?: number;
}

/** Maps and validates, as the path of a reading does, for people who want to see it. Never throws. */
export function readingOf(type: DeviceType, output: unknown, fPort: number): MappedReading {
  if (typeof output !== 'object' || output === null)
    return {
      values: null,
      rejections: [rejection('codec-output', '', 'The script returned no data.', 'an object', output)],
    };
  const mapped = mapOutput(type, output, fPort);
  if (!('values' in mapped)) return { values: null, rejections: mapped.rejections };
  const { kind } = type;
  const numbers = new Float64Array(kind.metrics.length);
  const refused = validatorOf(kind)(mapped.values, numbers, '') ?? [];
  const places = new Map([...mapped.pointers].map(([metric, place]) => [`/values/${pointerLevel(metric)}`, place]));
  const rejections = refused.map((reason) => ({ ...reason, pointer: places.get(reason.pointer) ?? reason.pointer }));
  const values = asSent(kind, numbers);
  if (Object.keys(values).length === 0 && rejections.length === 0)
    rejections.push(
      rejection('no-values', '', 'The reading carries no value.', 'at least one metric of the kind', 'none'),
    );
  return {
    values: Object.keys(values).length === 0 ? null : values,
    rejections,
    ...(mapped.time === undefined ? {} : { time: mapped.time }),
  };
}

/** Stored numbers -> flags and labels. */
function asSent(kind: Kind, numbers: Float64Array): Record<string, number | boolean | string> {
  const values: Record<string, number | boolean | string> = {};
  for (const [index, metric] of kind.metrics.entries()) {
    const number = numbers[index]!;
    if (Number.isNaN(number)) continue;
    if (metric.type === 'boolean') values[metric.name] = number === 1;
    else values[metric.name] = metric.type === 'enum' ? (metric.labels?.[number] ?? number) : number;
  }
  return values;
}

const validators = new WeakMap<Kind, ReadingValidator>();

function validatorOf(kind: Kind): ReadingValidator {
  let validator = validators.get(kind);
  if (validator === undefined) validators.set(kind, (validator = compileValidator(kind)));
  return validator;
}
