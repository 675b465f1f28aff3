import type { NewDevice } from '../devices.js';
import type { DeviceTemplate } from '../onboarding.js';

/** What a template says of the device with this id; what is said of the device itself comes before it. */
export function fromTemplate(
  template: Omit<DeviceTemplate, 'updatedAt'>,
  id: string,
): Pick<NewDevice, 'kind' | 'department' | 'name' | 'intervalMs' | 'tags' | 'deviceType' | 'quota'> {
  const { kind, department, namePattern, intervalMs, tags, deviceType, quota } = template;
  return {
    kind,
    department,
    ...(namePattern === null ? {} : { name: nameOf(namePattern, { id, kind, department }) }),
    ...(intervalMs === null ? {} : { intervalMs }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    ...(deviceType === null ? {} : { deviceType }),
    ...(quota === null ? {} : { quota }),
  };
}

/** The device's own words over those of its template; tags of both, its own first. */
export function overTemplate<T extends { readonly id: string; readonly tags?: Readonly<Record<string, string>> }>(
  template: Omit<DeviceTemplate, 'updatedAt'>,
  device: T,
): T & ReturnType<typeof fromTemplate> {
  const base = fromTemplate(template, device.id);
  const tags = { ...base.tags, ...device.tags };
  const own = Object.fromEntries(Object.entries(device).filter(([, value]) => value !== undefined)) as T;
  return { ...base, ...own, ...(Object.keys(tags).length === 0 ? {} : { tags }) };
}

function nameOf(pattern: string, facts: Readonly<Record<string, string>>): string {
  return pattern.replace(/\{(id|kind|department)\}/g, (_all, name: string) => facts[name]!);
}
