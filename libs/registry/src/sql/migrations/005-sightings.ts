import type { RegistryDialect } from '../dialect.js';

/** Devices that nobody has registered. */
export function sightings({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `create table sightings (
      id ${key} primary key, source text not null, application text, topic text not null, name text, profile text,
      first_seen ${wholeNumber} not null, last_seen ${wholeNumber} not null, messages ${wholeNumber} not null,
      adopted_at ${wholeNumber}, ignored_at ${wholeNumber})`,
    `create index sightings_by_age on sightings (last_seen)`,
  ];
}
