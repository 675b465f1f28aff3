import type { Registry } from '../registry.js';
import { type RegistryOptions, SqlRegistry } from '../sql/sql-registry.js';
import type { Patience } from './answering-pool.js';
import { postgresRegistryDialect } from './postgres-dialect.js';

export type { RegistryOptions } from '../sql/sql-registry.js';

/**
 * The registry for several machines: PostgreSQL 13 or later. `url` is `postgres://user:password@host:port/database`.
 *
 * @throws LamplighterError `registry-unavailable`
 */
export function openPostgresRegistry(
  options: RegistryOptions & { readonly url: string; readonly patience?: Patience },
): Promise<Registry> {
  return SqlRegistry.open(postgresRegistryDialect(options.url, options.patience), options);
}
