import type { ApiClient } from './api-client.js';
import { tellOnce } from './tell-once.js';

interface ImportJob {
  readonly id: string;
  readonly state: 'checking' | 'registering' | 'done' | 'failed';
  readonly rows: number;
  readonly checked: number;
  readonly valid: number;
  readonly created: number;
  readonly faultCount: number;
  readonly faults: readonly { row: number; column: string | null; detail: string; actual: string | null }[];
  readonly keys: 'none' | 'ready' | 'taken';
  readonly failure: string | null;
  readonly endedAt: string | null;
}

/** Runs an import as a job of the API, with a line on the terminal that says how far it is. Resolves with the exit code, 1 after any fault. */
export async function importDevices(
  api: ApiClient,
  csv: string,
  { dryRun = false, keys }: { dryRun?: boolean; keys?: string },
): Promise<number> {
  let exitCode = 0;
  await tellOnce(dryRun ? undefined : keys, async () => {
    const job = await followImport(api, csv, dryRun);
    if (job.faultCount > 0 || job.failure !== null) exitCode = 1;
    return job.keys === 'ready' ? api.text('GET', `/v1/imports/${job.id}/keys`) : null;
  });
  return exitCode;
}

async function followImport(api: ApiClient, csv: string, dryRun: boolean): Promise<ImportJob> {
  const query = `async=true${dryRun ? '&dryRun=true' : ''}`;
  let job = await api.json<ImportJob>('POST', `/v1/devices/import?${query}`, csv, 'text/csv');
  for await (job of api.progress<ImportJob>(`/v1/imports/${job.id}/stream`, ({ endedAt }) => endedAt !== null))
    progress(`${job.state}: ${job.checked} rows read, ${job.created} registered`);
  progress('');
  for (const { row, column, detail, actual } of job.faults)
    console.log(`row ${row}, ${column ?? 'whole row'}: ${detail}${actual === null ? '' : ` (got '${actual}')`}`);
  if (job.faultCount > job.faults.length) console.log(`${job.faultCount - job.faults.length} more faults`);
  console.log(`${job.rows} rows, ${job.valid} good, ${job.faultCount} faults, ${job.created} registered`);
  if (job.failure !== null) console.log(`The import failed: ${job.failure}`);
  return job;
}

/** One line that is written over; nothing when nobody looks at it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
