import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { ImportFault } from './import-fields.js';

/** A quote that is never closed must not make one field of the rest of the file. */
const MAX_ROW_CHARACTERS = 64 * 1024;

export type Csv = string | AsyncIterable<string | Uint8Array>;

export interface TableReader {
  take(fields: readonly string[]): 'go on' | 'stop';
  /** The file cannot be read from here on. */
  unreadable(error: Error): void;
}

/** RFC 4180 with a header row; a byte order mark, CRLF, quoted line breaks and columns in any order are fine. */
export async function readTable(csv: Csv, reader: TableReader): Promise<void> {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: MAX_ROW_CHARACTERS,
    trim: true,
  });
  const source = Readable.from(typeof csv === 'string' ? [csv] : csv);
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const fields of source.pipe(parser) as AsyncIterable<string[]>) {
      if (reader.take(fields) === 'stop') break;
    }
  } catch (error) {
    // The parser cannot find its place again after this.
    if (!(error instanceof CsvError)) throw error;
    reader.unreadable(error);
  } finally {
    source.destroy();
  }
}

/** What is wrong with the names of a header row; `columns` are what they were read as, null for a name that is none. */
export function headerFaults<C extends string>(
  names: readonly string[],
  columns: readonly (C | null)[],
  known: readonly C[],
  required: readonly C[],
): Omit<ImportFault, 'row'>[] {
  const code = 'bad-column';
  const faults = columns.flatMap((column, at): Omit<ImportFault, 'row'>[] => {
    const name = names[at]!;
    if (column === null)
      return [{ column: name, code, detail: `'${name}' is not a column; there are ${known.join(', ')}`, actual: name }];
    if (columns.indexOf(column) === at) return [];
    return [{ column, code, detail: `'${name}' repeats the column ${column}`, actual: name }];
  });
  const missing = required.filter((column) => !columns.includes(column));
  return [
    ...faults,
    ...missing.map((column) => ({ column, code, detail: `the column ${column} is missing`, actual: null }) as const),
  ];
}
