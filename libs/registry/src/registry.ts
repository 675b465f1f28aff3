import type { DeviceIdentity, Quota } from '#core';
import type { Severity } from '#kinds';
import type { QualityRepository } from './device-quality.js';
import type { DeviceStateRepository, NetworkGatewayRepository } from './device-state.js';
import type { DeviceTypeRepository } from './device-types.js';
import type { DownlinkRepository } from './downlinks.js';
import type { NetworkServerRepository } from './network-servers.js';
import type { ReplayRepository } from './replays.js';
import type { SightingRepository } from './sightings.js';

/**
 * Devices, credentials, accounts, rules, alarms and audit. Small data, read by every service, changed by people.
 * Every method throws LamplighterError `registry-unavailable` (retryable) when the database does not answer.
 */
export interface Registry {
  readonly devices: DeviceRepository;
  readonly credentials: CredentialRepository;
  readonly accounts: AccountRepository;
  readonly alarms: AlarmRepository;
  readonly rules: RuleRepository;
  readonly departments: DepartmentRepository;
  readonly templates: TemplateRepository;
  readonly claims: ClaimRepository;
  readonly audit: AuditRepository;
  readonly state: StateRepository;
  readonly networkServers: NetworkServerRepository;
  readonly downlinks: DownlinkRepository;
  readonly deviceTypes: DeviceTypeRepository;
  readonly deviceState: DeviceStateRepository;
  readonly gateways: NetworkGatewayRepository;
  readonly replays: ReplayRepository;
  readonly sightings: SightingRepository;
  readonly quality: QualityRepository;
  /**
   * Changes since a position, oldest first, so that services keep caches: poll about once a second.
   * A service that starts reads `position()` first, loads, then polls from there.
   */
  changes(after: number, limit: number): Promise<RegistryChange[]>;
  position(): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface RegistryChange {
  readonly position: number;
  readonly entity: 'device' | 'credential' | 'rule' | 'account' | 'department' | 'network-server' | 'device-type';
  readonly id: string;
}

export interface Device extends DeviceIdentity {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Overrides the interval of the kind when the device was set up differently. */
  readonly intervalMs: number | null;
  /** An isolated device may connect to nothing; its history stays. */
  readonly enabled: boolean;
  /** LoRaWAN DevEUI, 16 lower-case hexadecimal digits: how a network server names the device. Unique. */
  readonly devEui: string | null;
  /** Id of a device type (vendor, model, version), which says how its raw payloads are decoded. */
  readonly deviceType: string | null;
  /** How much it may send, where that differs from its kind's. */
  readonly quota: Quota | null;
  /** Why it is isolated, by whom and since when; null when it is not, or was isolated without saying why. */
  readonly isolation: Isolation | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface Isolation {
  readonly reason: string;
  /** 'admin', 'key:<id>': who isolated it. */
  readonly by: string;
  readonly at: number;
}

/** The district is found from the position by the repository (nearest polygon when outside all). */
export interface NewDevice {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly intervalMs?: number;
  readonly devEui?: string | null;
  readonly deviceType?: string | null;
  readonly quota?: Quota | null;
}

/** What may change of a device once it is registered. */
export interface DeviceChange extends Partial<Omit<NewDevice, 'id'>> {
  readonly enabled?: boolean;
  readonly isolation?: Isolation | null;
}

export interface DeviceQuery {
  /** Null: all. An empty list matches nothing. */
  readonly departments: readonly string[] | null;
  readonly kind?: string;
  readonly district?: string;
  readonly ids?: readonly string[];
  /** west, south, east, north in degrees. */
  readonly bbox?: readonly [number, number, number, number];
  /** Substring of id or name. */
  readonly search?: string;
  readonly limit: number;
  /** Id after which to continue; devices come in order of id. */
  readonly after?: string;
}

export interface DeviceRepository {
  get(id: string): Promise<Device | null>;
  getMany(ids: readonly string[]): Promise<Device[]>;
  /** Devices whose id or DevEUI is one of these names. */
  findByName(names: readonly string[]): Promise<Device[]>;
  list(query: DeviceQuery): Promise<Device[]>;
  count(query: Omit<DeviceQuery, 'limit' | 'after'>): Promise<number>;
  /** All or nothing. @throws LamplighterError `conflict` naming the ids or DevEUIs that exist */
  create(devices: readonly NewDevice[]): Promise<Device[]>;
  /** @throws LamplighterError `conflict` when another device has the DevEUI */
  update(id: string, change: DeviceChange): Promise<Device | null>;
  remove(id: string): Promise<boolean>;
}

/** What a client presents at CONNECT or to HTTP ingest. Keys are kept as keyed hashes (HMAC-SHA-256), never as text. */
export interface Credential {
  /** MQTT user name; for a device, its id. Unique. */
  readonly username: string;
  /** The only client id that may use it. */
  readonly clientId: string;
  readonly type: 'device' | 'gateway';
  /** Device id, or the gateway's own id. */
  readonly subject: string;
  /** ChirpStack application of a gateway that is no network server of `networkServers`, which has its own list; null for devices. */
  readonly application: string | null;
  readonly keyHash: string;
  /** SHA-256 fingerprint of a pinned client certificate, or null. */
  readonly certificateFingerprint: string | null;
  readonly revokedAt: number | null;
  /** When the key that it has now was made. */
  readonly createdAt: number;
  /** The key before, which works as well until `formerUntil`; null when there is none. */
  readonly formerKeyHash: string | null;
  readonly formerUntil: number | null;
}

/** What is written of a credential. */
export interface NewCredential extends Omit<Credential, 'createdAt' | 'revokedAt' | 'formerKeyHash' | 'formerUntil'> {
  /** The key that it replaces goes on working until then. */
  readonly keepFormerUntil?: number;
}

export interface CredentialRepository {
  get(username: string): Promise<Credential | null>;
  /** For warming a broker's cache: everything, in pages ordered by user name. */
  list(after: string | null, limit: number): Promise<Credential[]>;
  /**
   * Creates or replaces the credentials of these user names. A key that is replaced is worth nothing any more, unless
   * `keepFormerUntil` says until when; one that was revoked is never kept.
   */
  put(credentials: readonly NewCredential[]): Promise<void>;
  revoke(username: string): Promise<boolean>;
}

export type Role = 'viewer' | 'operator' | 'engineer' | 'admin';
export const ROLES: readonly Role[] = ['viewer', 'operator', 'engineer', 'admin'];

export interface Account {
  readonly username: string;
  /** argon2id, because a person may have chosen the password. */
  readonly passwordHash: string;
  readonly role: Role;
  /** Null: all departments. */
  readonly departments: readonly string[] | null;
  readonly createdAt: number;
}

export interface ApiKey {
  /** Public part, shown in lists and logs. */
  readonly id: string;
  readonly name: string;
  readonly keyHash: string;
  readonly role: Role;
  readonly departments: readonly string[] | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
}

export interface AccountRepository {
  get(username: string): Promise<Account | null>;
  put(account: Omit<Account, 'createdAt'>): Promise<void>;
  listKeys(): Promise<ApiKey[]>;
  getKey(id: string): Promise<ApiKey | null>;
  createKey(key: Omit<ApiKey, 'createdAt' | 'revokedAt'>): Promise<ApiKey>;
  revokeKey(id: string): Promise<boolean>;
}

/** A rule of an operator: overrides a default alarm of a kind (same id) or adds one. Same shape as `AlarmDefault`, for a scope. */
export interface StoredRule {
  readonly id: string;
  /** Kind it applies to, and optionally a department or one device. */
  readonly kind: string;
  readonly department: string | null;
  readonly device: string | null;
  readonly enabled: boolean;
  /** JSON of an `AlarmDefault` of libs/kinds. */
  readonly definition: unknown;
  readonly updatedAt: number;
}

export interface RuleRepository {
  list(): Promise<StoredRule[]>;
  get(id: string): Promise<StoredRule | null>;
  put(rule: Omit<StoredRule, 'updatedAt'>): Promise<StoredRule>;
  remove(id: string): Promise<boolean>;
}

/** `active` and `acknowledged` are two facts (ISA-18.2). */
export interface Alarm {
  /** Unique for one raise of one rule on one device: `<rule>:<device>:<raisedAt>`. */
  readonly id: string;
  readonly rule: string;
  readonly device: string;
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly severity: Severity;
  readonly metric: string | null;
  readonly titles: { readonly en: string; readonly 'zh-Hant': string; readonly 'zh-Hans': string };
  readonly active: boolean;
  readonly acknowledged: boolean;
  /** Event times. */
  readonly raisedAt: number;
  readonly clearedAt: number | null;
  /** Last value seen while active, and the limit that it crossed. */
  readonly value: number | null;
  readonly limit: number | null;
}

export type TransitionType = 'raised' | 'acknowledged' | 'commented' | 'cleared' | 'severity-changed';

export interface AlarmTransition {
  /** Running number; the id of the event on streams. */
  readonly id: number;
  readonly alarm: string;
  readonly type: TransitionType;
  /** Wall clock of the transition; `eventTime` is the event time for raised and cleared. */
  readonly at: number;
  readonly eventTime: number;
  /** 'system' or the user name. */
  readonly actor: string;
  readonly reason: string | null;
  /** The alarm as it was after the transition. */
  readonly snapshot: Alarm;
}

export interface AlarmQuery {
  readonly departments: readonly string[] | null;
  readonly active?: boolean;
  readonly acknowledged?: boolean;
  readonly device?: string;
  readonly kind?: string;
  readonly severity?: Severity;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly after?: string;
}

export interface AlarmRepository {
  get(id: string): Promise<Alarm | null>;
  /** Newest raise first. */
  list(query: AlarmQuery): Promise<Alarm[]>;
  timeline(alarm: string): Promise<AlarmTransition[]>;
  /** Transitions after an id, oldest first: what streams and the MQTT publisher tail. */
  transitions(after: number, limit: number): Promise<AlarmTransition[]>;
  lastTransitionId(): Promise<number>;
  /**
   * Applies the evaluator's results together with its new consumer state, in one transaction, so that a restart neither
   * loses nor repeats one. A raise of an id that exists and a clear of an alarm that is not active are ignored.
   */
  applyEvaluation(
    changes: readonly EvaluationChange[],
    consumer: { name: string; state: string },
  ): Promise<AlarmTransition[]>;
  /** Acknowledges what is there now; returns null when there is no such alarm, and the alarm unchanged when it already was. */
  acknowledge(id: string, actor: string, reason: string | null): Promise<Alarm | null>;
  comment(id: string, actor: string, text: string): Promise<Alarm | null>;
}

export type EvaluationChange =
  | {
      readonly type: 'raise';
      readonly alarm: Omit<Alarm, 'acknowledged' | 'clearedAt' | 'active'>;
      readonly reason: string;
    }
  | {
      readonly type: 'clear';
      readonly alarm: string;
      readonly eventTime: number;
      readonly value: number | null;
      readonly reason: string;
    };

export interface Department {
  readonly id: string;
  readonly titles: { readonly en: string; readonly 'zh-Hant': string; readonly 'zh-Hans': string };
}

export interface DepartmentRepository {
  list(): Promise<Department[]>;
  put(department: Department): Promise<void>;
}

export interface AuditEntry {
  readonly id: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditRepository {
  append(entry: Omit<AuditEntry, 'id' | 'at'>): Promise<void>;
  list(query: {
    readonly subject?: string;
    readonly actor?: string;
    readonly limit: number;
    readonly before?: number;
  }): Promise<AuditEntry[]>;
}

/** What devices of a department that are set up alike have in common. */
export interface DeviceTemplate {
  readonly id: string;
  readonly kind: string;
  readonly department: string;
  /** Name of a device, with `{id}`, `{kind}` and `{department}` filled in; null: its id. */
  readonly namePattern: string | null;
  readonly intervalMs: number | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly deviceType: string | null;
  readonly quota: Quota | null;
  readonly updatedAt: number;
}

export interface TemplateRepository {
  /** In order of id. Null departments: all. */
  list(departments: readonly string[] | null): Promise<DeviceTemplate[]>;
  get(id: string): Promise<DeviceTemplate | null>;
  put(template: Omit<DeviceTemplate, 'updatedAt'>): Promise<DeviceTemplate>;
  remove(id: string): Promise<boolean>;
}

/** A device that is prepared: whoever has its code may register it, once, where it stands. */
export interface Claim {
  /** Shown in lists and audits; not the code. */
  readonly id: string;
  /** Keyed hash of the code (HMAC-SHA-256), which is not kept. */
  readonly codeHash: string;
  readonly department: string;
  readonly kind: string;
  readonly deviceType: string | null;
  readonly devEui: string | null;
  readonly template: string | null;
  /** Id that the device will get; null: made from `idPrefix` and the claim's id. */
  readonly deviceId: string | null;
  readonly idPrefix: string | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly redeemedAt: number | null;
  readonly redeemedBy: string | null;
  /** The device that came of it. */
  readonly device: string | null;
  readonly revokedAt: number | null;
}

export type NewClaim = Omit<Claim, 'createdAt' | 'redeemedAt' | 'redeemedBy' | 'device' | 'revokedAt'>;

export interface ClaimQuery {
  readonly departments: readonly string[] | null;
  /** Neither redeemed nor revoked nor expired. */
  readonly outstanding?: boolean;
  readonly limit: number;
  readonly after?: string;
}

export interface ClaimRepository {
  create(claims: readonly NewClaim[]): Promise<Claim[]>;
  get(id: string): Promise<Claim | null>;
  findByCode(codeHash: string): Promise<Claim | null>;
  /** In order of id. */
  list(query: ClaimQuery): Promise<Claim[]>;
  /**
   * Uses the claim up: true for exactly one caller, however many come at once, and only while it is outstanding.
   * A claim whose device could not be registered is given back with `reopen`.
   */
  redeem(id: string, by: string, device: string): Promise<boolean>;
  reopen(id: string): Promise<void>;
  revoke(id: string): Promise<boolean>;
}

/** Small named documents of services: evaluator state, positions of publishers. */
export interface StateRepository {
  get(name: string): Promise<string | null>;
  put(name: string, value: string): Promise<void>;
}
