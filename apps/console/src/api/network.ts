import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { nullWhenAbsent } from './quality';
import type { LatestReading } from './types';

/** What a LoRaWAN network server says of a device. */
export interface DeviceState {
  readonly network: {
    readonly server: 'chirpstack' | 'the-things-stack' | 'generic';
    readonly source: string;
    readonly application: string;
    readonly deviceId: string;
    readonly devAddr: string | null;
    readonly joinedAt: string | null;
    readonly lastUplinkAt: string | null;
    readonly lastGateway: string | null;
  } | null;
  readonly battery: {
    readonly percent: number | null;
    readonly externalPower: boolean;
    readonly margin: number | null;
    readonly at: string;
  } | null;
  readonly log: readonly {
    readonly level: 'info' | 'warning' | 'error';
    readonly code: string;
    readonly description: string;
    readonly at: string;
  }[];
  readonly downlinks: readonly {
    readonly id: string;
    readonly step: 'queued' | 'sent' | 'acknowledged' | 'not-acknowledged' | 'failed';
    readonly fPort: number | null;
    readonly reason: string | null;
    readonly at: string;
  }[];
  readonly updatedAt: string | null;
}

export interface DeviceQuota {
  readonly limit: {
    readonly messagesPerMinute: number;
    readonly burst: number;
    readonly bytesPerDay: number | null;
  };
  readonly limitFrom: 'device' | 'kind' | 'default';
  readonly messagesLastMinute: number;
  readonly messagesLastDay: number;
  readonly bytesLastDay: number;
  readonly throttledSince: string | null;
  readonly throttled: number;
}

const path = (id: string): string => `/v1/devices/${encodeURIComponent(id)}`;

export const deviceStateQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id, 'state'],
    queryFn: () => api<DeviceState>('GET', `${path(id)}/state`).catch(nullWhenAbsent),
    refetchInterval: 30_000,
  });

/** The last reading of the companion kind `lorawan-link`: how the network heard the device. */
export const linkQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id, 'link'],
    queryFn: () => api<LatestReading>('GET', `${path(id)}/latest?kind=lorawan-link`).catch(nullWhenAbsent),
    refetchInterval: 30_000,
  });

export const quotaQuery = (id: string) =>
  queryOptions({
    queryKey: ['device', id, 'quota'],
    queryFn: () => api<DeviceQuota>('GET', `${path(id)}/quota`).catch(nullWhenAbsent),
    refetchInterval: 30_000,
  });
