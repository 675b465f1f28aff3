import type { RegistryDialect } from '../dialect.js';

/** Jobs that replay dead letters take turns, wait after trouble, and fail. */
export function replayTurns({ wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `alter table replays add column settle_before ${wholeNumber}`,
    `alter table replays add column trouble text`,
    `alter table replays add column attempts ${wholeNumber} not null default 0`,
    `alter table replays add column retry_at ${wholeNumber}`,
    `alter table replays add column turn_at ${wholeNumber} not null default 0`,
  ];
}
