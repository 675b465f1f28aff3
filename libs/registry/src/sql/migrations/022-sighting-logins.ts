import type { RegistryDialect } from '../dialect.js';

/** How often a device that nobody has registered was refused by the broker. */
export function sightingLogins({ wholeNumber }: RegistryDialect['types']): string[] {
  return [`alter table sightings add column logins ${wholeNumber} not null default 0`];
}
