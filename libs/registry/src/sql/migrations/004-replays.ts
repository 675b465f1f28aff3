import type { RegistryDialect } from '../dialect.js';

/** Jobs that replay dead letters. */
export function replays({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `create table replays (
      id ${key} primary key, created_at ${wholeNumber} not null, created_by text not null, departments text, filter text not null,
      before_sequence ${wholeNumber} not null, total ${wholeNumber} not null, state text not null,
      cancel_requested ${wholeNumber} not null, published ${wholeNumber} not null, skipped ${wholeNumber} not null,
      position text, started_at ${wholeNumber}, finished_at ${wholeNumber}, outcomes text,
      runner text, lease_until ${wholeNumber} not null)`,
    `create index replays_by_age on replays (created_at)`,
  ];
}
