import * as core from '#core';

export function defaultDistrictOf(latitude: number, longitude: number): string {
  const find = (core as Record<string, unknown>).findDistrict as ((latitude: number, longitude: number) => { code: string }) | undefined;
  return find?.(latitude, longitude).code ?? 'A';
}
