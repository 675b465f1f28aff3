import { Inject, Injectable } from '@nestjs/common';
import { deviceKinds, kinds, refusalOf } from '#kinds';
import { LamplighterError } from '#core';
import { planImport } from '#registry';
import type { ImportContext, ImportFault, ImportPlan, NewDevice, Registry } from '#registry';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import { DeviceTypeCatalogue } from '../device-types/device-type-catalogue.service.js';
import type { ApiSettings } from '../environment.js';
import { REGISTRY, SETTINGS } from '../ports.js';
import type { DeviceWithAccessDto } from './device.dto.js';
import type { ImportResultDto } from './device-import.dto.js';
import { DeviceService } from './device.service.js';

/** Rows of one transaction: the embedded registry works on this thread, which has requests to answer in between. */
const BATCH = 100;
/** Characters of the file that are looked at before anything else gets its turn. */
const SLICE = 16 * 1024;

/** How far an import is. */
export interface ImportProgress {
  checked(rows: number): void;
  registered(devices: readonly DeviceWithAccessDto[]): void;
}

const NO_PROGRESS: ImportProgress = { checked: () => undefined, registered: () => undefined };

/** Registers the sound rows of a CSV file and lists what is wrong with the others. */
@Injectable()
export class DeviceImportService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    private readonly devices: DeviceService,
    private readonly types: DeviceTypeCatalogue,
  ) {}

  async run(
    caller: Caller,
    csv: string,
    dryRun: boolean,
    progress: ImportProgress = NO_PROGRESS,
  ): Promise<ImportResultDto> {
    const { rows, valid, validRows, faults } = await this.plan(caller, csv, progress);
    if (dryRun) return { rows, valid: valid.length, created: 0, faults: [...faults] };
    const created: DeviceWithAccessDto[] = [];
    const late: ImportFault[] = [];
    for (let at = 0; at < valid.length; at += BATCH) {
      const batch = await this.register(caller, valid.slice(at, at + BATCH), validRows.slice(at, at + BATCH), late);
      progress.registered(batch);
      created.push(...batch);
      await othersTurn();
    }
    const all = late.length === 0 ? faults : [...faults, ...late].sort((a, b) => a.row - b.row);
    return { rows, valid: valid.length, created: created.length, faults: [...all], devices: created };
  }

  private async plan(caller: Caller, csv: string, { checked }: ImportProgress): Promise<ImportPlan> {
    return planImport(slicesOf(csv), { ...(await this.context(caller)), checked });
  }

  /** What rows of a file are judged by, as far as the caller sees it. */
  async context(caller: Caller): Promise<ImportContext> {
    const departments = (await this.registry.departments.list()).map(({ id }) => id).filter((id) => sees(caller, id));
    return {
      kinds: deviceKinds,
      refusalOf: (kind) => refusalOf(kind, kinds, this.settings.approvals),
      departments,
      deviceTypes: await this.types.kinds(),
      templates: await this.registry.templates.list(caller.departments),
      registered: async (ids) => new Set((await this.registry.devices.getMany(ids)).map(({ id }) => id)),
      registeredEuis: async (euis) =>
        new Set((await this.registry.devices.findByName(euis)).flatMap(({ devEui }) => devEui ?? [])),
    };
  }

  /** Somebody may have registered one of the devices since the file was checked: then the others are registered alone. */
  private async register(
    caller: Caller,
    devices: readonly NewDevice[],
    rows: readonly number[],
    late: ImportFault[],
  ): Promise<DeviceWithAccessDto[]> {
    try {
      return await this.devices.create(caller, devices);
    } catch (error) {
      if (!(error instanceof LamplighterError) || error.code !== 'conflict') throw error;
      if (devices.length > 1) {
        const middle = devices.length >> 1;
        return [
          ...(await this.register(caller, devices.slice(0, middle), rows.slice(0, middle), late)),
          ...(await this.register(caller, devices.slice(middle), rows.slice(middle), late)),
        ];
      }
      late.push({ row: rows[0]!, column: 'id', code: 'conflict', detail: error.message, actual: devices[0]!.id });
      return [];
    }
  }
}

/** The file in pieces, with requests answered in between: parsing holds up nobody. */
export async function* slicesOf(csv: string): AsyncGenerator<string> {
  for (let at = 0; at < csv.length; at += SLICE) {
    yield csv.slice(at, at + SLICE);
    await othersTurn();
  }
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
