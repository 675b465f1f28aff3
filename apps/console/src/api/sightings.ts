import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import { useFollowReplay, type Replay } from './dead-letters';
import type { Device } from './types';

export interface Sighting {
  readonly id: string;
  readonly devEui: string | null;
  readonly source: string;
  readonly application: string | null;
  readonly topic: string;
  readonly name: string | null;
  readonly profile: string | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly messages: number;
}

export interface Adoption {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly deviceType?: string;
}

export interface Adopted {
  readonly device: Device & {
    readonly mqtt: {
      readonly clientId: string;
      readonly username: string;
      readonly password: string;
      readonly topic: string;
    };
  };
  readonly replay?: Replay;
}

export interface DeviceType {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  readonly kind: string;
  readonly titles: Readonly<Record<string, string>>;
}

const HOUR_MS = 3_600_000;

export const sightingsQuery = queryOptions({
  queryKey: ['sightings'],
  queryFn: async () => (await api<{ sightings: Sighting[] }>('GET', '/v1/sightings?limit=1000')).sightings,
  refetchInterval: 15_000,
});

export const deviceTypesQuery = queryOptions({
  queryKey: ['device-types'],
  queryFn: async () => (await api<{ deviceTypes: DeviceType[] }>('GET', '/v1/device-types')).deviceTypes,
  staleTime: HOUR_MS,
});

export function useAdopt(sighting: string) {
  const client = useQueryClient();
  const follow = useFollowReplay();
  return useMutation({
    mutationFn: (adoption: Adoption) =>
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
