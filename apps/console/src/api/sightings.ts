import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { DeviceWithAccess, NewDevice } from './access';
import { api } from './client';
import { useFollowReplay, type Replay } from './dead-letters';

export interface Sighting {
  readonly id: string;
  readonly devEui: string | null;
  readonly source: string;
  readonly application: string | null;
  readonly topic: string | null;
  readonly name: string | null;
  readonly profile: string | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly messages: number;
  readonly logins: number;
}

export interface Adopted {
  readonly device: DeviceWithAccess;
  readonly replay?: Replay;
}

export const sightingsQuery = queryOptions({
  queryKey: ['sightings'],
  queryFn: async () => (await api<{ sightings: Sighting[] }>('GET', '/v1/sightings?limit=1000')).sightings,
  refetchInterval: 15_000,
});

export function useAdopt(sighting: string) {
  const client = useQueryClient();
  const follow = useFollowReplay();
  return useMutation({
    mutationFn: (adoption: NewDevice) =>
      api<Adopted>('POST', `/v1/sightings/${encodeURIComponent(sighting)}/adopt`, adoption),
    onSuccess: ({ replay }) => {
      if (replay) follow(replay);
      void client.invalidateQueries({ queryKey: ['devices'] });
    },
  });
}

export function useIgnore() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (sighting: string) => api<Sighting>('POST', `/v1/sightings/${encodeURIComponent(sighting)}/ignore`),
    onSuccess: () => client.invalidateQueries({ queryKey: sightingsQuery.queryKey }),
  });
}
