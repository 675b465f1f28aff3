import { pointerLevel, rejection } from '#codecs';
import type { Rejection } from '#core';
import { compileValidator, type Kind, type ReadingValidator } from '#kinds';
import type { DeviceType } from '../definition/device-type.js';
import type { TranscodedReading, UplinkFrame } from '../transcoder.js';
import { mapOutput } from './map-output.js';

/** A reading that the platform would store, in the kind's units. */
export interface MappedReading {
  /** Milliseconds since the epoch, when the codec tells it; otherwise it is that of the uplink. */
  readonly time?: number;
  /** Metrics that passed the kind's validator; at least one. */
  readonly values: Readonly<Record<string, number | boolean | string>>;
}

/** What the platform would store of an output, in order of time, and what it would refuse. */
export interface MappedReadings {
  readonly readings: readonly MappedReading[];
  readonly rejections: readonly Rejection[];
}

/** Maps and validates, as the path of a reading does, for people who want to see it. Never throws. */
export function readingsOf(type: DeviceType, output: unknown, frame: UplinkFrame): MappedReadings {
  if (typeof output !== 'object' || output === null)
    return {
      readings: [],
      rejections: [rejection('codec-output', '', 'The script returned no data.', 'an object', output)],
    };
  const mapped = mapOutput(type, output, frame);
  const readings: MappedReading[] = [];
  const rejections = [...mapped.rejections];
  for (const each of mapped.readings) {
    const { values, refused } = validated(type.kind, each);
    rejections.push(...refused);
    if (Object.keys(values).length > 0)
      readings.push({ ...(each.time === undefined ? {} : { time: each.time }), values });
    else if (refused.length === 0)
      rejections.push(
        rejection(
          'no-values',
          each.pointer,
          'The reading carries no value.',
          'at least one metric of the kind',
          'none',
        ),
      );
  }
  return { readings, rejections };
}

function validated(
  kind: Kind,
  { pointer, values, pointers }: TranscodedReading,
): { readonly values: MappedReading['values']; readonly refused: readonly Rejection[] } {
  const numbers = new Float64Array(kind.metrics.length);
  const refused = validatorOf(kind)(values, numbers, pointer) ?? [];
  const places = new Map([...pointers].map(([metric, at]) => [`${pointer}/values/${pointerLevel(metric)}`, at]));
  return {
    values: asSent(kind, numbers),
    refused: refused.map((reason) => ({ ...reason, pointer: places.get(reason.pointer) ?? reason.pointer })),
  };
}

/** As people read and write it in examples. */
export interface ShownReading {
  /** ISO 8601; absent when it is that of the uplink. */
  readonly time?: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export function shownReading({
  time,
  values,
}: {
  readonly time?: number | null;
  readonly values: ShownReading['values'];
}): ShownReading {
  return { ...(typeof time === 'number' ? { time: new Date(time).toISOString() } : {}), values };
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
