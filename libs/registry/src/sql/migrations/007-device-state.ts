import type { RegistryDialect } from '../dialect.js';

/** What network servers say of devices, and the numbers of their gateways. */
export function deviceState({ key, runningNumber, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `create table device_state (device ${key} primary key, state text not null, updated_at ${wholeNumber} not null)`,
    `create table gateways (
      number ${runningNumber}, eui ${key} not null, first_seen ${wholeNumber} not null, last_seen ${wholeNumber} not null)`,
    `create unique index gateways_by_eui on gateways (eui)`,
  ];
}
