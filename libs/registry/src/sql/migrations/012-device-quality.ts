import type { RegistryDialect } from '../dialect.js';

/** The last data quality report of each device. */
export function deviceQuality({ key, wholeNumber }: RegistryDialect['types']): string[] {
  return [
    `create table device_quality (
      device ${key} primary key, kind ${key} not null, department ${key} not null, district ${key} not null,
      score ${wholeNumber} not null, grade text not null, assessed_at ${wholeNumber} not null, report text not null)`,
    `create index device_quality_by_score on device_quality (score, device)`,
    `create index device_quality_by_department on device_quality (department, score, device)`,
  ];
}
