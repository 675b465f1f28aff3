import { infiniteQueryOptions, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import { useProgress } from './progress';

/** Letters of a page, and groups that are asked for at most. */
const PAGE = 50;
export const MOST_GROUPS = 1_000;
const REST_MS = 15_000;

/** What letters are grouped by. */
export const GROUPINGS = ['code', 'device', 'kind', 'source'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** As device or kind: letters of which none is known. The API and an id of a device have no such text. */
export const NONE = '-';

export type DeadLetterFilter = { readonly [By in Grouping]?: string };

/** The filter as the API takes it. */
export function askedOf(filter: DeadLetterFilter): { readonly [By in Grouping | 'without']?: string } {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const without = given.flatMap(([name, value]) => (value === NONE ? [name] : []));
  return {
    ...Object.fromEntries(given.filter(([, value]) => value !== NONE)),
    ...(without.length === 0 ? {} : { without: without.join() }),
  };
}

export interface DeadLetterGroup {
  readonly key: Readonly<Record<string, string | null>>;
  readonly letters: number;
  readonly open: number;
  readonly firstReceivedAt: string;
  readonly lastReceivedAt: string;
}

export interface DeadLetter {
  readonly id: string;
  readonly code: string;
  readonly source: string;
  readonly topic: string;
  readonly receivedAt: string;
  readonly device: string | null;
  /** Null when the platform does not know the device. */
  readonly department: string | null;
  readonly kind: string | null;
  readonly partial: boolean;
  readonly rejections: readonly {
    readonly code: string;
    readonly pointer: string;
    readonly detail: string;
    readonly expected?: string;
    readonly actual?: string;
  }[];
  readonly payloadText: string | null;
  readonly payloadBase64: string;
}

export interface Replay {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly createdAt: string;
  readonly createdBy: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly total: number;
  readonly published: number;
  readonly skipped: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly refusedAgain: number;
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
  readonly finishedAt: string | null;
  /** Why it failed, or waits before it tries again. */
  readonly trouble: { readonly code: string; readonly detail: string } | null;
}

function parametersOf(filter: DeadLetterFilter, more: Record<string, string>): string {
  return new URLSearchParams([
    ...Object.entries(askedOf(filter)),
    ['open', 'true'],
    ...Object.entries(more),
  ]).toString();
}

/** Open letters by what they have in common, the most first. */
export const deadLetterGroupsQuery = (filter: DeadLetterFilter, by: string) =>
  queryOptions({
    queryKey: ['dead-letters', 'groups', filter, by],
    queryFn: async () =>
      (
        await api<{ groups: DeadLetterGroup[] }>(
          'GET',
          `/v1/dead-letters/groups?${parametersOf(filter, { by, limit: String(MOST_GROUPS) })}`,
        )
      ).groups,
    refetchInterval: REST_MS,
  });

/** Open letters, newest first. */
export const deadLettersQuery = (filter: DeadLetterFilter) =>
  infiniteQueryOptions({
    queryKey: ['dead-letters', 'list', filter],
    queryFn: ({ pageParam }) =>
      api<{ deadLetters: DeadLetter[]; next: string | null }>(
        'GET',
        `/v1/dead-letters?${parametersOf(filter, { limit: String(PAGE), ...(pageParam === null ? {} : { cursor: pageParam }) })}`,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });

export const isUnfinished = ({ state }: Replay): boolean => state === 'waiting' || state === 'running';

/** Replays, newest first. */
export const replaysQuery = queryOptions({
  queryKey: ['replays'],
  queryFn: async () => (await api<{ replays: Replay[] }>('GET', '/v1/dead-letters/replays?limit=50')).replays,
  refetchInterval: REST_MS,
});

/** Keeps the replay that is under way as its stream says, or else the oldest that waits: they take turns, and one runs at a time. */
export function useLiveReplays(): void {
  const client = useQueryClient();
  const replays = useQuery(replaysQuery).data;
  const running = replays?.find(({ state }) => state === 'running') ?? replays?.findLast(isUnfinished);
  useProgress<Replay>(
    running === undefined ? null : `/v1/dead-letters/replays/${encodeURIComponent(running.id)}/stream`,
    {
      take: (replay) => {
        client.setQueryData(replaysQuery.queryKey, (known) =>
          known?.map((one) => (one.id === replay.id ? replay : one)),
        );
        // Then it may be the turn of another one.
        if (replay.state !== 'running') void client.invalidateQueries({ queryKey: replaysQuery.queryKey });
      },
      hasEnded: (replay) => !isUnfinished(replay),
    },
  );
}

/** Puts a job that the API answered at the head of the list, so that its progress is followed from the first moment. */
export function useFollowReplay(): (replay: Replay) => void {
  const client = useQueryClient();
  return (replay) => {
    client.setQueryData(replaysQuery.queryKey, (known) => [
      replay,
      ...(known ?? []).filter(({ id }) => id !== replay.id),
    ]);
    void client.invalidateQueries({ queryKey: replaysQuery.queryKey });
  };
}

export function useReplay() {
  const follow = useFollowReplay();
  return useMutation({
    mutationFn: (filter: DeadLetterFilter) => {
      const asked = askedOf(filter);
      return api<Replay>('POST', '/v1/dead-letters/replay', Object.keys(asked).length > 0 ? asked : { all: true });
    },
    onSuccess: follow,
  });
}

export function useCancelReplay() {
  const follow = useFollowReplay();
  return useMutation({
    mutationFn: (id: string) => api<Replay>('DELETE', `/v1/dead-letters/replays/${encodeURIComponent(id)}`),
    onSuccess: follow,
  });
}

/** A replay that failed goes on where it was. */
export function useRetryReplay() {
  const follow = useFollowReplay();
  return useMutation({
    mutationFn: (id: string) => api<Replay>('POST', `/v1/dead-letters/replays/${encodeURIComponent(id)}/retry`),
    onSuccess: follow,
  });
}
