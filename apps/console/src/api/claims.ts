import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, apiCsv } from './client';
import type { DeviceWithAccess } from './access';

const PAGE = 100;

export interface Claim {
  readonly id: string;
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly deviceType: string | null;
  readonly devEui: string | null;
  readonly state: 'outstanding' | 'redeemed' | 'revoked' | 'expired';
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly redeemedAt: string | null;
  readonly redeemedBy: string | null;
}

export interface NewClaim {
  readonly kind: string;
  readonly department: string;
  readonly deviceType?: string;
  readonly devEui?: string;
  readonly id?: string;
  readonly idPrefix?: string;
  readonly count: number;
  readonly expiresInDays: number;
}

/** What preparing answers: the codes are in it and nowhere else. */
export type Prepared =
  | { readonly code: string; readonly claim: Claim }
  /** Several: a table for a label printer. */
  | { readonly labels: string; readonly count: number };

export interface Redemption {
  readonly code: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
}

export const claimsQuery = (outstanding: boolean) =>
  infiniteQueryOptions({
    queryKey: ['claims', { outstanding }],
    queryFn: ({ pageParam }) => {
      const parameters = new URLSearchParams({ limit: String(PAGE), ...(outstanding ? { outstanding: 'true' } : {}) });
      if (pageParam !== null) parameters.set('after', pageParam);
      return api<{ claims: Claim[]; next: string | null }>('GET', `/v1/claims?${parameters.toString()}`);
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: 30_000,
  });

export function usePrepare() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (claim: NewClaim): Promise<Prepared> => {
      if (claim.count > 1) return { labels: await apiCsv('POST', '/v1/claims?format=csv', claim), count: claim.count };
      const { claims } = await api<{ claims: (Claim & { code: string })[] }>('POST', '/v1/claims', claim);
      return { code: claims[0]!.code, claim: claims[0]! };
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['claims'] }),
  });
}

export function useRevokeClaim() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api<undefined>('DELETE', `/v1/claims/${encodeURIComponent(id)}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['claims'] }),
  });
}

export function useRedeem() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (redemption: Redemption) => api<DeviceWithAccess>('POST', '/v1/claims/redeem', redemption),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['claims'] });
      void client.invalidateQueries({ queryKey: ['devices'] });
    },
  });
}
