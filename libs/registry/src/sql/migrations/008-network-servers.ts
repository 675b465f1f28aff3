import type { RegistryDialect } from '../dialect.js';

/** LoRaWAN network servers. The key of one is in `credentials`, under its id; an application belongs to one server only. */
export function networkServers({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `create table network_servers (
      id ${key} primary key, type text not null, name text not null, applications text not null,
      downlink text, created_at ${wholeNumber} not null)`,
    `create table network_applications (
      type ${key} not null, application ${key} not null, server ${key} not null, primary key (type, application))`,
    `create index network_applications_by_server on network_applications (server)`,
  ];
}
