/** One measured figure. */
export interface Result {
  readonly benchmark: string;
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** Single runs, where the value is their median. */
  readonly runs?: readonly number[];
  /** What was aimed for, in words, for the reader of the table; nothing fails by it. */
  readonly aim?: string;
  readonly note?: string;
}

/** What a benchmark of one name gathers before it is put together. */
export type Figure = Omit<Result, 'benchmark'>;

export interface BenchmarkOptions {
  /** Fewer and shorter runs: to see that it works, not to quote. */
  readonly quick: boolean;
  /** Tells the person who waits what is going on. */
  readonly say: (line: string) => void;
}

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  run(options: BenchmarkOptions): Promise<Result[]>;
}

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}
