import type { Generated } from 'kysely';
import type { DownlinkStatus } from '../downlinks.js';
import type { NetworkServerType } from '../network-servers.js';
import type { ReplayJob } from '../replays.js';
import type { Role } from '../access.js';
import type { TransitionType } from '../alarms.js';
import type { RegistryChange } from '../registry.js';

/**
 * The tables, alike in both dialects: times are whole milliseconds, flags 0 and 1, documents JSON text. `migrations.ts`
 * creates them.
 */
export interface RegistrySchema {
  devices: DeviceRow;
  device_types: DeviceTypeRow;
  credentials: CredentialRow;
  accounts: AccountRow;
  api_keys: ApiKeyRow;
  rules: RuleRow;
  alarms: AlarmRow;
  alarm_transitions: TransitionRow;
  departments: DepartmentRow;
  templates: TemplateRow;
  claims: ClaimRow;
  audit: AuditRow;
  state: StateRow;
  ended_sessions: EndedSessionRow;
  network_servers: NetworkServerRow;
  network_applications: NetworkApplicationRow;
  downlinks: DownlinkRow;
  changes: ChangeRow;
  device_state: DeviceStateRow;
  gateways: GatewayRow;
  device_quality: DeviceQualityRow;
  replays: ReplayRow;
  sightings: SightingRow;
}

export interface ReplayRow {
  id: string;
  created_at: number;
  created_by: string;
  departments: string | null;
  filter: string;
  before_sequence: number;
  total: number;
  state: ReplayJob['state'];
  cancel_requested: number;
  published: number;
  skipped: number;
  position: string | null;
  settle_before: number | null;
  trouble: string | null;
  attempts: number;
  retry_at: number | null;
  started_at: number | null;
  finished_at: number | null;
  outcomes: string | null;
  runner: string | null;
  lease_until: number;
  /** When it was given the turn last; 0 before the first time. */
  turn_at: number;
}

export interface SightingRow {
  id: string;
  source: string;
  application: string | null;
  /** Empty when no message came. */
  topic: string;
  name: string | null;
  profile: string | null;
  first_seen: number;
  last_seen: number;
  messages: number;
  logins: number;
  adopted_at: number | null;
  ignored_at: number | null;
}

export interface DeviceRow {
  id: string;
  kind: string;
  department: string;
  district: string;
  latitude: number;
  longitude: number;
  name: string;
  tags: string;
  interval_ms: number | null;
  enabled: number;
  dev_eui: string | null;
  device_type: string | null;
  quota: string | null;
  isolation: string | null;
  created_at: number;
  updated_at: number;
}

export interface DeviceStateRow {
  device: string;
  state: string;
  updated_at: number;
}

export interface GatewayRow {
  number: Generated<number>;
  eui: string;
  first_seen: number;
  last_seen: number;
}

export interface DeviceTypeRow {
  id: string;
  kind: string;
  definition: string;
  script: string | null;
  examples: string;
  revision: string;
  created_at: number;
  updated_at: number;
}

export interface CredentialRow {
  username: string;
  client_id: string;
  type: 'device' | 'gateway';
  subject: string;
  application: string | null;
  key_hash: string;
  certificate_fingerprint: string | null;
  revoked_at: number | null;
  created_at: number;
  former_key_hash: string | null;
  former_until: number | null;
}

export interface AccountRow {
  username: string;
  password_hash: string;
  role: Role;
  departments: string | null;
  created_at: number;
}

export interface ApiKeyRow {
  id: string;
  name: string;
  key_hash: string;
  role: Role;
  departments: string | null;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
}

export interface RuleRow {
  id: string;
  kind: string;
  department: string | null;
  device: string | null;
  enabled: number;
  definition: string;
  updated_at: number;
}

export interface AlarmRow {
  id: string;
  rule: string;
  device: string;
  kind: string;
  department: string;
  district: string;
  severity: string;
  metric: string | null;
  titles: string;
  active: number;
  acknowledged: number;
  raised_at: number;
  cleared_at: number | null;
  value: number | null;
  limit_value: number | null;
}

export interface TransitionRow {
  id: Generated<number>;
  alarm: string;
  type: TransitionType;
  at: number;
  event_time: number;
  actor: string;
  reason: string | null;
  snapshot: string;
}

export interface TemplateRow {
  id: string;
  kind: string;
  department: string;
  name_pattern: string | null;
  interval_ms: number | null;
  tags: string;
  device_type: string | null;
  quota: string | null;
  updated_at: number;
}

export interface ClaimRow {
  id: string;
  code_hash: string;
  department: string;
  kind: string;
  device_type: string | null;
  dev_eui: string | null;
  template: string | null;
  device_id: string | null;
  id_prefix: string | null;
  created_by: string;
  created_at: number;
  expires_at: number;
  redeemed_at: number | null;
  redeemed_by: string | null;
  device: string | null;
  revoked_at: number | null;
}

export interface DepartmentRow {
  id: string;
  titles: string;
}

export interface AuditRow {
  id: Generated<number>;
  at: number;
  actor: string;
  action: string;
  subject: string;
  detail: string;
}

export interface EndedSessionRow {
  nonce: string;
  expires_at: number;
}

export interface StateRow {
  name: string;
  value: string;
  updated_at: number;
}

export interface NetworkServerRow {
  id: string;
  type: NetworkServerType;
  name: string;
  applications: string;
  downlink: string | null;
  created_at: number;
  last_message_at: number | null;
}

export interface NetworkApplicationRow {
  type: NetworkServerType;
  application: string;
  server: string;
}

export interface DownlinkRow {
  id: string;
  device: string;
  network_server: string | null;
  queued_by: string;
  f_port: number;
  payload: string;
  confirmed: number;
  status: DownlinkStatus;
  queued_at: number;
  sent_at: number | null;
  acknowledged_at: number | null;
  failed_at: number | null;
  reason: string | null;
}

export interface ChangeRow {
  position: Generated<number>;
  entity: RegistryChange['entity'];
  id: string;
}

export interface DeviceQualityRow {
  device: string;
  kind: string;
  department: string;
  district: string;
  score: number;
  grade: string;
  assessed_at: number;
  report: string;
}
