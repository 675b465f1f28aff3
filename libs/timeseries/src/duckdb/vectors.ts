import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  INTEGER,
  VARCHAR,
  blobValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';

/** One column of an append: how rows [from, from + count) of it get into a vector. */
export interface ColumnSource {
  readonly type: DuckDBType;
  fill(chunk: DuckDBDataChunk, index: number, from: number, count: number): void;
}

/** Rows of a vector of the engine. */
const VECTOR_ROWS = 2048;

// Copying memory into the vector is several times as fast as the library's setItem, whose validity bits are BigInts.
function copy(
  chunk: DuckDBDataChunk,
  index: number,
  values: Float64Array | Int32Array,
  validity: Uint8Array | null,
): void {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
  duckdb.copy_data_to_vector(vector, 0, values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  if (validity === null) return;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(
    vector,
    0,
    validity.buffer as ArrayBuffer,
    validity.byteOffset,
    validity.byteLength,
  );
}

/** One bit a row, 0 where the value is absent; null when none is. */
function validityOf(values: Float64Array | Int32Array, absent: (value: number) => boolean): Uint8Array | null {
  let bits: Uint8Array | null = null;
  for (let row = 0; row < values.length; row++) {
    if (!absent(values[row]!)) continue;
    bits ??= new Uint8Array(VECTOR_ROWS / 8).fill(0xff);
    bits[row >> 3]! &= ~(1 << (row & 7));
  }
  return bits;
}

const isNegative = (value: number): boolean => value < 0;

/** DOUBLE; NaN becomes NULL. */
export function doubles(values: Float64Array): ColumnSource {
  return {
    type: DOUBLE,
    fill(chunk, index, from, count) {
      const part = values.subarray(from, from + count);
      copy(chunk, index, part, validityOf(part, Number.isNaN));
    },
  };
}

/** INTEGER without NULL. */
export function integers(values: Int32Array): ColumnSource {
  return {
    type: INTEGER,
    fill: (chunk, index, from, count) => copy(chunk, index, values.subarray(from, from + count), null),
  };
}

/** INTEGER; -1 becomes NULL. */
export function optionalIntegers(values: Int32Array): ColumnSource {
  return {
    type: INTEGER,
    fill(chunk, index, from, count) {
      const part = values.subarray(from, from + count);
      copy(chunk, index, part, validityOf(part, isNegative));
    },
  };
}

/** BIGINT of whole numbers within 2^53; NaN becomes NULL. Written as two halves, since making a BigInt of each costs more. */
export function wholeNumbers(values: Float64Array): ColumnSource {
  return {
    type: BIGINT,
    fill(chunk, index, from, count) {
      const part = values.subarray(from, from + count);
      const halves = new Int32Array(count * 2);
      for (let row = 0; row < count; row++) {
        const value = part[row]!;
        halves[row * 2] = value;
        halves[row * 2 + 1] = Math.floor(value / 4294967296);
      }
      copy(chunk, index, halves, validityOf(part, Number.isNaN));
    },
  };
}

/** BIGINT, the same in every row; NULL when NaN. */
export function constantWholeNumber(value: number, rows: number): ColumnSource {
  return wholeNumbers(new Float64Array(rows).fill(value));
}

function library(type: DuckDBType, valueAt: (row: number) => DuckDBValue): ColumnSource {
  return {
    type,
    fill(chunk, index, from, count) {
      chunk.setColumnValues(index, Array.from({ length: count }, (_, row) => valueAt(from + row))); // prettier-ignore
    },
  };
}

export const texts = (values: readonly (string | null)[]): ColumnSource => library(VARCHAR, (row) => values[row]!);
export const blobs = (values: readonly Uint8Array[]): ColumnSource => library(BLOB, (row) => blobValue(values[row]!));
export const flags = (values: readonly boolean[]): ColumnSource => library(BOOLEAN, (row) => values[row]!);

/** The rows as chunks of the engine's vector size. */
export function* chunksOf(columns: readonly ColumnSource[], rows: number): Generator<DuckDBDataChunk> {
  const types = columns.map((source) => source.type);
  for (let from = 0; from < rows; from += VECTOR_ROWS) {
    const count = Math.min(VECTOR_ROWS, rows - from);
    const chunk = DuckDBDataChunk.create(types, count);
    columns.forEach((source, index) => source.fill(chunk, index, from, count));
    yield chunk;
  }
}
