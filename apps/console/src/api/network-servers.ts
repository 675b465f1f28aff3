import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from './client';

export const NETWORK_SERVER_TYPES = ['chirpstack', 'things-stack', 'http'] as const;
export type NetworkServerType = (typeof NETWORK_SERVER_TYPES)[number];

export interface NetworkServer {
  readonly id: string;
  readonly name: string;
  readonly type: NetworkServerType;
  /** Null: every application that no other one has. */
  readonly applications: readonly string[] | null;
  readonly downlink: { readonly url: string; readonly hasKey: boolean } | null;
  /** Whether it has a key that works. */
  readonly active: boolean;
  readonly lastMessageAt: string | null;
  readonly createdAt: string;
}

/** With a key that is shown this once. */
export interface NetworkServerWithKey extends NetworkServer {
  readonly key: string;
  readonly instructions: readonly string[];
}

export interface NewNetworkServer {
  readonly id: string;
  readonly type: NetworkServerType;
  readonly name?: string;
  readonly applications?: readonly string[];
  readonly downlink?: { readonly url: string; readonly key?: string };
}

const ALL = '/v1/network-servers';
const path = (id: string): string => `${ALL}/${encodeURIComponent(id)}`;

export const networkServersQuery = queryOptions({
  queryKey: ['network-servers'],
  queryFn: async () => (await api<{ networkServers: NetworkServer[] }>('GET', ALL)).networkServers,
  refetchInterval: 15_000,
});

/** A change after which the list is asked for again. */
function useServerChange<Change, Answer>(change: (change: Change) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: networkServersQuery.queryKey }),
  });
}

export const useConnectServer = () =>
  useServerChange((server: NewNetworkServer) => api<NetworkServerWithKey>('POST', ALL, server));

export const useRotateServerKey = () =>
  useServerChange((id: string) => api<NetworkServerWithKey>('POST', `${path(id)}/rotate-key`));

export const useRevokeServerKey = () => useServerChange((id: string) => api<undefined>('DELETE', `${path(id)}/key`));

export const useRemoveServer = () => useServerChange((id: string) => api<undefined>('DELETE', path(id)));
