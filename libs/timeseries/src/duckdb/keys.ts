import type { DuckDBValue } from '@duckdb/node-api';
import type { StoredKey } from '../telemetry-store.js';
import type { NameTable } from './names.js';
import type { QueryPool } from './query-pool.js';
import { column, type KindTable } from './tables.js';

/** Bits of a mask: a double holds them exactly. */
const MASK_BITS = 50;

interface RankedKey {
  readonly sequence: number;
  readonly key: StoredKey;
}

/** Columns of a key, of a table that is joined with `boots`: device, time, boot, seq, sequence, then masks that say which metrics the row carries. */
function keyColumns(table: KindTable): string {
  const masks: string[] = [];
  for (let first = 0; first < table.sent.length; first += MASK_BITS) {
    const bits = table.sent
      .slice(first, first + MASK_BITS)
      .map((metric, bit) => `(${column(metric)} IS NOT NULL)::BIGINT * ${2 ** bit}`);
    masks.push(`(${bits.join(' + ')})::DOUBLE`);
  }
  return ['device', 'time::DOUBLE', 'boots.boot', 'seq::DOUBLE', 'sequence::DOUBLE', ...masks].join(', ');
}

/** Reads keys; rows of the same metrics share one list. */
class KeyReader {
  private readonly lists = new Map<string, readonly string[]>();

  constructor(
    private readonly table: KindTable,
    private readonly names: NameTable,
  ) {}

  read([device, time, boot, seq, sequence, ...masks]: DuckDBValue[]): RankedKey {
    const metrics = this.metrics(masks as number[]);
    const key = { kind: this.table.kind, device: this.names.name(device as number), time: time as number, boot: boot as string | null, seq: seq as number | null, metrics }; // prettier-ignore
    return { sequence: sequence as number, key };
  }

  private metrics(masks: readonly number[]): readonly string[] {
    const known = this.lists.get(masks.join());
    if (known !== undefined) return known;
    const carried = this.table.sent.filter(
      (_, m) => Math.floor(masks[Math.floor(m / MASK_BITS)]! / 2 ** (m % MASK_BITS)) % 2 === 1,
    );
    this.lists.set(masks.join(), carried);
    return carried;
  }
}

export async function findStoredKeys(
  table: KindTable,
  names: NameTable,
  pool: QueryPool,
  ask: { device: string; from: number; to: number; beforeSequence: number },
): Promise<StoredKey[]> {
  const device = names.find(ask.device);
  if (device === undefined) return [];
  const reader = new KeyReader(table, names);
  const rows = await pool.rows(
    `SELECT ${keyColumns(table)} FROM ${table.table} AS readings LEFT JOIN boots ON boots.id = readings.boot
     WHERE device = ${device} AND time >= $1 AND time < $2 AND sequence < $3 ORDER BY sequence, readings.rowid`,
    [BigInt(Math.ceil(ask.from)), BigInt(Math.ceil(ask.to)), BigInt(ask.beforeSequence)],
  );
  return rows.map((row) => reader.read(row).key);
}

export async function recentStoredKeys(
  tables: Iterable<KindTable>,
  names: NameTable,
  pool: QueryPool,
  ask: { perDevice: number; receivedSince: number; beforeSequence: number },
): Promise<StoredKey[]> {
  const found: RankedKey[] = [];
  for (const table of tables) {
    const reader = new KeyReader(table, names);
    const sql = `SELECT ${keyColumns(table)} FROM (
        SELECT *, rowid AS row FROM ${table.table} WHERE received >= $1 AND sequence < $2
        QUALIFY row_number() OVER (PARTITION BY device ORDER BY sequence DESC, rowid DESC) <= $3) AS readings
      LEFT JOIN boots ON boots.id = readings.boot ORDER BY sequence, row`;
    const values = [BigInt(Math.ceil(ask.receivedSince)), BigInt(ask.beforeSequence), BigInt(ask.perDevice)];
    await pool.visit(sql, values, (row) => {
      found.push(reader.read(row));
      return true;
    });
  }
  return found.sort((a, b) => a.sequence - b.sequence).map((each) => each.key);
}
