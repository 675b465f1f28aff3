import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, Problem } from './client';
import type { Titles } from './types';

const PAGE = 200;

/** Worst first. 'new': too young to be judged. */
export const GRADES = ['silent', 'poor', 'fair', 'good', 'new'] as const;
export type Grade = (typeof GRADES)[number];

export interface QualityFilter {
  readonly kind?: string;
  readonly department?: string;
  readonly district?: string;
  readonly grade?: Grade;
}

export interface Quality {
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly score: number;
  readonly grade: Grade;
  readonly assessedAt: string;
  readonly window: { readonly from: string; readonly to: string };
  readonly completeness: { readonly received: number; readonly expected: number; readonly ratio: number };
  readonly gaps: { readonly count: number; readonly longestMs: number };
  readonly clock: { readonly offsetMs: number; readonly driftMsPerDay: number | null } | null;
  readonly battery: {
    readonly percent: number;
    readonly percentPerDay: number | null;
    readonly daysLeft: number | null;
  } | null;
  readonly rejected: { readonly messages: number; readonly share: number };
  readonly radio: { readonly lost: number; readonly share: number } | null;
  readonly reasons: readonly {
    readonly code: string;
    readonly penalty: number;
    readonly metric?: string;
    readonly text: Titles;
  }[];
}

export interface QualityPage {
  readonly counts: Readonly<Partial<Record<Grade, number>>>;
  readonly devices: readonly Quality[];
  readonly next: string | null;
}

export const qualityQuery = (filter: QualityFilter) =>
  infiniteQueryOptions({
    queryKey: ['quality', filter],
    queryFn: ({ pageParam }) => {
      const parameters = new URLSearchParams({ ...filter, limit: String(PAGE) });
      if (pageParam !== null) parameters.set('cursor', pageParam);
      return api<QualityPage>('GET', `/v1/quality?${parameters.toString()}`);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // Reports are made every minute.
    staleTime: 60_000,
  });

/** The report of one device; null while there is none. */
export const deviceQualityQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id, 'quality'],
    queryFn: () => api<Quality>('GET', `/v1/devices/${encodeURIComponent(id)}/quality`).catch(nullWhenAbsent),
    refetchInterval: 60_000,
  });

/** What is not there is an answer; whatever else went wrong is not. */
export function nullWhenAbsent(error: unknown): null {
  if (error instanceof Problem && error.status === 404) return null;
  throw error;
}
