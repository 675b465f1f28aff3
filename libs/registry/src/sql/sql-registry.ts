import { Kysely, sql } from 'kysely';
import { type Clock, findDistrict, systemClock } from '#core';
import { DEPARTMENTS } from '#kinds';
import type { Department } from '../departments.js';
import type { Registry, RegistryChange } from '../registry.js';
import { SqlAccountRepository } from './account.repository.js';
import { SqlAlarmRepository } from './alarm.repository.js';
import { SqlAuditRepository } from './audit.repository.js';
import { SqlClaimRepository } from './claim.repository.js';
import type { SqlContext } from './context.js';
import { SqlCredentialRepository } from './credential.repository.js';
import { SqlDepartmentRepository } from './department.repository.js';
import { SqlDeviceRepository } from './device.repository.js';
import { SqlDeviceStateRepository } from './device-state.repository.js';
import { SqlDeviceTypeRepository } from './device-type.repository.js';
import type { RegistryDialect } from './dialect.js';
import { SqlGatewayRepository } from './gateway.repository.js';
import { migrate } from './migrations.js';
import { SqlDownlinkRepository } from './downlink.repository.js';
import { SqlNetworkServerRepository } from './network-server.repository.js';
import { SqlReplayRepository } from './replay.repository.js';
import { SqlSightingRepository } from './sighting.repository.js';
import { SqlQualityRepository } from './quality.repository.js';
import { SqlRuleRepository } from './rule.repository.js';
import type { RegistrySchema } from './schema.js';
import { SqlStateRepository } from './state.repository.js';
import { SqlTemplateRepository } from './template.repository.js';

export interface RegistryOptions {
  readonly clock?: Clock;
  /** Code of the district of a position; by default found on the map of libs/core. */
  readonly districtOf?: (latitude: number, longitude: number) => string;
  /** Departments that a registry has from the start (by default all that libs/kinds knows); those that are there already stay as they are. */
  readonly departments?: readonly Department[];
}

/** The registry over any SQL engine that a `RegistryDialect` describes. */
export class SqlRegistry implements Registry {
  readonly devices: SqlDeviceRepository;
  readonly deviceTypes: SqlDeviceTypeRepository;
  readonly credentials: SqlCredentialRepository;
  readonly accounts: SqlAccountRepository;
  readonly alarms: SqlAlarmRepository;
  readonly rules: SqlRuleRepository;
  readonly departments: SqlDepartmentRepository;
  readonly templates: SqlTemplateRepository;
  readonly claims: SqlClaimRepository;
  readonly audit: SqlAuditRepository;
  readonly state: SqlStateRepository;
  readonly networkServers: SqlNetworkServerRepository;
  readonly downlinks: SqlDownlinkRepository;
  readonly deviceState: SqlDeviceStateRepository;
  readonly gateways: SqlGatewayRepository;
  readonly quality: SqlQualityRepository;

  readonly replays: SqlReplayRepository;
  readonly sightings: SqlSightingRepository;

  private constructor(private readonly context: SqlContext) {
    this.devices = new SqlDeviceRepository(context);
    this.deviceTypes = new SqlDeviceTypeRepository(context);
    this.credentials = new SqlCredentialRepository(context);
    this.accounts = new SqlAccountRepository(context);
    this.alarms = new SqlAlarmRepository(context);
    this.rules = new SqlRuleRepository(context);
    this.departments = new SqlDepartmentRepository(context);
    this.templates = new SqlTemplateRepository(context);
    this.claims = new SqlClaimRepository(context);
    this.audit = new SqlAuditRepository(context);
    this.state = new SqlStateRepository(context);
    this.replays = new SqlReplayRepository(context);
    this.sightings = new SqlSightingRepository(context);
    this.networkServers = new SqlNetworkServerRepository(context);
    this.downlinks = new SqlDownlinkRepository(context);
    this.deviceState = new SqlDeviceStateRepository(context);
    this.gateways = new SqlGatewayRepository(context);
    this.quality = new SqlQualityRepository(context);
  }

  /** Connects, migrates and seeds. @throws LamplighterError `registry-unavailable` */
  static async open(dialect: RegistryDialect, options: RegistryOptions): Promise<SqlRegistry> {
    const db = new Kysely<RegistrySchema>({ dialect: dialect.kysely });
    try {
      await migrate(db, dialect.types);
      const registry = new SqlRegistry({
        db,
        dialect,
        clock: options.clock ?? systemClock,
        districtOf: options.districtOf ?? findDistrict,
      });
      await registry.departments.seed(options.departments ?? DEPARTMENTS);
      return registry;
    } catch (error) {
      await db.destroy();
      throw error;
    }
  }

  async changes(after: number, limit: number): Promise<RegistryChange[]> {
    return this.context.db
      .selectFrom('changes')
      .selectAll()
      .where('position', '>', after)
      .orderBy('position')
      .limit(limit)
      .execute();
  }

  async position(): Promise<number> {
    const row = await this.context.db
      .selectFrom('changes')
      .select((eb) => eb.fn.max('position').as('position'))
      .executeTakeFirst();
    return row?.position ?? 0;
  }

  async ping(): Promise<void> {
    await sql`select 1`.execute(this.context.db);
  }

  async close(): Promise<void> {
    await this.context.db.destroy();
  }
}
