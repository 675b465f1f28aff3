import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Registry } from '../registry.js';
import { type RegistryOptions, SqlRegistry } from '../sql/sql-registry.js';
import { libsqlRegistryDialect } from './libsql-dialect.js';

export type { RegistryOptions } from '../sql/sql-registry.js';

/**
 * The embedded registry: one file (WAL), which any number of processes of one machine open together. Every commit is
 * fsynced. Outgrow it, with the PostgreSQL adapter, when services run on more than one machine.
 *
 * Statements run on the calling thread: keep bulk imports out of processes that answer in milliseconds.
 *
 * @throws LamplighterError `registry-unavailable`
 */
export function openSqliteRegistry(options: RegistryOptions & { readonly path: string }): Promise<Registry> {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  return SqlRegistry.open(libsqlRegistryDialect(options.path), options);
}
