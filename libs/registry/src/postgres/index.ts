import type { Registry } from '../registry.js';
import { type RegistryOptions, SqlRegistry } from '../sql/sql-registry.js';
import { postgresRegistryDialect } from './postgres-dialect.js';

export type { RegistryOptions } from '../sql/sql-registry.js';

/**
 * The registry for several machines: PostgreSQL 13 or later. `url` is `postgres://user:password@host:port/database`.
 *
 * @throws LamplighterError `registry-unavailable`
 */
export function openPostgresRegistry(options: RegistryOptions & { readonly url: string }): Promise<Registry> {
  return SqlRegistry.open(postgresRegistryDialect(options.url), options);
}
