import type { RegistryDialect } from '../dialect.js';

/** Sessions of the console that were ended before their time, for all processes that ask. */
export function endedSessions({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [`create table ended_sessions (nonce ${key} primary key, expires_at ${wholeNumber} not null)`];
}
