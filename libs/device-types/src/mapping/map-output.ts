import { rejection } from '#codecs';
import type { Rejection } from '#core';
import type { DeviceType } from '../definition/device-type.js';
import type { Transcoded, UplinkFrame } from '../transcoder.js';
import { mapRecord } from './map-record.js';
import { mapRecords } from './map-records.js';

/**
 * Output of a codec -> readings of the kind: one of its own, or one for each of its records. Never throws, whatever the output is.
 */
export function mapOutput(
  type: DeviceType,
  output: unknown,
  frame: UplinkFrame,
  warnings: readonly string[] = [],
): Transcoded {
  const { fPort } = frame;
  if (type.ports !== null && fPort !== undefined && !type.ports.has(fPort))
    return refused(
      rejection(
        'unsupported-event',
        '',
        `Device type '${type.id}' reads telemetry from other ports only.`,
        `port ${[...type.ports].join(', ')}`,
        fPort,
      ),
    );
  if (type.records !== null) return { ...mapRecords(type, type.records, output, frame), warnings };
  const mapped = mapRecord(type, output, '', frame);
  if ('code' in mapped) return refused(mapped);
  const { values, pointers, time } = mapped;
  return {
    readings: [{ pointer: '', values, pointers, ...(time === null ? {} : { time }) }],
    rejections: [],
    warnings,
  };
}

/** The payload as a whole. */
export function refused(...rejections: readonly Rejection[]): Transcoded {
  return { readings: [], rejections, warnings: [] };
}
