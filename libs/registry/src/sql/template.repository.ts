import type { Selectable } from 'kysely';
import type { Quota } from '#core';
import type { DeviceTemplate, TemplateRepository } from '../onboarding.js';
import type { SqlContext } from './context.js';
import type { TemplateRow } from './schema.js';

export class SqlTemplateRepository implements TemplateRepository {
  constructor(private readonly context: SqlContext) {}

  async list(departments: readonly string[] | null): Promise<DeviceTemplate[]> {
    let select = this.context.db.selectFrom('templates').selectAll().orderBy('id');
    if (departments !== null)
      select = select.where((eb) => this.context.dialect.isOneOf(eb.ref('department'), departments));
    return (await select.execute()).map(toTemplate);
  }

  async get(id: string): Promise<DeviceTemplate | null> {
    const row = await this.context.db.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toTemplate(row);
  }

  async put(template: Omit<DeviceTemplate, 'updatedAt'>): Promise<DeviceTemplate> {
    const { id, ...facts } = toRow(template, this.context.clock.now());
    await this.context.db.transaction().execute((transaction) =>
      transaction
        .insertInto('templates')
        .values({ id, ...facts })
        .onConflict((on) => on.column('id').doUpdateSet(facts))
        .execute(),
    );
    return toTemplate({ id, ...facts });
  }

  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.context.db
      .transaction()
      .execute((transaction) => transaction.deleteFrom('templates').where('id', '=', id).executeTakeFirst());
    return numDeletedRows > 0n;
  }
}

function toRow(template: Omit<DeviceTemplate, 'updatedAt'>, now: number): TemplateRow {
  return {
    id: template.id,
    kind: template.kind,
    department: template.department,
    name_pattern: template.namePattern,
    interval_ms: template.intervalMs,
    tags: JSON.stringify(template.tags),
    device_type: template.deviceType,
    quota: template.quota === null ? null : JSON.stringify(template.quota),
    updated_at: now,
  };
}

function toTemplate(row: Selectable<TemplateRow>): DeviceTemplate {
  return {
    id: row.id,
    kind: row.kind,
    department: row.department,
    namePattern: row.name_pattern,
    intervalMs: row.interval_ms,
    tags: JSON.parse(row.tags) as Record<string, string>,
    deviceType: row.device_type,
    quota: row.quota === null ? null : (JSON.parse(row.quota) as Quota),
    updatedAt: row.updated_at,
  };
}
