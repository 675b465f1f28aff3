import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, apiCsv, upload } from './client';
import { useProgress } from './progress';

export interface ImportFault {
  /** As a spreadsheet numbers it: the header is row 1. */
  readonly row: number;
  /** Null when the whole row, or the file, is meant. */
  readonly column: string | null;
  readonly code: string;
  readonly detail: string;
  readonly actual: string | null;
}

export interface ImportJob {
  readonly id: string;
  readonly state: 'checking' | 'registering' | 'done' | 'failed';
  readonly dryRun: boolean;
  readonly rows: number;
  readonly checked: number;
  readonly valid: number;
  readonly created: number;
  readonly faultCount: number;
  readonly faults: readonly ImportFault[];
  readonly keys: 'none' | 'ready' | 'taken';
  readonly failure: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

export const hasEnded = ({ endedAt }: Pick<ImportJob, 'endedAt'>): boolean => endedAt !== null;
const path = (id: string): string => `/v1/imports/${encodeURIComponent(id)}`;

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: () => api<ImportJob>('GET', path(id)),
    staleTime: Infinity,
    retry: false,
  });

/** Checks a file, or registers its sound rows; answers at once with a job to follow. */
export function useStartImport() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ csv, dryRun }: { csv: string; dryRun: boolean }) =>
      upload<ImportJob>(`/v1/devices/import?async=true&dryRun=${dryRun}`, csv),
    onSuccess: (job) => client.setQueryData(importQuery(job.id).queryKey, job),
  });
}

/** Keeps a job of the cache as its stream says, until it has ended. */
export function useFollowImport(job: ImportJob | undefined): void {
  const client = useQueryClient();
  useProgress<ImportJob>(job === undefined || hasEnded(job) ? null : `${path(job.id)}/stream`, {
    take: (next) => {
      client.setQueryData(importQuery(next.id).queryKey, next);
      if (hasEnded(next) && next.created > 0) void client.invalidateQueries({ queryKey: ['devices'] });
    },
    hasEnded,
    gone: () => void client.resetQueries({ queryKey: ['import'] }),
  });
}

/** The keys of the devices that were registered, as CSV: the API gives them once. */
export function useTakeKeys() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => apiCsv('GET', `${path(id)}/keys`),
    onSuccess: (_csv, id) =>
      client.setQueryData(importQuery(id).queryKey, (job) => job && { ...job, keys: 'taken' as const }),
  });
}

/** Header and example row of a file for devices of a kind. */
export function useTemplate() {
  return useMutation({
    mutationFn: (kind: string) =>
      api<{ csvHeader: string; csvRow: string }>('GET', `/v1/kinds/${encodeURIComponent(kind)}/template`),
  });
}
