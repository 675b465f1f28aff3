import type { Kysely, Selectable } from 'kysely';
import { LamplighterError } from '#core';
import type { DeviceTypeRepository, NewDeviceType, StoredDeviceType } from '../device-types.js';
import { type SqlContext, writeWithChanges } from './context.js';
import type { DeviceTypeRow, RegistrySchema } from './schema.js';

export class SqlDeviceTypeRepository implements DeviceTypeRepository {
  constructor(private readonly context: SqlContext) {}

  async list(): Promise<StoredDeviceType[]> {
    return (await this.context.db.selectFrom('device_types').selectAll().orderBy('id').execute()).map(toType);
  }

  async get(id: string): Promise<StoredDeviceType | null> {
    const row = await this.context.db.selectFrom('device_types').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toType(row);
  }

  put(type: NewDeviceType): Promise<StoredDeviceType> {
    const now = this.context.clock.now();
    const facts = {
      kind: type.kind,
      definition: JSON.stringify(type.definition),
      script: type.script,
      examples: JSON.stringify(type.examples),
      revision: type.revision,
      updated_at: now,
    };
    return writeWithChanges(this.context, 'device-type', async (transaction) => {
      await transaction
        .insertInto('device_types')
        .values({ id: type.id, ...facts, created_at: now })
        .onConflict((on) => on.column('id').doUpdateSet(facts))
        .execute();
      const row = await transaction
        .selectFrom('device_types')
        .selectAll()
        .where('id', '=', type.id)
        .executeTakeFirstOrThrow();
      return { result: toType(row), changed: [type.id] };
    });
  }

  remove(id: string): Promise<boolean> {
    return writeWithChanges(this.context, 'device-type', async (transaction) => {
      const devices = await count(transaction, id);
      if (devices > 0)
        throw new LamplighterError(
          'conflict',
          `${devices} ${devices === 1 ? 'device is' : 'devices are'} of the type ${id}`,
        );
      const { numDeletedRows } = await transaction.deleteFrom('device_types').where('id', '=', id).executeTakeFirst();
      const removed = numDeletedRows > 0n;
      return { result: removed, changed: removed ? [id] : [] };
    });
  }

  countDevices(id: string): Promise<number> {
    return count(this.context.db, id);
  }
}

async function count(db: Kysely<RegistrySchema>, id: string): Promise<number> {
  const row = await db
    .selectFrom('devices')
    .select((eb) => eb.fn.countAll<number | string>().as('devices'))
    .where('device_type', '=', id)
    .executeTakeFirstOrThrow();
  return Number(row.devices);
}

function toType(row: Selectable<DeviceTypeRow>): StoredDeviceType {
  return {
    id: row.id,
    kind: row.kind,
    definition: JSON.parse(row.definition) as unknown,
    script: row.script,
    examples: JSON.parse(row.examples) as unknown[],
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
