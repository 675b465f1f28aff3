import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Result } from './result.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly kernel: string;
}

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: readKernel(),
  };
}

export function renderMachine({ cpu, cores, memoryGiB, node, kernel }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB; Node ${node}; ${kernel}`;
}

/** Columns as wide as their widest cell; numbers to the right. */
export function renderTable(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.benchmark,
    result.measure,
    format(result.value),
    result.unit,
    remarks(result),
  ]);
  const lines = [['benchmark', 'measure', 'value', 'unit', ''], ...rows];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function remarks({ aim, note, runs }: Result): string {
  const spread =
    runs === undefined || runs.length < 2
      ? null
      : `${runs.length} runs ${format(Math.min(...runs))} to ${format(Math.max(...runs))}`;
  return [aim === undefined ? null : `aim ${aim}`, spread, note]
    .filter((part) => part !== null && part !== undefined)
    .join('; ');
}

function format(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function readKernel(): string {
  try {
    return `Linux ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}`;
  } catch {
    return process.platform;
  }
}
