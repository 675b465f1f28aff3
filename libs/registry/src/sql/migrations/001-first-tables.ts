import type { RegistryDialect } from '../dialect.js';

export function firstTables({ key, runningNumber, wholeNumber, real }: RegistryDialect['types']): string[] {
  return [
    `create table devices (
      id ${key} primary key, kind ${key} not null, department ${key} not null, district ${key} not null,
      latitude ${real} not null, longitude ${real} not null, name text not null, tags text not null,
      interval_ms ${wholeNumber}, enabled ${wholeNumber} not null, created_at ${wholeNumber} not null, updated_at ${wholeNumber} not null)`,
    `create index devices_by_department on devices (department, id)`,
    `create index devices_by_kind on devices (kind, id)`,
    `create index devices_by_district on devices (district, id)`,
    `create index devices_by_position on devices (latitude, longitude)`,
    `create table credentials (
      username ${key} primary key, client_id ${key} not null, type text not null, subject ${key} not null, application ${key},
      key_hash text not null, certificate_fingerprint text, revoked_at ${wholeNumber}, created_at ${wholeNumber} not null)`,
    `create index credentials_by_subject on credentials (subject)`,
    `create table accounts (
      username ${key} primary key, password_hash text not null, role text not null, departments text, created_at ${wholeNumber} not null)`,
    `create table api_keys (
      id ${key} primary key, name text not null, key_hash text not null, role text not null, departments text,
      created_at ${wholeNumber} not null, expires_at ${wholeNumber}, revoked_at ${wholeNumber})`,
    `create table rules (
      id ${key} primary key, kind ${key} not null, department ${key}, device ${key}, enabled ${wholeNumber} not null,
      definition text not null, updated_at ${wholeNumber} not null)`,
    `create table alarms (
      id ${key} primary key, rule ${key} not null, device ${key} not null, kind ${key} not null, department ${key} not null,
      district ${key} not null, severity text not null, metric text, titles text not null, active ${wholeNumber} not null,
      acknowledged ${wholeNumber} not null, raised_at ${wholeNumber} not null, cleared_at ${wholeNumber}, value ${real}, limit_value ${real})`,
    `create index alarms_by_time on alarms (raised_at, id)`,
    `create index alarms_by_state on alarms (active, raised_at, id)`,
    `create index alarms_by_department on alarms (department, raised_at, id)`,
    `create index alarms_by_device on alarms (device, raised_at, id)`,
    `create table alarm_transitions (
      id ${runningNumber}, alarm ${key} not null, type text not null, at ${wholeNumber} not null, event_time ${wholeNumber} not null,
      actor text not null, reason text, snapshot text not null)`,
    `create index alarm_transitions_by_alarm on alarm_transitions (alarm, id)`,
    `create table departments (id ${key} primary key, titles text not null)`,
    `create table audit (
      id ${runningNumber}, at ${wholeNumber} not null, actor ${key} not null, action text not null, subject ${key} not null, detail text not null)`,
    `create index audit_by_subject on audit (subject, id)`,
    `create index audit_by_actor on audit (actor, id)`,
    `create table state (name ${key} primary key, value text not null, updated_at ${wholeNumber} not null)`,
    `create table changes (position ${runningNumber}, entity text not null, id ${key} not null)`,
  ];
}
