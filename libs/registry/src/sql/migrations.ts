import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { LamplighterError } from '#core';
import type { RegistryDialect } from './dialect.js';
import { firstTables } from './migrations/001-first-tables.js';
import { lorawanDevices } from './migrations/002-lorawan-devices.js';
import { deviceTypes } from './migrations/003-device-types.js';
import { deviceState } from './migrations/007-device-state.js';
import { networkServers } from './migrations/008-network-servers.js';
import { downlinks } from './migrations/009-downlinks.js';
import { replays } from './migrations/004-replays.js';
import { sightings } from './migrations/005-sightings.js';
import { onboarding } from './migrations/006-onboarding.js';
import type { RegistrySchema } from './schema.js';
import { deviceQuality } from './migrations/012-device-quality.js';
import { replayTurns } from './migrations/020-replay-turns.js';
import { networkServerHeard } from './migrations/021-network-server-heard.js';
import { sightingLogins } from './migrations/022-sighting-logins.js';
import { endedSessions } from './migrations/023-ended-sessions.js';

/**
 * Brings the database to this release. Processes may start together: the whole runs in one transaction that is exclusive
 * in either engine.
 *
 * @throws LamplighterError `registry-unavailable`
 */
export async function migrate(db: Kysely<RegistrySchema>, types: RegistryDialect['types']): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations(types)) };
  // Numbers are given when work begins and land when it is done: a database may have a later one already.
  const migrator = new Migrator({ db, provider, allowUnorderedMigrations: true });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof LamplighterError) throw error;
  throw new LamplighterError(
    'registry-unavailable',
    `The registry could not be brought to this release: ${(error as Error).message}`,
    { cause: error },
  );
}

/** In order of name. A migration that was released is never edited. */
function migrations(types: RegistryDialect['types']): Record<string, Migration> {
  return {
    '001-first-tables': { up: (db) => execute(db, firstTables(types)) },
    '002-lorawan-devices': { up: (db) => execute(db, lorawanDevices(types)) },
    '003-device-types': { up: (db) => execute(db, deviceTypes(types)) },
    '004-replays': { up: (db) => execute(db, replays(types)) },
    '005-sightings': { up: (db) => execute(db, sightings(types)) },
    '006-onboarding': { up: (db) => execute(db, onboarding(types)) },
    '007-device-state': { up: (db) => execute(db, deviceState(types)) },
    '008-network-servers': { up: (db) => execute(db, networkServers(types)) },
    '009-downlinks': { up: (db) => execute(db, downlinks(types)) },
    '012-device-quality': { up: (db) => execute(db, deviceQuality(types)) },
    '020-replay-turns': { up: (db) => execute(db, replayTurns(types)) },
    '021-network-server-heard': { up: (db) => execute(db, networkServerHeard(types)) },
    '022-sighting-logins': { up: (db) => execute(db, sightingLogins(types)) },
    '023-ended-sessions': { up: (db) => execute(db, endedSessions(types)) },
  };
}

async function execute(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
