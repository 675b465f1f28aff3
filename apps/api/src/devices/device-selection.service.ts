import { Inject, Injectable } from '@nestjs/common';
import type { Device, DeviceQuery, Registry } from '#registry';
import { scopeOf } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { Problem } from '../http/problem.js';
import { REGISTRY } from '../ports.js';
import type { DeviceFilterDto } from './device.dto.js';

const PAGE = 10_000;
const MAX_DEVICES = 250_000;

/** Finds the devices that a query across devices is about, never outside the departments of the caller. */
@Injectable()
export class DeviceSelection {
  constructor(@Inject(REGISTRY) private readonly registry: Registry) {}

  async select(caller: Caller, filter: DeviceFilterDto & { devices?: readonly string[] }): Promise<Device[]> {
    const { kind, department, district, bbox, devices } = filter;
    const query: Omit<DeviceQuery, 'limit' | 'after'> = {
      departments: scopeOf(caller, department),
      ...(kind === undefined ? {} : { kind }),
      ...(district === undefined ? {} : { district }),
      ...(bbox === undefined ? {} : { bbox }),
      ...(devices === undefined ? {} : { ids: devices }),
    };
    const found: Device[] = [];
    for (;;) {
      const after = found.at(-1)?.id;
      const page = await this.registry.devices.list({
        ...query,
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      found.push(...page);
      if (page.length < PAGE) return found;
      if (found.length >= MAX_DEVICES)
        throw new Problem('query-too-large', `The filters find more than ${MAX_DEVICES} devices.`);
    }
  }
}
