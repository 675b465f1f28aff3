import type { ImportJob } from '../api/imports';

/** How far a job is, from 0 to 1; null while it is not known how much there is to do. */
export function shareDone(job: ImportJob, sound: number | null): number | null {
  if (job.endedAt !== null) return 1;
  if (job.state === 'registering' && sound !== null && sound > 0) return Math.min(1, job.created / sound);
  return null;
}

/** The faults of a file in the form in which the reader corrects them: one line each. */
export function faultsAsTable(job: ImportJob): readonly (readonly string[])[] {
  return job.faults.map(({ row, column, code, detail, actual }) => [
    String(row),
    column ?? '',
    code,
    detail,
    actual ?? '',
  ]);
}

/** Tab separated: spreadsheets take it from the clipboard as it is, and nothing in it can be run as a formula of a file. */
export function tabSeparated(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map((cell) => cell.replace(/[\t\r\n]+/g, ' ')).join('\t')).join('\n');
}
