import type { RegistryDialect } from '../dialect.js';

/** Downlinks with what became of them. Payloads are base64. */
export function downlinks({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `create table downlinks (
      id ${key} primary key, device ${key} not null, network_server ${key}, queued_by text not null,
      f_port ${wholeNumber} not null, payload text not null, confirmed ${wholeNumber} not null, status text not null,
      queued_at ${wholeNumber} not null, sent_at ${wholeNumber}, acknowledged_at ${wholeNumber}, failed_at ${wholeNumber},
      reason text)`,
    `create index downlinks_by_device on downlinks (device, queued_at, id)`,
  ];
}
