import { Injectable } from '@nestjs/common';
import { planClaims } from '#registry';
import type { Caller } from '../auth/caller.js';
import { DeviceImportService, slicesOf } from '../devices/device-import.service.js';
import { labelsOf } from './claim-view.js';
import type { ClaimImportDto } from './claim.dto.js';
import { ClaimService } from './claim.service.js';
import { MAX_CLAIMS_AT_ONCE } from './new-claims.js';

/** Prepares the claims of the sound rows of a CSV file and lists what is wrong with the others. */
@Injectable()
export class ClaimImportService {
  constructor(
    private readonly claims: ClaimService,
    private readonly devices: DeviceImportService,
  ) {}

  async run(caller: Caller, csv: string, dryRun: boolean): Promise<ClaimImportDto> {
    const { rows, valid, faults } = await planClaims(slicesOf(csv), await this.devices.context(caller), MAX_CLAIMS_AT_ONCE); // prettier-ignore
    const found = { rows, valid: valid.length, faults: [...faults] };
    if (dryRun || valid.length === 0) return { ...found, created: 0, labels: null };
    const prepared = await this.claims.prepare(caller, valid);
    return { ...found, created: prepared.length, labels: labelsOf(prepared) };
  }
}
