import {
  CLAIM_COLUMNS,
  type ClaimColumn,
  columnsOf,
  type Field,
  type ImportContext,
  type ImportFault,
  readClaimCount,
  readClaimDays,
  readDepartment,
  readDevEui,
  readDeviceType,
  readId,
  readIdPrefix,
  readKind,
  readTemplate,
} from './import-fields.js';
import { type Csv, headerFaults, readTable, type TableReader } from './read-table.js';

/** Claims that a row asks for. */
export interface PlannedClaim {
  readonly kind: string;
  readonly department: string;
  readonly template?: string;
  readonly id?: string;
  readonly idPrefix?: string;
  readonly devEui?: string;
  readonly deviceType?: string;
  readonly count?: number;
  readonly expiresInDays?: number;
}

export interface ClaimPlan {
  /** Rows that hold something, the header left out. */
  readonly rows: number;
  /** Of the sound rows, in the order of the file. */
  readonly valid: readonly PlannedClaim[];
  readonly faults: readonly ImportFault[];
}

/** Reads a CSV file of claims and says what preparing them would do; the columns that devices have too are read alike. */
export async function planClaims(csv: Csv, context: ImportContext, maxClaims: number): Promise<ClaimPlan> {
  const planner = new ClaimPlanner(context, maxClaims);
  await readTable(csv, planner);
  return planner.finish();
}

class ClaimPlanner implements TableReader {
  private row = 0;
  private rows = 0;
  private claims = 0;
  private columns: (ClaimColumn | null)[] | undefined;
  private readonly faults: ImportFault[] = [];
  private readonly sound: { readonly row: number; readonly claim: PlannedClaim }[] = [];
  private readonly firstRows = new Map<string, number>();

  constructor(
    private readonly context: ImportContext,
    private readonly maxClaims: number,
  ) {}

  take(fields: readonly string[]): 'go on' | 'stop' {
    this.row += 1;
    if (this.columns === undefined) return this.header(fields);
    if (fields.every((field) => field === '')) return 'go on';
    this.rows += 1;
    const claim = this.claim(fields, this.columns);
    if (claim !== null) this.sound.push({ row: this.row, claim });
    return 'go on';
  }

  unreadable(error: Error): void {
    this.row += 1;
    this.fault(null, 'bad-csv', `${error.message}; the rows from here on were not read`, null);
  }

  /** Devices that are registered already are found out now, and not in the street. */
  async finish(): Promise<ClaimPlan> {
    if (this.row === 0) this.fault(null, 'bad-csv', 'the file is empty', null);
    const given = (field: 'id' | 'devEui'): string[] => this.sound.flatMap(({ claim }) => claim[field] ?? []);
    const ids = await this.context.registered(given('id'));
    const euis = (await this.context.registeredEuis?.(given('devEui'))) ?? new Set<string>();
    const valid = this.sound.filter(({ row, claim: { id, devEui } }) => {
      const before = this.faults.length;
      const taken = (column: ClaimColumn, detail: string, actual: string): number =>
        this.faults.push({ row, column, code: 'conflict', detail, actual });
      if (id !== undefined && ids.has(id)) taken('id', 'a device of this id is registered already', id);
      if (devEui !== undefined && euis.has(devEui)) taken('devEui', 'another device has this DevEUI', devEui);
      return this.faults.length === before;
    });
    this.faults.sort((a, b) => a.row - b.row);
    return { rows: this.rows, valid: valid.map(({ claim }) => claim), faults: this.faults };
  }

  private header(fields: readonly string[]): 'go on' | 'stop' {
    const columns = columnsOf(fields, CLAIM_COLUMNS);
    this.columns = columns;
    // A template knows the kind.
    const required: ClaimColumn[] = columns.includes('template') ? [] : ['kind'];
    const faults = headerFaults(fields, columns, CLAIM_COLUMNS, required);
    this.faults.push(...faults.map((fault) => ({ row: this.row, ...fault })));
    return faults.length === 0 ? 'go on' : 'stop';
  }

  private claim(fields: readonly string[], columns: readonly (ClaimColumn | null)[]): PlannedClaim | null {
    if (fields.length !== columns.length) {
      this.fault(null, 'bad-csv', `the row has ${fields.length} fields, the header ${columns.length}`, null);
      return null;
    }
    const before = this.faults.length;
    const text = (column: ClaimColumn): string => fields[columns.indexOf(column)] ?? '';
    const read = <T>(column: ClaimColumn, field: Field<T>): T | undefined => {
      if ('value' in field) return field.value;
      this.fault(column, field.code, field.detail, text(column));
      return undefined;
    };
    const template = read('template', readTemplate(text('template'), this.context));
    const isFromTemplate = text('kind') === '' && template !== undefined;
    const kind = isFromTemplate ? template.kind : read('kind', readKind(text('kind'), this.context));
    if (template !== undefined && kind !== undefined && kind !== template.kind)
      this.fault('template', 'bad-field', `the template is for the kind '${template.kind}'`, template.id);
    const refusal = kind === undefined ? null : (this.context.refusalOf?.(kind) ?? null);
    if (refusal !== null) this.fault('kind', 'kind-not-approved', refusal, kind!);
    const owner = text('department') || (template?.department ?? '');
    const department =
      kind === undefined && owner === ''
        ? undefined
        : read('department', readDepartment(owner, kind ?? '', this.context));
    const optional = {
      id: text('id') === '' ? undefined : read('id', readId(text('id'))),
      idPrefix: read('idPrefix', readIdPrefix(text('idPrefix'))),
      devEui: read('devEui', readDevEui(text('devEui'))),
      deviceType: read('deviceType', readDeviceType(text('deviceType'), kind, this.context)),
      count: read('count', readClaimCount(text('count'))),
      expiresInDays: read('expiresInDays', readClaimDays(text('expiresInDays'))),
      template: template?.id,
    };
    this.judge(optional);
    if (this.faults.length > before) return null;
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return { ...given, kind: kind!, department: department! };
  }

  /** What rows may not say together. */
  private judge({
    id,
    devEui,
    count = 1,
  }: Pick<PlannedClaim, 'id' | 'devEui' | 'count'> | Record<string, never>): void {
    for (const [column, value] of [
      ['id', id],
      ['devEui', devEui],
    ] as const) {
      if (value === undefined) continue;
      if (count > 1) this.fault('count', 'bad-field', `several claims cannot have one ${column}`, String(count));
      const key = `${column} ${value}`;
      const first = this.firstRows.get(key);
      if (first === undefined) this.firstRows.set(key, this.row);
      else this.fault(column, 'repeated-id', `row ${first} has the same`, value);
    }
    this.claims += count;
    if (this.claims > this.maxClaims)
      this.fault('count', 'bad-field', `a file prepares at most ${this.maxClaims} claims; with this row there are ${this.claims}`, String(count)); // prettier-ignore
  }

  private fault(column: string | null, code: ImportFault['code'], detail: string, actual: string | null): void {
    this.faults.push({ row: this.row, column, code, detail, actual });
  }
}
