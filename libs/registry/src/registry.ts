import type { AccountRepository, CredentialRepository } from './access.js';
import type { AlarmRepository } from './alarms.js';
import type { AuditRepository, DepartmentRepository } from './departments.js';
import type { QualityRepository } from './device-quality.js';
import type { DeviceStateRepository, NetworkGatewayRepository } from './device-state.js';
import type { DeviceTypeRepository } from './device-types.js';
import type { DeviceRepository } from './devices.js';
import type { DownlinkRepository } from './downlinks.js';
import type { NetworkServerRepository } from './network-servers.js';
import type { ClaimRepository, TemplateRepository } from './onboarding.js';
import type { ReplayRepository } from './replays.js';
import type { RuleRepository } from './rules.js';
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

/** Small named documents of services: evaluator state, positions of publishers. */
export interface StateRepository {
  get(name: string): Promise<string | null>;
  put(name: string, value: string): Promise<void>;
}
