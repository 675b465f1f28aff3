import {
  CLAIM_COLUMNS,
  type ClaimColumn,
  type ImportContext,
  type ImportFault,
  readClaimCount,
  readClaimDays,
  readDevEui,
  readDeviceType,
  readId,
  readIdPrefix,
} from './import-fields.js';
import type { Csv } from './read-table.js';
import { readOwner, readSheet, type SheetForm, type SheetRow, withoutTaken } from './sheet.js';

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

/**
 * Reads a CSV file of claims and says what preparing them would do; the columns that devices have too are read alike. Devices that are
 * registered already are found out now, and not in the street.
 */
export async function planClaims(csv: Csv, context: ImportContext, maxClaims: number): Promise<ClaimPlan> {
  const sheet = await readSheet(csv, new ClaimForm(context, maxClaims));
  const free = await withoutTaken(sheet, context);
  return { rows: sheet.rows, valid: free.map(({ item }) => item), faults: sheet.faults };
}

class ClaimForm implements SheetForm<ClaimColumn, PlannedClaim> {
  readonly columns = CLAIM_COLUMNS;
  readonly required = ['kind'] as const;
  private claims = 0;

  constructor(
    private readonly context: ImportContext,
    private readonly maxClaims: number,
  ) {}

  item(row: SheetRow<ClaimColumn>): PlannedClaim {
    const { context } = this;
    const { template, kind, department } = readOwner(row, context);
    const optional = {
      id: row.text('id') === '' ? undefined : row.read('id', readId(row.text('id'))),
      idPrefix: row.read('idPrefix', readIdPrefix(row.text('idPrefix'))),
      devEui: row.read('devEui', readDevEui(row.text('devEui'))),
      deviceType: row.read('deviceType', readDeviceType(row.text('deviceType'), kind, context)),
      count: row.read('count', readClaimCount(row.text('count'))),
      expiresInDays: row.read('expiresInDays', readClaimDays(row.text('expiresInDays'))),
      template: template?.id,
    };
    this.judge(row, optional);
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return { ...given, kind: kind!, department: department! };
  }

  /** What rows may not say together. */
  private judge(
    row: SheetRow<ClaimColumn>,
    {
      id,
      devEui,
      count = 1,
    }: { readonly [name in 'id' | 'devEui']: string | undefined } & { count: number | undefined },
  ): void {
    row.once('id', id, 'id');
    row.once('devEui', devEui, 'DevEUI');
    for (const [name, value] of [
      ['id', id],
      ['DevEUI', devEui],
    ] as const)
      // prettier-ignore
      if (value !== undefined && count > 1)
        row.fault('count', 'bad-field', `several claims cannot have one ${name}`, String(count));
    this.claims += count;
    if (this.claims > this.maxClaims)
      row.fault('count', 'bad-field', `a file prepares at most ${this.maxClaims} claims; with this row there are ${this.claims}`, String(count)); // prettier-ignore
  }
}
