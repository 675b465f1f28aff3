import type { RegistryDialect } from '../dialect.js';

/** Device types that this city added to those of the release. */
export function deviceTypes({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `create table device_types (
      id ${key} primary key, kind ${key} not null, definition text not null, script text, examples text not null,
      revision text not null, created_at ${wholeNumber} not null, updated_at ${wholeNumber} not null)`,
  ];
}
