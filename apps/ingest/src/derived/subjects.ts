import type { DeviceIdentity } from '#core';
import { type Derivation, groupIdentity, groupOf, type GroupTag, isGroupId, type Kind } from '#kinds';
import type { Device, DeviceRepository } from '#registry';
import type { DeviceDirectory } from '../devices/device-directory.js';

/** Whom a value is computed for: a device by itself, or a group from its members. */
export interface Subject {
  readonly identity: DeviceIdentity;
  readonly members: readonly Pick<DeviceIdentity, 'id' | 'latitude' | 'longitude'>[];
}

export interface SubjectParts {
  readonly directory: Pick<DeviceDirectory, 'find' | 'load'>;
  readonly devices: Pick<DeviceRepository, 'list'>;
}

const PAGE = 1_000;

/** Finds devices and groups in the registry. */
export class Subjects {
  constructor(private readonly parts: SubjectParts) {}

  /** Id of the subject whose value a reading of this device changes. A device that left the registry changes none. */
  idFor({ groupBy }: Derivation, device: DeviceIdentity): string | null {
    if (groupBy === null) return device.id;
    const known = this.parts.directory.find(device.id);
    return known === undefined ? null : groupOf(groupBy, { ...known.identity, tags: known.tags }).id;
  }

  /** Before {@link idFor} is asked about devices that an earlier process has heard of. */
  async load(devices: readonly DeviceIdentity[]): Promise<void> {
    await this.parts.directory.load(new Set(devices.map(({ id }) => id).filter((id) => !isGroupId(id))));
  }

  /** Registry entries of devices; groups and devices that are no longer registered are left out. */
  async identify(ids: readonly string[]): Promise<DeviceIdentity[]> {
    return [...(await this.findDevices(ids.filter((id) => !isGroupId(id)))).values()].map(({ identity }) => identity);
  }

  /** Those of the ids that the registry still knows. @throws LamplighterError `registry-unavailable` */
  async find(kind: Kind, { groupBy }: Derivation, ids: readonly string[]): Promise<Map<string, Subject>> {
    if (ids.length === 0) return new Map();
    return groupBy === null ? this.findDevices(ids) : this.findGroups(kind, groupBy, new Set(ids));
  }

  private async findDevices(ids: readonly string[]): Promise<Map<string, Subject>> {
    const { directory } = this.parts;
    await directory.load(new Set(ids.filter((id) => !isGroupId(id))));
    const found = new Map<string, Subject>();
    for (const id of ids) {
      const device = directory.find(id);
      if (device !== undefined) found.set(id, { identity: device.identity, members: [device.identity] });
    }
    return found;
  }

  /** A group counts all its registered members, whether they were heard of since the start or not. */
  private async findGroups(kind: Kind, tag: GroupTag, ids: ReadonlySet<string>): Promise<Map<string, Subject>> {
    const members = new Map<string, Device[]>();
    for (let after: string | undefined; ;) {
      const page = await this.parts.devices.list({
        departments: null,
        kind: kind.name,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      for (const device of page) {
        const { id } = groupOf(tag, device);
        if (!ids.has(id)) continue;
        const list = members.get(id);
        if (list === undefined) members.set(id, [device]);
        else list.push(device);
      }
      if (page.length < PAGE) break;
      after = page.at(-1)!.id;
    }
    return new Map(
      [...members].map(([id, devices]) => [id, { identity: groupIdentity(id, devices), members: devices }]),
    );
  }
}
