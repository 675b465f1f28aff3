import type { RegistryDialect } from '../dialect.js';

/**
 * Quotas and isolation of devices, keys that overlap while they are changed, templates, and claim codes for devices that
 * installers register in the street.
 */
export function onboarding({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `alter table devices add column quota text`,
    `alter table devices add column isolation text`,
    `alter table credentials add column former_key_hash text`,
    `alter table credentials add column former_until ${wholeNumber}`,
    `create table templates (
      id ${key} primary key, kind ${key} not null, department ${key} not null, name_pattern text, interval_ms ${wholeNumber},
      tags text not null, device_type ${key}, quota text, updated_at ${wholeNumber} not null)`,
    `create table claims (
      id ${key} primary key, code_hash ${key} not null, department ${key} not null, kind ${key} not null, device_type ${key},
      dev_eui ${key}, template ${key}, device_id ${key}, id_prefix ${key}, created_by ${key} not null,
      created_at ${wholeNumber} not null, expires_at ${wholeNumber} not null, redeemed_at ${wholeNumber}, redeemed_by ${key},
      device ${key}, revoked_at ${wholeNumber})`,
    `create unique index claims_by_code on claims (code_hash)`,
    `create index claims_by_department on claims (department, id)`,
  ];
}
