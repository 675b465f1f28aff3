import type { RegistrySettings } from '#service';
import { openPostgresRegistry } from '../postgres/index.js';
import type { Registry } from '../registry.js';
import { openSqliteRegistry } from '../sqlite/index.js';

/**
 * The registry that the settings name. For composition roots.
 *
 * @throws LamplighterError `registry-unavailable`
 */
export function openRegistry(settings: RegistrySettings): Promise<Registry> {
  return settings.type === 'postgres'
    ? openPostgresRegistry({ url: settings.url })
    : openSqliteRegistry({ path: settings.path });
}
