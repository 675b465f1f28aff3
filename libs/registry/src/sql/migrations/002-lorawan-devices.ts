import type { RegistryDialect } from '../dialect.js';

/** Devices that a network server knows by a DevEUI, and whose type says how to decode them. */
export function lorawanDevices({ key }: RegistryDialect['types']): string[] {
  return [
    `alter table devices add column dev_eui ${key}`,
    `alter table devices add column device_type ${key}`,
    `create unique index devices_by_dev_eui on devices (dev_eui)`,
    `create index devices_by_device_type on devices (device_type, id)`,
  ];
}
