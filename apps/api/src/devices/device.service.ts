import { Inject, Injectable } from '@nestjs/common';
import { kinds, refusalOf } from '#kinds';
import type { Device, NewDevice, Registry } from '#registry';
import { scopeOf, sees, visible } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceTypeCatalogue } from '../device-types/device-type-catalogue.service.js';
import type { ApiSettings } from '../environment.js';
import { notFound, Problem } from '../http/problem.js';
import { requireDepartment } from '../kinds/catalogue-faults.js';
import { REGISTRY, SETTINGS } from '../ports.js';
import type { DeviceChangeDto, DeviceListDto, DevicePageDto, DeviceDto, DeviceWithAccessDto } from './device.dto.js';
import { DeviceKeys } from './device-keys.service.js';
import { viewOfDevice } from './device-view.js';
import { quotaOf } from './quota.dto.js';

const DEFAULT_PAGE = 100;

/** Devices and their credentials, within the departments of the caller. */
@Injectable()
export class DeviceService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    private readonly keys: DeviceKeys,
    private readonly types: DeviceTypeCatalogue,
  ) {}

  /** @throws Problem `not-found` also for a device of another department (THREATS 34) */
  async get(caller: Caller, id: string): Promise<Device> {
    return visible(caller, await this.registry.devices.get(id), 'device');
  }

  /** With what its owner wants to know of its key. */
  async describe(caller: Caller, id: string): Promise<DeviceDto> {
    const device = await this.get(caller, id);
    return { ...viewOfDevice(device), key: await this.keys.describe(id) };
  }

  async list(caller: Caller, query: DeviceListDto): Promise<DevicePageDto> {
    const { kind, department, district, bbox, search, after, limit = DEFAULT_PAGE } = query;
    const filter = {
      departments: scopeOf(caller, department),
      ...(kind === undefined ? {} : { kind }),
      ...(district === undefined ? {} : { district }),
      ...(bbox === undefined ? {} : { bbox }),
      ...(search === undefined ? {} : { search }),
    };
    const [found, total] = await Promise.all([
      this.registry.devices.list({ ...filter, limit: limit + 1, ...(after === undefined ? {} : { after }) }),
      this.registry.devices.count(filter),
    ]);
    const devices = found.slice(0, limit);
    return { devices: devices.map(viewOfDevice), total, next: found.length > limit ? devices.at(-1)!.id : null };
  }

  /** Registers devices and makes their keys, which appear in this answer only. All or nothing. */
  async create(caller: Caller, devices: readonly NewDevice[]): Promise<DeviceWithAccessDto[]> {
    for (const { department, kind } of devices) {
      this.refuseForeign(caller, department);
      this.refuseUnapproved(kind);
    }
    await this.types.requireFor(devices);
    const created = await this.registry.devices.create(devices);
    const access = await this.keys.issue(created);
    await this.audit(caller, 'device-created', created.length === 1 ? created[0]!.id : `${created.length} devices`, {
      ids: created.slice(0, 100).map(({ id }) => id),
    });
    const byId = new Map(
      created.map((device, index) => [device.id, { ...viewOfDevice(device), mqtt: access[index]! }]),
    );
    return devices.map(({ id }) => byId.get(id)!);
  }

  async update(caller: Caller, id: string, change: DeviceChangeDto): Promise<Device> {
    const { kind } = await this.get(caller, id);
    await this.types.requireFor([{ ...change, kind }]);
    if (change.department !== undefined) await this.requireDepartmentOf(caller, change.department);
    const { quota, enabled, ...rest } = change;
    const device = await this.registry.devices.update(id, {
      ...rest,
      ...(quota === undefined ? {} : { quota: quota === null ? null : quotaOf(quota) }),
      ...(enabled === undefined ? {} : { enabled }),
    });
    if (device === null) throw notFound('device');
    await this.audit(caller, 'device-changed', id, { fields: Object.keys(change) });
    return device;
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.get(caller, id);
    await this.registry.credentials.revoke(id);
    await this.registry.devices.remove(id);
    await this.audit(caller, 'device-removed', id, {});
  }

  private refuseForeign(caller: Caller, department: string): void {
    if (sees(caller, department)) return;
    throw new Problem('forbidden', `The credentials may not register devices for '${department}'.`, {
      pointer: '/department',
    });
  }

  /** Here, where all ways of registering meet: by hand, from a file, from a claim (THREATS 40). */
  private refuseUnapproved(kind: string): void {
    const refusal = refusalOf(kind, kinds, this.settings.approvals);
    if (refusal !== null) throw new Problem('kind-not-approved', refusal, { pointer: '/kind' });
  }

  private async requireDepartmentOf(caller: Caller, department: string): Promise<void> {
    await requireDepartment(this.registry, department);
    this.refuseForeign(caller, department);
  }

  private audit(caller: Caller, action: string, subject: string, detail: Record<string, unknown>): Promise<void> {
    return this.registry.audit.append({ actor: caller.name, action, subject, detail });
  }
}
