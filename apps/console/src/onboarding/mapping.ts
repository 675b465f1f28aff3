import type { DeviceTypeDetail, FieldMapping, UplinkReading } from '../api/device-types';
import { shownUnit } from '../format/value';

/** The fields of a definition, all in their long form. */
export function fieldsOf({ fields = {} }: DeviceTypeDetail['definition']): [string, FieldMapping][] {
  return Object.entries(fields).map(([name, field]) => [name, typeof field === 'string' ? { source: field } : field]);
}

/** How a value is converted: "× -0.1 + 100", "g → kg", "open → true". Empty when it is taken as it is. */
export function formulaOf({ unit, scale, offset, values }: FieldMapping, metricUnit: string): string {
  const parts: string[] = [];
  if (values !== undefined) parts.push(Object.entries(values).map(([from, to]) => `${from} → ${to}`).join(', ')); // prettier-ignore
  if (scale !== undefined) parts.push(`× ${scale}`);
  if (offset !== undefined && offset !== 0) parts.push(offset > 0 ? `+ ${offset}` : `− ${-offset}`);
  const from = unit === undefined ? '' : unit === '1' ? '1' : shownUnit(unit);
  if (from !== '' && from !== metricUnit) parts.push(`${from} → ${metricUnit}`);
  return parts.join(' ');
}

/** The step to which a value is rounded: "0.01"; null when it is not. */
export function stepOf({ round }: FieldMapping): string | null {
  return round === undefined ? null : (10 ** -round).toFixed(Math.max(0, round));
}

/** Where the records of an uplink are looked for; the output itself is said in words. Empty when the output is one reading. */
export function placesOf({ records }: DeviceTypeDetail['definition']): readonly string[] {
  return records === undefined ? [] : typeof records === 'string' ? [records] : records;
}

/** The readings that an example expects: one that is written alone has the time of its uplink. */
export function readingsOf(example: DeviceTypeDetail['examples'][number] | undefined): readonly UplinkReading[] {
  const { reading, readings } = example ?? {};
  return readings ?? (reading ? [{ values: reading }] : []);
}

/** Payload bytes as they are written: "6B 00 2E". */
export function hexOf(bytes: string | readonly number[] | undefined): string {
  if (bytes === undefined) return '';
  if (typeof bytes === 'string') return bytes;
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}
