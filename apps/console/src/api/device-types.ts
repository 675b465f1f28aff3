import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import type { Fault } from './client';
import type { MetricValue } from './types';

const HOUR_MS = 3_600_000;

export interface DeviceType {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  readonly version: string;
  readonly kind: string;
  readonly titles: Readonly<Record<string, string>>;
  /** Part of the release; cannot be changed. */
  readonly builtIn: boolean;
  readonly decodesRaw: boolean;
  readonly faults: readonly Fault[];
}

export interface FieldMapping {
  readonly source: string;
  readonly unit?: string;
  readonly scale?: number;
  readonly offset?: number;
  readonly values?: Readonly<Record<string, string | number | boolean>>;
  readonly round?: number;
  readonly ports?: readonly number[];
}

export interface DeviceTypeDetail extends DeviceType {
  readonly definition: {
    readonly fields?: Readonly<Record<string, string | FieldMapping>>;
    readonly ports?: readonly number[];
    readonly intervalMs?: number;
    /** Where the records of an uplink stand, each a reading; '' is the output itself. */
    readonly records?: string | readonly string[];
    readonly time?: {
      readonly source: string;
      readonly format: 'ms' | 's' | 'iso' | 'age';
      readonly unit?: 'ms' | 's' | 'min' | 'h' | 'd';
    };
  };
  readonly script: string | null;
  readonly examples: readonly {
    readonly description?: string;
    readonly input?: { readonly bytes?: string | readonly number[]; readonly fPort?: number };
    readonly reading?: Readonly<Record<string, MetricValue>> | null;
    readonly readings?: readonly UplinkReading[] | null;
  }[];
}

/** One of the readings that an uplink becomes. */
export interface UplinkReading {
  /** ISO 8601; absent when it is that of the uplink. */
  readonly time?: string;
  readonly values: Readonly<Record<string, MetricValue>>;
}

export interface ExampleResult {
  readonly description: string;
  readonly passed: boolean;
  readonly differences: readonly { readonly path: string; readonly expected?: string; readonly actual?: string }[];
  readonly logs: readonly string[];
}

export interface ExampleResults {
  readonly passed: number;
  readonly failed: number;
  readonly examples: readonly ExampleResult[];
}

export interface TriedPayload {
  readonly decoded?: unknown;
  readonly warnings: readonly string[];
  readonly logs: readonly string[];
  readonly readings?: readonly UplinkReading[];
  readonly rejections: readonly { readonly code: string; readonly pointer: string; readonly detail: string }[];
}

/** What a folder of a device type holds. */
export interface DeviceTypeUpload {
  readonly definition: unknown;
  readonly script: string | null;
  readonly examples: readonly unknown[];
}

const ALL = '/v1/device-types';
const path = (id: string): string => `${ALL}/${encodeURIComponent(id)}`;

export const deviceTypesQuery = queryOptions({
  queryKey: ['device-types'],
  queryFn: async () => (await api<{ deviceTypes: DeviceType[] }>('GET', ALL)).deviceTypes,
  staleTime: HOUR_MS,
});

export const deviceTypeQuery = (id: string) =>
  queryOptions({
    queryKey: ['device-type', id],
    queryFn: () => api<DeviceTypeDetail>('GET', path(id)),
    retry: false,
  });

/** Runs the examples in the sandbox of the platform. */
export const examplesQuery = (id: string) =>
  queryOptions({
    queryKey: ['device-type', id, 'examples'],
    queryFn: () => api<ExampleResults>('POST', `${path(id)}/examples/run`),
    staleTime: HOUR_MS,
  });

export function useTryPayload(id: string) {
  return useMutation({
    mutationFn: (payload: { hex: string; fPort: number }) => api<TriedPayload>('POST', `${path(id)}/test`, payload),
  });
}

/** Only runs the examples of a type; nothing is kept. */
export function useCheckType() {
  return useMutation({
    mutationFn: (type: DeviceTypeUpload) => api<ExampleResults & { id: string }>('POST', `${ALL}?dryRun=true`, type),
  });
}

/** Adds a type, or replaces the one that is named. */
export function useSaveType(replaced: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (type: DeviceTypeUpload) =>
      replaced === null ? api<{ id: string }>('POST', ALL, type) : api<{ id: string }>('PUT', path(replaced), type),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: deviceTypesQuery.queryKey });
      await client.invalidateQueries({ queryKey: ['device-type', id] });
    },
  });
}

export function useRemoveType() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api<undefined>('DELETE', path(id)),
    onSuccess: () => client.invalidateQueries({ queryKey: deviceTypesQuery.queryKey }),
  });
}
