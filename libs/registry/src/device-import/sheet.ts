import type { DeviceTemplate } from '../onboarding.js';
import {
  type ClaimColumn,
  type Column,
  columnsOf,
  type Field,
  type ImportContext,
  type ImportFault,
  readDepartment,
  readKind,
  readTemplate,
} from './import-fields.js';
import { type Csv, headerFaults, readTable, type TableReader } from './read-table.js';

const LOOKUP_BATCH = 1_000;
/** Progress is told this often. */
const PROGRESS_ROWS = 500;
const NONE: ReadonlySet<string> = new Set();

/** What a file holds and how its rows are read. */
export interface SheetForm<C extends Column | ClaimColumn, Item> {
  readonly columns: readonly C[];
  /** Columns that the file must have; `kind` only without a column `template`, because a template knows the kind. */
  readonly required: readonly C[];
  /** What a row asks for. It counts only when the row has no fault. */
  item(row: SheetRow<C>): Item;
  /** Told how many rows have been looked at. */
  checked?(rows: number): void;
}

export interface SoundRow<Item> {
  /** As a spreadsheet numbers it. */
  readonly row: number;
  readonly item: Item;
}

export interface Sheet<Item> {
  /** Rows that hold something, the header left out. */
  readonly rows: number;
  readonly sound: readonly SoundRow<Item>[];
  readonly faults: ImportFault[];
}

/** Reads a table whole: every row is sound, or has its faults by column. */
export async function readSheet<C extends Column | ClaimColumn, Item>(
  csv: Csv,
  form: SheetForm<C, Item>,
): Promise<Sheet<Item>> {
  const reader = new SheetReader(form);
  await readTable(csv, reader);
  return reader.finish();
}

/** The sound rows whose id and DevEUI no device has; what is taken becomes a fault. */
export async function withoutTaken<Item extends { readonly id?: string; readonly devEui?: string | null }>(
  { sound, faults }: Sheet<Item>,
  context: ImportContext,
): Promise<SoundRow<Item>[]> {
  const free: SoundRow<Item>[] = [];
  for (let at = 0; at < sound.length; at += LOOKUP_BATCH) {
    const batch = sound.slice(at, at + LOOKUP_BATCH);
    const ids = await context.registered(batch.flatMap(({ item }) => item.id ?? []));
    const euis = batch.flatMap(({ item }) => item.devEui ?? []);
    const taken = euis.length === 0 ? NONE : ((await context.registeredEuis?.(euis)) ?? NONE);
    for (const each of batch) {
      const { row, item: { id, devEui } } = each; // prettier-ignore
      const before = faults.length;
      const conflict = (column: string, detail: string, actual: string): number =>
        faults.push({ row, column, code: 'conflict', detail, actual });
      if (id !== undefined && ids.has(id)) conflict('id', 'a device of this id is registered already', id);
      if (devEui && taken.has(devEui)) conflict('devEui', 'another device has this DevEUI', devEui);
      if (faults.length === before) free.push(each);
    }
  }
  faults.sort((a, b) => a.row - b.row);
  return free;
}

/** Template, kind and department of a row, which depend on one another. */
export function readOwner(
  row: SheetRow<Column> | SheetRow<ClaimColumn>,
  context: ImportContext,
): { template: DeviceTemplate | undefined; kind: string | undefined; department: string | undefined } {
  const template = row.read('template', readTemplate(row.text('template'), context));
  const isFromTemplate = row.text('kind') === '' && template !== undefined;
  const kind = isFromTemplate ? template.kind : row.read('kind', readKind(row.text('kind'), context));
  if (template !== undefined && kind !== undefined && kind !== template.kind)
    row.fault('template', 'bad-field', `the template is for the kind '${template.kind}'`, template.id);
  const refusal = kind === undefined ? null : (context.refusalOf?.(kind) ?? null);
  if (refusal !== null) row.fault('kind', 'kind-not-approved', refusal, kind!);
  const named = row.text('department');
  // Without its kind an empty department cannot be judged; one fault is enough.
  if (kind === undefined && named === '') return { template, kind, department: undefined };
  const owner = named || (template?.department ?? '');
  return { template, kind, department: row.read('department', readDepartment(owner, kind ?? '', context)) };
}

/** One row by its columns, and what is wrong with it. */
export class SheetRow<C extends string> {
  constructor(
    private readonly row: number,
    private readonly fields: readonly string[],
    private readonly columns: readonly (C | null)[],
    private readonly faults: ImportFault[],
    /** Column and value -> row that had it first. */
    private readonly firstRows: Map<string, number>,
  ) {}

  /** Empty when the file has no such column. */
  text(column: C): string {
    return this.fields[this.columns.indexOf(column)] ?? '';
  }

  read<T>(column: C, field: Field<T>): T | undefined {
    if ('value' in field) return field.value;
    this.fault(column, field.code, field.detail, this.text(column));
    return undefined;
  }

  /** A value that no other row may have. */
  once(column: C, value: string | undefined, name: string): void {
    if (value === undefined) return;
    const key = `${column} ${value}`;
    const first = this.firstRows.get(key);
    if (first === undefined) this.firstRows.set(key, this.row);
    else this.fault(column, 'repeated-id', `row ${first} has the same ${name}`, value);
  }

  fault(column: C | null, code: ImportFault['code'], detail: string, actual: string | null): void {
    this.faults.push({ row: this.row, column, code, detail, actual });
  }
}

class SheetReader<C extends Column | ClaimColumn, Item> implements TableReader {
  private row = 0;
  private rows = 0;
  private columns: (C | null)[] | undefined;
  private readonly sound: SoundRow<Item>[] = [];
  private readonly faults: ImportFault[] = [];
  private readonly firstRows = new Map<string, number>();

  constructor(private readonly form: SheetForm<C, Item>) {}

  take(fields: readonly string[]): 'go on' | 'stop' {
    this.row += 1;
    if (this.columns === undefined) return this.header(fields);
    if (fields.every((field) => field === '')) return 'go on';
    this.rows += 1;
    if (this.rows % PROGRESS_ROWS === 0) this.form.checked?.(this.rows);
    if (fields.length !== this.columns.length) {
      this.broken(`the row has ${fields.length} fields, the header ${this.columns.length}`);
      return 'go on';
    }
    const before = this.faults.length;
    const item = this.form.item(new SheetRow(this.row, fields, this.columns, this.faults, this.firstRows));
    if (this.faults.length === before) this.sound.push({ row: this.row, item });
    return 'go on';
  }

  unreadable(error: Error): void {
    this.row += 1;
    this.broken(`${error.message}; the rows from here on were not read`);
  }

  finish(): Sheet<Item> {
    if (this.row === 0) this.broken('the file is empty');
    this.form.checked?.(this.rows);
    const { rows, sound, faults } = this;
    return { rows, sound, faults };
  }

  private header(fields: readonly string[]): 'go on' | 'stop' {
    const columns = columnsOf(fields, this.form.columns);
    this.columns = columns;
    const hasTemplate = columns.some((column) => column === 'template');
    const required = this.form.required.filter((column) => column !== 'kind' || !hasTemplate);
    const faults = headerFaults(fields, columns, this.form.columns, required);
    this.faults.push(...faults.map((fault) => ({ row: this.row, ...fault })));
    return faults.length === 0 ? 'go on' : 'stop';
  }

  private broken(detail: string): void {
    this.faults.push({ row: this.row, column: null, code: 'bad-csv', detail, actual: null });
  }
}
