import type { ErrorCode } from '#core';
import type { NewDevice } from '../devices.js';
import { overTemplate } from './from-template.js';
import {
  type Column,
  columnsOf,
  COLUMNS,
  type Field,
  readDepartment,
  readDevEui,
  readDeviceType,
  readId,
  readInterval,
  readKind,
  readLatitude,
  readLongitude,
  readName,
  readQuota,
  readTags,
  readTemplate,
  type ImportContext,
  type ImportFault,
} from './import-fields.js';

import { type Csv, headerFaults, readTable, type TableReader } from './read-table.js';

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
const LOOKUP_BATCH = 1_000;
/** Progress is told this often. */
const PROGRESS_ROWS = 500;

/** Reads a CSV file of devices and says what an import of it would do: the dry run, and the first half of the real one. */
export async function planImport(csv: Csv, context: ImportContext): Promise<ImportPlan> {
  const plan = new Planner(context);
  await readTable(csv, plan);
  return plan.finish();
}

const NONE: ReadonlySet<string> = new Set();

interface SoundRow {
  readonly row: number;
  readonly device: NewDevice;
}

class Planner implements TableReader {
  private row = 0;
  private rows = 0;
  private columns: (Column | null)[] | undefined;
  private readonly faults: ImportFault[] = [];
  private readonly sound: SoundRow[] = [];
  private readonly firstRowOf = new Map<string, number>();
  private readonly firstRowOfEui = new Map<string, number>();

  constructor(private readonly context: ImportContext) {}

  take(fields: readonly string[]): 'go on' | 'stop' {
    this.row += 1;
    if (this.columns === undefined) return this.header(fields);
    if (fields.every((field) => field === '')) return 'go on';
    this.rows += 1;
    if (this.rows % PROGRESS_ROWS === 0) this.context.checked?.(this.rows);
    const device = this.device(fields, this.columns);
    if (device !== null) this.sound.push({ row: this.row, device });
    return 'go on';
  }

  unreadable(error: Error): void {
    this.row += 1;
    this.fault(null, 'bad-csv', `${error.message}; the rows from here on were not read`, null);
  }

  async finish(): Promise<ImportPlan> {
    if (this.row === 0) this.fault(null, 'bad-csv', 'the file is empty', null);
    const valid: NewDevice[] = [];
    const validRows: number[] = [];
    for (let at = 0; at < this.sound.length; at += LOOKUP_BATCH) {
      const batch = this.sound.slice(at, at + LOOKUP_BATCH);
      const registered = await this.context.registered(batch.map(({ device }) => device.id));
      const euis = batch.flatMap(({ device }) => device.devEui ?? []);
      const taken = euis.length === 0 ? NONE : ((await this.context.registeredEuis?.(euis)) ?? NONE);
      for (const { row, device } of batch) {
        const { id, devEui = null } = device;
        const before = this.faults.length;
        if (registered.has(id)) this.taken(row, 'id', 'a device of this id is registered already', id);
        if (devEui !== null && taken.has(devEui)) this.taken(row, 'devEui', 'another device has this DevEUI', devEui);
        if (this.faults.length > before) continue;
        valid.push(device);
        validRows.push(row);
      }
    }
    this.context.checked?.(this.rows);
    this.faults.sort((a, b) => a.row - b.row);
    return { rows: this.rows, valid, validRows, faults: this.faults };
  }

  private header(fields: readonly string[]): 'go on' | 'stop' {
    const columns = columnsOf(fields, COLUMNS);
    this.columns = columns;
    // A template knows the kind.
    const required = REQUIRED.filter((column) => column !== 'kind' || !columns.includes('template'));
    const faults = headerFaults(fields, columns, COLUMNS, required);
    this.faults.push(...faults.map((fault) => ({ row: this.row, ...fault })));
    return faults.length === 0 ? 'go on' : 'stop';
  }

  private device(fields: readonly string[], columns: readonly (Column | null)[]): NewDevice | null {
    if (fields.length !== columns.length) {
      this.fault(null, 'bad-csv', `the row has ${fields.length} fields, the header ${columns.length}`, null);
      return null;
    }
    const text = (column: Column): string => fields[columns.indexOf(column)] ?? '';
    const before = this.faults.length;
    const read = <T>(column: Column, field: Field<T>): T | undefined => {
      if ('value' in field) return field.value;
      this.fault(column, field.code, field.detail, text(column));
      return undefined;
    };
    const id = read('id', readId(text('id')));
    if (id !== undefined) this.refuseRepeated(id);
    const template = read('template', readTemplate(text('template'), this.context));
    const isFromTemplate = text('kind') === '' && template !== undefined;
    const kind = isFromTemplate ? template.kind : read('kind', readKind(text('kind'), this.context));
    if (template !== undefined && kind !== undefined && kind !== template.kind)
      this.fault('template', 'bad-field', `the template is for the kind '${template.kind}'`, template.id);
    const refusal = kind === undefined ? null : (this.context.refusalOf?.(kind) ?? null);
    if (refusal !== null) this.fault('kind', 'kind-not-approved', refusal, kind!);
    // Without its kind an empty department cannot be judged; one fault is enough.
    const department =
      kind === undefined && text('department') === ''
        ? undefined
        : read(
            'department',
            readDepartment(text('department') || (template?.department ?? ''), kind ?? '', this.context),
          );
    const latitude = read('latitude', readLatitude(text('latitude')));
    const longitude = read('longitude', readLongitude(text('longitude')));
    const name = read('name', readName(text('name')));
    const intervalMs = read('intervalMs', readInterval(text('intervalMs')));
    const tags = read('tags', readTags(text('tags')));
    const devEui = read('devEui', readDevEui(text('devEui')));
    if (devEui !== undefined) this.refuseRepeatedEui(devEui);
    const deviceType = read('deviceType', readDeviceType(text('deviceType'), kind, this.context));
    const quota = read('quota', readQuota(text('quota')));
    if (this.faults.length > before) return null;
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

  private refuseRepeated(id: string): void {
    const first = this.firstRowOf.get(id);
    if (first === undefined) this.firstRowOf.set(id, this.row);
    else this.fault('id', 'repeated-id', `row ${first} has the same id`, id);
  }

  private refuseRepeatedEui(devEui: string): void {
    const first = this.firstRowOfEui.get(devEui);
    if (first === undefined) this.firstRowOfEui.set(devEui, this.row);
    else this.fault('devEui', 'repeated-id', `row ${first} has the same DevEUI`, devEui);
  }

  private taken(row: number, column: Column, detail: string, actual: string): void {
    this.faults.push({ row, column, code: 'conflict', detail, actual });
  }

  private fault(column: string | null, code: ErrorCode, detail: string, actual: string | null): void {
    this.faults.push({ row: this.row, column, code, detail, actual });
  }
}
