import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import { deviceQuery } from './queries';
import type { Device } from './types';

export interface MqttAccess {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly topic: string;
}

/** A device with a key that is shown this once. */
export type DeviceWithAccess = Device & { readonly mqtt: MqttAccess };

export interface NewDevice {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly deviceType?: string;
  readonly devEui?: string;
}

const path = (id: string, rest: string): string => `/v1/devices/${encodeURIComponent(id)}/${rest}`;

export function useRegister() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (device: NewDevice) => api<DeviceWithAccess>('POST', '/v1/devices', device),
    onSuccess: () => client.invalidateQueries({ queryKey: ['devices'] }),
  });
}

/** What changes who may speak as a device; the device is asked for again afterwards. */
function useAccessChange<Change, Answer>(id: string, change: (change: Change) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: deviceQuery(id).queryKey, exact: true }),
  });
}

/** `grace` is an ISO 8601 duration for which the old key works as well; none when it is empty. */
export const useRotateKey = (id: string) =>
  useAccessChange(id, (grace: string) =>
    api<DeviceWithAccess>('POST', path(id, `rotate-key${grace === '' ? '' : `?grace=${encodeURIComponent(grace)}`}`)),
  );

export const useRevokeKey = (id: string) => useAccessChange(id, () => api<Device>('POST', path(id, 'revoke-key')));

export const useIsolate = (id: string) =>
  useAccessChange(id, (reason: string) => api<Device>('POST', path(id, 'isolate'), { reason }));

export const useRelease = (id: string) => useAccessChange(id, () => api<Device>('POST', path(id, 'release')));
