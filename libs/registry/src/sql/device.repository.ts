import { type Selectable, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import { DEV_EUI, LamplighterError, type Quota } from '#core';
import type { Device, DeviceChange, DeviceQuery, DeviceRepository, Isolation, NewDevice } from '../devices.js';
import { appendChanges, chunksOf, type SqlContext, writeWithChanges } from './context.js';
import type { DeviceRow, RegistrySchema } from './schema.js';
import { SharedValues } from './shared-values.js';

/** Ids that a conflict names; a collision of thousands need not list them all. */
const NAMED_CONFLICTS = 10;

export class SqlDeviceRepository implements DeviceRepository {
  constructor(private readonly context: SqlContext) {}

  async get(id: string): Promise<Device | null> {
    const row = await this.context.db.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toDevice(row);
  }

  async getMany(ids: readonly string[]): Promise<Device[]> {
    if (ids.length === 0) return [];
    const rows = await this.context.db
      .selectFrom('devices')
      .selectAll()
      .where((eb) => this.context.dialect.isOneOf(eb.ref('id'), ids))
      .orderBy('id')
      .execute();
    return rows.map(toDevice);
  }

  async findByName(names: readonly string[]): Promise<Device[]> {
    if (names.length === 0) return [];
    const { isOneOf } = this.context.dialect;
    const euis = names.map((name) => name.toLowerCase());
    const rows = await this.context.db
      .selectFrom('devices')
      .selectAll()
      .where((eb) => eb.or([isOneOf(eb.ref('id'), names), isOneOf(eb.ref('dev_eui').$notNull(), euis)]))
      .orderBy('id')
      .execute();
    return rows.map(toDevice);
  }

  async list(query: DeviceQuery): Promise<Device[]> {
    let select = this.matching(this.context.db.selectFrom('devices'), query)
      .selectAll()
      .orderBy('id')
      .limit(query.limit);
    if (query.after !== undefined) select = select.where('id', '>', query.after);
    return (await select.execute()).map(toDevice);
  }

  async count(query: Omit<DeviceQuery, 'limit' | 'after'>): Promise<number> {
    const row = await this.matching(this.context.db.selectFrom('devices'), query)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  }

  create(devices: readonly NewDevice[]): Promise<Device[]> {
    const now = this.context.clock.now();
    const rows = devices.map((device) => this.newRow(device, now));
    return writeWithChanges(this.context, 'device', async (transaction) => {
      refuseRepeated(rows);
      await refuseTakenEuis(transaction, this.context, rows);
      await refuseForeignNames(transaction, this.context, rows);
      for (const chunk of chunksOf(rows)) await insertOrConflict(transaction, chunk);
      return { result: rows.map(toDevice), changed: rows.map((row) => row.id) };
    });
  }

  update(id: string, change: DeviceChange): Promise<Device | null> {
    return writeWithChanges(this.context, 'device', async (transaction) => {
      const select = transaction.selectFrom('devices').selectAll().where('id', '=', id);
      const before = await this.context.dialect.readToChange(select).executeTakeFirst();
      if (before === undefined) return { result: null, changed: [] };
      const after = this.changedRow(before, change);
      if (after.dev_eui !== before.dev_eui) {
        await refuseTakenEuis(transaction, this.context, [after]);
        await refuseForeignNames(transaction, this.context, [after]);
      }
      await transaction.updateTable('devices').set(after).where('id', '=', id).execute();
      // What was said of it before is not for its next department (THREATS 34).
      if (after.department !== before.department) await forgetQuality(transaction, id);
      return { result: toDevice(after), changed: [id] };
    });
  }

  /** Its credentials go with it, because a device that is not there must not connect, and what is said of it. */
  remove(id: string): Promise<boolean> {
    return this.context.db.transaction().execute(async (transaction) => {
      const { numDeletedRows } = await transaction.deleteFrom('devices').where('id', '=', id).executeTakeFirst();
      if (numDeletedRows === 0n) return false;
      const credentials = await transaction
        .deleteFrom('credentials')
        .where('type', '=', 'device')
        .where('subject', '=', id)
        .returning('username')
        .execute();
      await transaction.deleteFrom('device_state').where('device', '=', id).execute();
      await forgetQuality(transaction, id);
      await appendChanges(this.context, transaction, 'device', [id]);
      await appendChanges(
        this.context,
        transaction,
        'credential',
        credentials.map((row) => row.username),
      );
      return true;
    });
  }

  private matching<O>(
    from: SelectQueryBuilder<RegistrySchema, 'devices', O>,
    query: Omit<DeviceQuery, 'limit' | 'after'>,
  ): SelectQueryBuilder<RegistrySchema, 'devices', O> {
    const { departments, kind, district, ids, bbox, search } = query;
    const { isOneOf } = this.context.dialect;
    let select = from;
    if (departments !== null) select = select.where((eb) => isOneOf(eb.ref('department'), departments));
    if (kind !== undefined) select = select.where('kind', '=', kind);
    if (district !== undefined) select = select.where('district', '=', district);
    if (ids !== undefined) select = select.where((eb) => isOneOf(eb.ref('id'), ids));
    if (bbox !== undefined) {
      const [west, south, east, north] = bbox;
      select = select
        .where('latitude', '>=', south)
        .where('latitude', '<=', north)
        .where('longitude', '>=', west)
        .where('longitude', '<=', east);
    }
    if (search !== undefined && search !== '') {
      const pattern = `%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
      select = select.where(
        sql<boolean>`(lower(id) like ${pattern} escape '\\' or lower(name) like ${pattern} escape '\\')`,
      );
    }
    return select;
  }

  private newRow(device: NewDevice, now: number): DeviceRow {
    const { id, kind, department, latitude, longitude } = device;
    return {
      id,
      kind,
      department,
      district: this.context.districtOf(latitude, longitude),
      latitude,
      longitude,
      name: device.name ?? id,
      tags: JSON.stringify(device.tags ?? {}),
      interval_ms: device.intervalMs ?? null,
      enabled: 1,
      dev_eui: device.devEui?.toLowerCase() ?? null,
      device_type: device.deviceType ?? null,
      quota: quotaText(device.quota),
      isolation: null,
      created_at: now,
      updated_at: now,
    };
  }

  private changedRow(before: Selectable<DeviceRow>, change: DeviceChange): DeviceRow {
    const latitude = change.latitude ?? before.latitude;
    const longitude = change.longitude ?? before.longitude;
    return {
      ...before,
      kind: change.kind ?? before.kind,
      department: change.department ?? before.department,
      latitude,
      longitude,
      district: this.context.districtOf(latitude, longitude),
      name: change.name ?? before.name,
      tags: change.tags === undefined ? before.tags : JSON.stringify(change.tags),
      interval_ms: change.intervalMs === undefined ? before.interval_ms : change.intervalMs,
      enabled: change.enabled === undefined ? before.enabled : Number(change.enabled),
      dev_eui: change.devEui === undefined ? before.dev_eui : (change.devEui?.toLowerCase() ?? null),
      device_type: change.deviceType === undefined ? before.device_type : change.deviceType,
      quota: change.quota === undefined ? before.quota : quotaText(change.quota),
      isolation: isolationOf(before, change),
      updated_at: this.context.clock.now(),
    };
  }
}

async function forgetQuality(transaction: Transaction<RegistrySchema>, id: string): Promise<void> {
  await transaction.deleteFrom('device_quality').where('device', '=', id).execute();
}

/** What was said when it was isolated goes when it is released. */
function isolationOf(before: Selectable<DeviceRow>, { enabled, isolation }: DeviceChange): string | null {
  if (isolation !== undefined) return jsonOf(isolation);
  return enabled === true ? null : before.isolation;
}

/** Callers in other languages leave out what is null. */
function quotaText(quota: Quota | null | undefined): string | null {
  if (quota === null || quota === undefined) return null;
  const { messagesPerMinute, burst, bytesPerDay } = quota;
  return JSON.stringify({ messagesPerMinute, burst, bytesPerDay: bytesPerDay ?? null });
}

function jsonOf(value: object | null | undefined): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

function refuseRepeated(rows: readonly DeviceRow[]): void {
  const repeatedIds = repeated(rows.map((row) => row.id));
  if (repeatedIds.length > 0) throw conflict('These ids are given more than once', repeatedIds);
  const repeatedEuis = repeated(rows.flatMap((row) => row.dev_eui ?? []));
  if (repeatedEuis.length > 0) throw conflict('These DevEUIs are given more than once', repeatedEuis);
}

function repeated(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

/** Asked before the insert, so that the answer names the DevEUIs; the unique index holds against a race. */
async function refuseTakenEuis(
  transaction: Transaction<RegistrySchema>,
  { dialect }: SqlContext,
  rows: readonly DeviceRow[],
): Promise<void> {
  const euis = rows.flatMap((row) => row.dev_eui ?? []);
  if (euis.length === 0) return;
  const taken = await transaction
    .selectFrom('devices')
    .select('dev_eui')
    .where((eb) => dialect.isOneOf(eb.ref('dev_eui').$notNull(), euis))
    .execute();
  if (taken.length > 0)
    throw conflict(
      'These DevEUIs belong to devices already',
      taken.flatMap((row) => row.dev_eui ?? []),
    );
}

/**
 * Network servers name a device by its DevEUI, others by its id, and both are looked for together (`findByName`): a device called like the
 * DevEUI of another would get its uplinks, whatever department that one belongs to.
 */
async function refuseForeignNames(
  transaction: Transaction<RegistrySchema>,
  { dialect }: SqlContext,
  rows: readonly DeviceRow[],
): Promise<void> {
  const ofEui = new Map(rows.flatMap(({ id, dev_eui }) => (dev_eui === null ? [] : [[dev_eui, id] as const])));
  const names = [...ofEui.keys(), ...rows.map(({ id }) => id).filter((id) => DEV_EUI.test(id))];
  if (names.length === 0) return;
  const known = await transaction
    .selectFrom('devices')
    .select(['id', 'dev_eui'])
    .where((eb) => eb.or([dialect.isOneOf(eb.ref('id'), names), dialect.isOneOf(eb.ref('dev_eui').$notNull(), names)]))
    .execute();
  const idOfEui = new Map(known.flatMap(({ id, dev_eui }) => (dev_eui === null ? [] : [[dev_eui, id] as const])));
  const ids = new Set([...known, ...rows].map(({ id }) => id));
  const taken = [
    ...[...ofEui].filter(([eui, id]) => eui !== id && ids.has(eui)).map(([eui]) => eui),
    ...rows.filter(({ id }) => (idOfEui.get(id) ?? id) !== id).map(({ id }) => id),
  ];
  if (taken.length > 0) throw conflict('What is the DevEUI of one device cannot be the id of another', taken);
}

/** `on conflict do nothing` tells which rows were taken without a race and without ending the transaction in PostgreSQL. */
async function insertOrConflict(transaction: Transaction<RegistrySchema>, rows: readonly DeviceRow[]): Promise<void> {
  const inserted = await transaction
    .insertInto('devices')
    .values(rows)
    .onConflict((on) => on.column('id').doNothing())
    .returning('id')
    .execute();
  if (inserted.length === rows.length) return;
  const taken = new Set(inserted.map((row) => row.id));
  throw conflict(
    'These ids are already registered',
    rows.filter((row) => !taken.has(row.id)).map((row) => row.id),
  );
}

function conflict(what: string, ids: readonly string[]): LamplighterError {
  const more = ids.length > NAMED_CONFLICTS ? ` and ${ids.length - NAMED_CONFLICTS} more` : '';
  return new LamplighterError('conflict', `${what}: ${ids.slice(0, NAMED_CONFLICTS).join(', ')}${more}`);
}

const names = new SharedValues((name) => name);
const tagSets = new SharedValues((text) => Object.freeze(JSON.parse(text) as Record<string, string>));
const quotas = new SharedValues((text) => Object.freeze(JSON.parse(text) as Quota));

function toDevice(row: Selectable<DeviceRow>): Device {
  return {
    id: row.id,
    kind: names.of(row.kind),
    department: names.of(row.department),
    district: names.of(row.district),
    latitude: row.latitude,
    longitude: row.longitude,
    name: row.name,
    tags: tagSets.of(row.tags),
    intervalMs: row.interval_ms,
    enabled: row.enabled === 1,
    devEui: row.dev_eui,
    deviceType: row.device_type === null ? null : names.of(row.device_type),
    quota: row.quota === null ? null : quotas.of(row.quota),
    isolation: row.isolation === null ? null : (JSON.parse(row.isolation) as Isolation),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
