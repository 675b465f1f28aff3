import type { DuckDBConnection } from '@duckdb/node-api';
import { integers, texts, type ColumnSource } from './vectors.js';

/**
 * Numbers for texts that repeat: devices and sources. All names are in memory, since queries start from them; they are as many as
 * the registry has devices and gateways. A number given in a transaction counts only once the transaction is committed.
 */
export class NameTable {
  private readonly idOf = new Map<string, number>();
  private readonly nameOf: string[] = [];
  private committed = 0;

  static async load(connection: DuckDBConnection): Promise<NameTable> {
    const names = new NameTable();
    const result = await connection.stream('SELECT name FROM names ORDER BY id');
    for await (const chunk of result) {
      for (const name of chunk.getColumnValues(0)) names.number(name as string);
    }
    names.commit();
    return names;
  }

  get size(): number {
    return this.nameOf.length;
  }

  /** The number of the name, a new one when it has none yet. */
  number(name: string): number {
    const known = this.idOf.get(name);
    if (known !== undefined) return known;
    // UTF-8 has no half surrogate pairs: what would be stored as the same name must have the same number.
    const text = Buffer.from(name).toString();
    if (text !== name) return this.number(text);
    const id = this.nameOf.length;
    this.idOf.set(name, id);
    this.nameOf.push(name);
    return id;
  }

  find(name: string): number | undefined {
    return this.idOf.get(name) ?? this.idOf.get(Buffer.from(name).toString());
  }

  /** The numbers of those names that have one. */
  findAll(names: Iterable<string>): number[] {
    return [...names].map((name) => this.find(name)).filter((id) => id !== undefined);
  }

  name(id: number): string {
    return this.nameOf[id]!;
  }

  /** Columns of `names` for those that were given since the last commit. */
  fresh(): { columns: ColumnSource[]; rows: number } {
    const names = this.nameOf.slice(this.committed);
    return {
      columns: [integers(Int32Array.from(names, (_, i) => this.committed + i)), texts(names)],
      rows: names.length,
    };
  }

  commit(): void {
    this.committed = this.nameOf.length;
  }

  rollback(): void {
    for (const name of this.nameOf.splice(this.committed)) this.idOf.delete(name);
  }
}

/** Beyond this many the boots are forgotten and get new numbers: a boot may have several, a number has one boot. */
const MAX_BOOTS = 500_000;

/** Numbers for boot identifiers, of which devices may make any number: memory is bounded, and nothing is loaded at start. */
export class BootTable {
  private idOf = new Map<string, number>();
  private pending: string[] = [];

  private constructor(private next: number) {}

  static async load(connection: DuckDBConnection): Promise<BootTable> {
    const result = await connection.runAndReadAll('SELECT coalesce(max(id), -1)::DOUBLE FROM boots');
    return new BootTable((result.getRows()[0]![0] as number) + 1);
  }

  number(boot: string): number {
    const known = this.idOf.get(boot);
    if (known !== undefined) return known;
    const id = this.next++;
    this.idOf.set(boot, id);
    this.pending.push(boot);
    return id;
  }

  fresh(): { columns: ColumnSource[]; rows: number } {
    const first = this.next - this.pending.length;
    return {
      columns: [integers(Int32Array.from(this.pending, (_, i) => first + i)), texts(this.pending)],
      rows: this.pending.length,
    };
  }

  commit(): void {
    this.pending = [];
    if (this.idOf.size > MAX_BOOTS) this.idOf.clear();
  }

  rollback(): void {
    for (const boot of this.pending) this.idOf.delete(boot);
    this.next -= this.pending.length;
    this.pending = [];
  }
}
