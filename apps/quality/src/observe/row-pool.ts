type Numbers = Float64Array | Int32Array;

const ROWS_PER_BLOCK = 256;

/**
 * Rows of numbers, all of one width, in large blocks: 150,000 devices then are some hundred objects to the garbage collector, and a number
 * costs its bytes. A row that was given back is used again.
 */
export class RowPool<T extends Numbers> {
  private readonly blocks: T[] = [];
  private readonly free: number[] = [];
  private size = 0;

  constructor(
    private readonly width: number,
    private readonly allocate: (length: number) => T,
  ) {}

  /** Number of a row; what it holds is left from whoever had it before. */
  take(): number {
    const given = this.free.pop();
    if (given !== undefined) return given;
    if (this.size % ROWS_PER_BLOCK === 0) this.blocks.push(this.allocate(ROWS_PER_BLOCK * this.width));
    return this.size++;
  }

  /** The row must not be used after this. */
  give(row: number): void {
    this.free.push(row);
  }

  /** The block that the row lies in, from {@link start} on. */
  block(row: number): T {
    return this.blocks[Math.floor(row / ROWS_PER_BLOCK)]!;
  }

  start(row: number): number {
    return (row % ROWS_PER_BLOCK) * this.width;
  }
}

export const newDoubles = (length: number): Float64Array => new Float64Array(length);
export const newIntegers = (length: number): Int32Array => new Int32Array(length);
