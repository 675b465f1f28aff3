import type { NewDevice } from '../devices.js';
import { overTemplate } from './from-template.js';
import {
  type Column,
  COLUMNS,
  type ImportContext,
  type ImportFault,
  readDevEui,
  readDeviceType,
  readId,
  readInterval,
  readLatitude,
  readLongitude,
  readName,
  readQuota,
  readTags,
} from './import-fields.js';
import type { Csv } from './read-table.js';
import { readOwner, readSheet, type SheetRow, withoutTaken } from './sheet.js';

export type { ImportContext, ImportFault } from './import-fields.js';

export interface ImportPlan {
  /** Rows that hold something, the header left out. */
  readonly rows: number;
  /** Devices of the sound rows, in the order of the file. */
  readonly valid: readonly NewDevice[];
  /** The row of each of them. */
  readonly validRows: readonly number[];
  /** All that is wrong with all other rows, in the order of the file. */
  readonly faults: readonly ImportFault[];
}

const REQUIRED: readonly Column[] = ['id', 'kind', 'latitude', 'longitude'];

/** Reads a CSV file of devices and says what an import of it would do: the dry run, and the first half of the real one. */
export async function planImport(csv: Csv, context: ImportContext): Promise<ImportPlan> {
  const sheet = await readSheet(csv, {
    columns: COLUMNS,
    required: REQUIRED,
    item: (row) => deviceOf(row, context),
    checked: (rows) => context.checked?.(rows),
  });
  const free = await withoutTaken(sheet, context);
  return {
    rows: sheet.rows,
    valid: free.map(({ item }) => item),
    validRows: free.map(({ row }) => row),
    faults: sheet.faults,
  };
}

/** What is undefined here although it must not be has become a fault of the row. */
function deviceOf(row: SheetRow<Column>, context: ImportContext): NewDevice {
  const id = row.read('id', readId(row.text('id')));
  row.once('id', id, 'id');
  const { template, kind, department } = readOwner(row, context);
  const latitude = row.read('latitude', readLatitude(row.text('latitude')));
  const longitude = row.read('longitude', readLongitude(row.text('longitude')));
  const name = row.read('name', readName(row.text('name')));
  const intervalMs = row.read('intervalMs', readInterval(row.text('intervalMs')));
  const tags = row.read('tags', readTags(row.text('tags')));
  const devEui = row.read('devEui', readDevEui(row.text('devEui')));
  row.once('devEui', devEui, 'DevEUI');
  const deviceType = row.read('deviceType', readDeviceType(row.text('deviceType'), kind, context));
  const quota = row.read('quota', readQuota(row.text('quota')));
  const device = {
    id: id!,
    kind: kind!,
    department: department!,
    latitude: latitude!,
    longitude: longitude!,
    ...(name === undefined ? {} : { name }),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(tags === undefined ? {} : { tags }),
    ...(devEui === undefined ? {} : { devEui }),
    ...(deviceType === undefined ? {} : { deviceType }),
    ...(quota === undefined ? {} : { quota }),
  };
  return template === undefined ? device : overTemplate(template, device);
}
