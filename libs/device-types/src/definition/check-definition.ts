import { createHash } from 'node:crypto';
import { pointerLevel } from '#codecs';
import { findKind, type Kind, kinds, type Metric, nearestName } from '#kinds';
import { conversionBetween, type Conversion, IDENTITY, unitFault } from '../units/unit-conversion.js';
import { NORMALIZED_TIME, recordsOf, timeOf } from './check-records.js';
import type { DefinitionFault, DeviceTypeDefinition, DeviceTypeSource } from './definition.js';
import type { DeviceType, MappedField } from './device-type.js';
import { Faults } from './shape.js';
import { pointerOf } from './source-path.js';

export const DEVICE_TYPE_ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
export const DEVICE_TYPE_ID_FORM = 'lower-case letters, digits and single hyphens, such as acme-th-1';

const MEMBERS = [
  'id',
  'vendor',
  'model',
  'version',
  'kind',
  'titles',
  'intervalMs',
  'ports',
  'normalized',
  'fields',
  'records',
  'time',
];
const FIELD_MEMBERS = ['source', 'unit', 'scale', 'offset', 'values', 'round', 'ports'];
const MAX_SCRIPT_CHARS = 512 * 1024;

export type CheckedDeviceType =
  | { readonly type: DeviceType; readonly faults?: undefined }
  | { readonly type?: undefined; readonly faults: readonly DefinitionFault[] };

/** Checks a definition against the catalogue of kinds and makes it ready for use; or says everything that is wrong with it. */
export function checkDeviceType({ definition, script, examples }: DeviceTypeSource): CheckedDeviceType {
  const faults = new Faults();
  const root = faults.object(definition, '');
  if (root === null) return { faults: faults.list };
  faults.onlyKnown(root, MEMBERS, '');
  const id = faults.text(root, 'id', '', DEVICE_TYPE_ID, DEVICE_TYPE_ID_FORM);
  if (id !== null && id.length > 64) faults.add('/id', 'must have at most 64 characters');
  for (const name of ['vendor', 'model', 'version']) faults.text(root, name, '');
  checkTitles(root, faults);
  if (root.intervalMs !== undefined)
    faults.number(
      root.intervalMs,
      '/intervalMs',
      (ms) => Number.isInteger(ms) && ms >= 1000 && ms <= 7 * 86_400_000,
      'whole milliseconds from 1000 to 604800000',
    );
  if (root.normalized !== undefined && typeof root.normalized !== 'boolean')
    faults.add('/normalized', 'must be true or false');
  const ports = faults.ports(root.ports, '/ports');
  const kind = kindOf(root, faults);
  const fields = root.fields === undefined ? null : fieldsOf(root.fields, kind, faults);
  const time = root.time === undefined ? null : timeOf(root.time, faults);
  const records = root.records === undefined ? null : recordsOf(root, faults);
  if (script !== null && script.length > MAX_SCRIPT_CHARS)
    faults.add('', `the script is longer than ${MAX_SCRIPT_CHARS} characters`);
  if (script?.includes('\u0000') === true) faults.add('', 'the script holds a NUL character; is it a text file?');
  if (faults.list.length > 0 || kind === null || id === null) return { faults: faults.list };
  return {
    type: {
      id,
      definition: root as unknown as DeviceTypeDefinition,
      kind,
      script: script === null ? null : { revision: hash(script), source: script },
      examples,
      revision: revisionOf({ definition, script }),
      ports,
      fields,
      ...(root.normalized === true ? { time: time ?? NORMALIZED_TIME, records: records ?? [[]] } : { time, records }),
    },
  };
}

/** Changes whenever payloads might be read differently. */
export function revisionOf({ definition, script }: Pick<DeviceTypeSource, 'definition' | 'script'>): string {
  return hash(JSON.stringify([definition, script]));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function checkTitles(root: Record<string, unknown>, faults: Faults): void {
  if (root.titles === undefined) return;
  const titles = faults.object(root.titles, '/titles');
  if (titles === null) return;
  faults.onlyKnown(titles, ['en', 'zh-Hant', 'zh-Hans'], '/titles');
  for (const language of Object.keys(titles)) faults.text(titles, language, '/titles');
}

function kindOf(root: Record<string, unknown>, faults: Faults): Kind | null {
  const name = faults.text(root, 'kind', '');
  if (name === null) return null;
  const kind = findKind(name);
  if (kind !== undefined) return kind;
  const near = nearestName(
    name,
    kinds.map((known) => known.name),
  );
  faults.add(
    '/kind',
    `there is no kind '${name}'${near === null ? '; GET /v1/kinds lists them' : `; did you mean '${near}'?`}`,
  );
  return null;
}

function fieldsOf(value: unknown, kind: Kind | null, faults: Faults): MappedField[] {
  const fields = faults.object(value, '/fields');
  if (fields === null) return [];
  if (Object.keys(fields).length === 0) faults.add('/fields', 'must name at least one metric, or be left out');
  const mapped: MappedField[] = [];
  for (const [name, field] of Object.entries(fields)) {
    const at = `/fields/${pointerLevel(name)}`;
    const metric = kind === null ? null : metricOf(name, kind, at, faults);
    const found = fieldOf(typeof field === 'string' ? { source: field } : field, metric, at, faults);
    if (found !== null) mapped.push(found);
  }
  return mapped;
}

function metricOf(name: string, kind: Kind, at: string, faults: Faults): Metric | null {
  const metric = kind.metrics.find((known) => known.name === name);
  if (metric === undefined) {
    const near = nearestName(
      name,
      kind.metrics.map((known) => known.name),
    );
    faults.add(
      at,
      `'${kind.name}' has no metric '${name}'${near === null ? `; it has ${kind.metrics.map((known) => known.name).join(', ')}` : `; did you mean '${near}'?`}`,
    );
    return null;
  }
  if (metric.derived !== true) return metric;
  faults.add(at, `'${name}' is computed by the platform; leave it out`);
  return null;
}

function fieldOf(value: unknown, metric: Metric | null, at: string, faults: Faults): MappedField | null {
  const field = faults.object(value, at);
  if (field === null) return null;
  const before = faults.list.length;
  faults.onlyKnown(field, FIELD_MEMBERS, at);
  const path = faults.source(field, at);
  const conversion = metric === null ? IDENTITY : conversionOf(field, metric, at, faults);
  const values = field.values === undefined ? null : valuesOf(field.values, metric, `${at}/values`, faults);
  const round =
    field.round === undefined
      ? null
      : faults.number(
          field.round,
          `${at}/round`,
          (digits) => Number.isInteger(digits) && digits >= 0 && digits <= 10,
          'a whole number of digits from 0 to 10',
        );
  const ports = faults.ports(field.ports, `${at}/ports`);
  if (metric === null || path === null || faults.list.length > before) return null;
  return { metric: metric.name, type: metric.type, path, pointer: pointerOf(path), conversion, values, round, ports };
}

/** Scale and offset, then the unit, as one pair. */
function conversionOf(field: Record<string, unknown>, metric: Metric, at: string, faults: Faults): Conversion {
  const any = (value: number): boolean => value !== 0;
  const scale = field.scale === undefined ? 1 : faults.number(field.scale, `${at}/scale`, any, 'a number other than 0');
  const shift = field.offset === undefined ? 0 : faults.number(field.offset, `${at}/offset`, () => true, 'a number');
  if (scale === null || shift === null) return IDENTITY;
  const unit = field.unit === undefined ? metric.unit : faults.text(field, 'unit', at);
  if (unit === null) return IDENTITY;
  if (metric.type === 'boolean' || metric.type === 'enum') {
    for (const name of ['unit', 'scale', 'offset', 'round'])
      if (field[name] !== undefined) faults.add(`${at}/${name}`, `'${metric.name}' is no quantity; use values`);
    return IDENTITY;
  }
  const result = conversionBetween(unit, metric.unit);
  if ('fault' in result) {
    const known = unitFault(unit) === null ? `: '${metric.name}' is in '${metric.unit}'` : '';
    faults.add(`${at}/unit`, result.fault + known);
    return IDENTITY;
  }
  const { factor, offset } = result.conversion;
  return { factor: scale * factor, offset: shift * factor + offset };
}

function valuesOf(
  value: unknown,
  metric: Metric | null,
  at: string,
  faults: Faults,
): ReadonlyMap<string, string | number | boolean> | null {
  const object = faults.object(value, at);
  if (object === null) return null;
  const map = new Map<string, string | number | boolean>();
  for (const [source, target] of Object.entries(object)) {
    const fault = metric === null ? null : targetFault(target, metric);
    if (fault !== null) faults.add(`${at}/${pointerLevel(source)}`, fault);
    else map.set(source, target as string | number | boolean);
  }
  if (map.size === 0 && Object.keys(object).length === 0)
    faults.add(at, 'must name at least one value, or be left out');
  return map;
}

function targetFault(target: unknown, metric: Metric): string | null {
  switch (metric.type) {
    case 'boolean':
      return typeof target === 'boolean' ? null : `'${metric.name}' is true or false`;
    case 'enum': {
      const labels = metric.labels ?? [];
      if (typeof target === 'string' && labels.includes(target)) return null;
      const near = typeof target === 'string' ? nearestName(target, labels) : null;
      return `'${metric.name}' is one of ${labels.join(', ')}${near === null ? '' : `; did you mean '${near}'?`}`;
    }
    case 'number':
    case 'integer':
      return typeof target === 'number' && Number.isFinite(target) ? null : `'${metric.name}' is a number`;
  }
}
