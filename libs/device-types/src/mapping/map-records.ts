import { ReadingsByTime, rejection } from '#codecs';
import type { Rejection } from '#core';
import type { DeviceType } from '../definition/device-type.js';
import { pointerOf, type SourcePath, valueAt } from '../definition/source-path.js';
import type { Transcoded, TranscodedReading, UplinkFrame } from '../transcoder.js';
import { mapRecord } from './map-record.js';

/** One for each byte that a frame of LoRaWAN can carry (242), and some more. */
export const MAX_RECORDS = 256;

interface FoundRecord {
  /** To the record in the output. */
  readonly pointer: string;
  readonly record: unknown;
  /** In its list, counted from 0; null for a record that stands alone. */
  readonly index: number | null;
}

/**
 * Records of an output -> readings, each at the time of its own; one without a time was measured when its frame was sent. Records of one time
 * are one reading, as in a SenML pack. One bad record is refused alone.
 */
export function mapRecords(
  type: DeviceType,
  places: readonly SourcePath[],
  output: unknown,
  frame: UplinkFrame,
): Pick<Transcoded, 'readings' | 'rejections'> {
  const found = findRecords(places, output);
  if ('code' in found) return { readings: [], rejections: [found] };
  const readings = new ReadingsByTime();
  const rejections: Rejection[] = [];
  for (const each of found) rejections.push(...addRecord(readings, type, each, frame, found.length > 1));
  const items = readings.items(frame.receivedAt + 1);
  if (items.length === 0 && rejections.length === 0) rejections.push(nothing(places));
  return { readings: identified(type, items, frame), rejections };
}

function findRecords(places: readonly SourcePath[], output: unknown): readonly FoundRecord[] | Rejection {
  const found: FoundRecord[] = [];
  let listed = 0;
  for (const place of places) {
    const pointer = pointerOf(place);
    const value = valueAt(output, place);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'object')
      return rejection('codec-output', pointer, 'There are no records here.', 'a list of objects, or an object', value);
    const list: readonly unknown[] | null = Array.isArray(value) ? value : null;
    if (list === null) found.push({ pointer, record: value, index: null });
    else if ((listed += list.length) > MAX_RECORDS)
      return rejection('codec-output', pointer, 'The uplink has too many records.', `at most ${MAX_RECORDS}`, list);
    else list.forEach((record, index) => found.push({ pointer: `${pointer}/${index}`, record, index }));
  }
  return found;
}

/** @param hasOthers whether the output has more records: then one that stands alone may be without values */
function addRecord(
  readings: ReadingsByTime,
  type: DeviceType,
  { pointer, record, index }: FoundRecord,
  frame: UplinkFrame,
  hasOthers: boolean,
): Rejection[] {
  const name = index === null ? 'The record' : `Record ${index}`;
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return [rejection('codec-output', pointer, `${name} is no object.`, 'an object', record)];
  const mapped = mapRecord(type, record, pointer, frame);
  if ('code' in mapped) return [index === null ? mapped : { ...mapped, detail: `${name}: ${mapped.detail}` }];
  const { values, pointers, time } = mapped;
  if (pointers.size === 0) {
    if (index === null && hasOthers) return [];
    const detail = `${name} carries no value.`;
    return [rejection('no-values', pointer, detail, 'at least one metric of the kind', 'none')];
  }
  const rejections: Rejection[] = [];
  for (const [metric, place] of pointers) {
    const value = values[metric];
    if (readings.add(time, pointer, metric, value, place) || readings.valueOf(time, metric) === value) continue;
    const detail = `${name} has another value of '${metric}' for the time of a record before it.`;
    rejections.push(rejection('bad-time', place, detail, 'one value for each time', value));
  }
  return rejections;
}

/**
 * Readings that are known by their time. However close two of one uplink are, they are never the same; and a store that tells readings of one
 * message apart by their times (InfluxDB) needs the one of the frame to have a time of its own.
 */
function identified(
  { time: timed }: DeviceType,
  items: readonly TranscodedReading[],
  { receivedAt }: UplinkFrame,
): readonly TranscodedReading[] {
  let toleranceMs = timed?.format === 'age' ? timed.toleranceMs : 0;
  const times = items.flatMap(({ time }) => time ?? []);
  for (let i = 1; i < times.length; i++)
    toleranceMs = Math.min(toleranceMs, Math.floor((times[i]! - times[i - 1]!) / 2));
  return items.map((reading) => {
    if (reading.time !== undefined) return { ...reading, toleranceMs };
    return times.includes(receivedAt) ? { ...reading, time: receivedAt + 1 } : reading;
  });
}

function nothing(places: readonly SourcePath[]): Rejection {
  const where = places.map((place) => (place.length === 0 ? 'the output itself' : pointerOf(place))).join(', ');
  return rejection('no-values', '', 'The uplink has no record.', `a record at ${where}`, 'none');
}
