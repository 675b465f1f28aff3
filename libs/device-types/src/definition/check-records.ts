import { AGE_UNITS, type AgeUnit } from './definition.js';
import type { DeviceType } from './device-type.js';
import type { Faults } from './shape.js';
import { parseSourcePath, pointerOf, type SourcePath } from './source-path.js';

/** As the payload schema of The Things Stack has it. */
export const NORMALIZED_TIME: DeviceType['time'] = { path: ['time'], pointer: '/time', format: 'iso' };

/** More places than any codec has. */
const MAX_PLACES = 8;

/** Where the records of an output are. */
export function recordsOf(root: Record<string, unknown>, faults: Faults): readonly SourcePath[] | null {
  const { records } = root;
  const places: readonly unknown[] = Array.isArray(records) ? records : [records];
  if (places.length === 0 || places.length > MAX_PLACES) {
    faults.add('/records', `must be a place in the output, or a list of 1 to ${MAX_PLACES} of them`);
    return null;
  }
  if (root.time === undefined && root.normalized !== true)
    faults.add('/records', 'needs time: which member of a record says when it was measured');
  if (places.length > 1 && places.includes('') && root.fields === undefined)
    faults.add('/records', "needs fields: without them the lists beside '' would be taken for metrics of the output");
  return places.map((place, index) => {
    const path = place === '' ? [] : typeof place === 'string' ? parseSourcePath(place) : null;
    const at = Array.isArray(records) ? `/records/${index}` : '/records';
    if (path === null)
      faults.add(at, `must be a pointer (/history), a path (data.history) or '' for the output itself`);
    return path ?? [];
  });
}

const MAX_TOLERANCE_MS = 3_600_000;

/** Where an output, or each of its records, says when it was measured. */
export function timeOf(value: unknown, faults: Faults): DeviceType['time'] {
  const time = faults.object(value, '/time');
  if (time === null) return null;
  const { format, unit } = time;
  const isAge = format === 'age';
  faults.onlyKnown(time, isAge ? ['source', 'format', 'unit', 'toleranceMs'] : ['source', 'format'], '/time');
  const path = faults.source(time, '/time');
  if (format !== 'ms' && format !== 's' && format !== 'iso' && !isAge) {
    faults.add('/time/format', "must be 'ms', 's', 'iso' or 'age'");
    return null;
  }
  const at = { path: path ?? [], pointer: pointerOf(path ?? []) };
  if (!isAge) return { ...at, format };
  if (!isAgeUnit(unit)) {
    faults.add('/time/unit', `must be the unit of the age: ${Object.keys(AGE_UNITS).join(', ')}`);
    return null;
  }
  const { ms: unitMs, toleranceMs: usual } = AGE_UNITS[unit];
  const toleranceMs =
    time.toleranceMs === undefined
      ? usual
      : faults.number(
          time.toleranceMs,
          '/time/toleranceMs',
          (ms) => Number.isInteger(ms) && ms >= 0 && ms <= MAX_TOLERANCE_MS,
          `whole milliseconds from 0 to ${MAX_TOLERANCE_MS}`,
        );
  return { ...at, format, unit, unitMs, toleranceMs: toleranceMs ?? usual };
}

function isAgeUnit(unit: unknown): unit is AgeUnit {
  return typeof unit === 'string' && Object.hasOwn(AGE_UNITS, unit);
}
