import type { RegistryDialect } from '../dialect.js';

/** When a network server last brought a message. */
export function networkServerHeard({ wholeNumber }: RegistryDialect['types']): string[] {
  return [`alter table network_servers add column last_message_at ${wholeNumber}`];
}
