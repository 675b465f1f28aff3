import { Inject, Injectable } from '@nestjs/common';
import { deviceKinds, kinds, refusalOf } from '#kinds';
import { planImport } from '#registry';
import type { Registry } from '#registry';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceTypeCatalogue } from '../device-types/device-type-catalogue.service.js';
import type { ApiSettings } from '../environment.js';
import { REGISTRY, SETTINGS } from '../ports.js';
import type { DeviceWithAccessDto } from './device.dto.js';
import type { ImportResultDto } from './device-import.dto.js';
import { DeviceService } from './device.service.js';

/** Rows of one transaction: the embedded registry works on this thread, which has requests to answer in between. */
const BATCH = 1_000;

/** Registers the sound rows of a CSV file and lists what is wrong with the others. */
@Injectable()
export class DeviceImportService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    private readonly devices: DeviceService,
    private readonly types: DeviceTypeCatalogue,
  ) {}

  async run(caller: Caller, csv: string, dryRun: boolean): Promise<ImportResultDto> {
    const departments = (await this.registry.departments.list()).map(({ id }) => id).filter((id) => sees(caller, id));
    const { rows, valid, faults } = await planImport(csv, {
      kinds: deviceKinds,
      refusalOf: (kind) => refusalOf(kind, kinds, this.settings.approvals),
      departments,
      deviceTypes: await this.types.kinds(),
      registered: async (ids) => new Set((await this.registry.devices.getMany(ids)).map(({ id }) => id)),
    });
    const plan = { rows, valid: valid.length, faults: [...faults] };
    if (dryRun) return { ...plan, created: 0 };
    const created: DeviceWithAccessDto[] = [];
    for (let at = 0; at < valid.length; at += BATCH) {
      created.push(...(await this.devices.create(caller, valid.slice(at, at + BATCH))));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { ...plan, created: created.length, devices: created };
  }
}
