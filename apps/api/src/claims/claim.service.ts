import { randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import { hashKey, newClaimCode, readClaimCode } from '#identity';
import { overTemplate } from '#registry';
import type { Claim, NewClaim, NewDevice, Registry } from '#registry';
import { AuthenticationService } from '../auth/authentication.service.js';
import { sees, visible } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import type { DeviceWithAccessDto } from '../devices/device.dto.js';
import { DeviceService } from '../devices/device.service.js';
import type { ApiSettings } from '../environment.js';
import { notFound, Problem } from '../http/problem.js';
import { CLOCK, REGISTRY, SETTINGS } from '../ports.js';
import { deviceIdOf, stateOf, viewOfClaim } from './claim-view.js';
import type { ClaimListDto, ClaimPageDto, PreparedClaimDto, RedeemDto } from './claim.dto.js';
import { readNewClaims } from './new-claims.js';
import type { ClaimRequest } from './new-claims.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const DEFAULT_PAGE = 100;
const ID_ALPHABET = 'abcdefghjkmnpqrstvwxyz0123456789';
const ID_LENGTH = 10;

/** Devices that are prepared in an office and registered in the street, by whoever has their code. */
@Injectable()
export class ClaimService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly devices: DeviceService,
    private readonly authentication: AuthenticationService,
  ) {}

  /** The codes appear in this answer only; what is kept is their keyed hash. */
  async prepare(caller: Caller, body: unknown): Promise<PreparedClaimDto[]> {
    const departments = await this.registry.departments.list();
    const requests = await readNewClaims(body, departments, await this.registry.templates.list(caller.departments));
    for (const { department } of requests) {
      if (sees(caller, department)) continue;
      throw new Problem('forbidden', `The credentials may not prepare devices for '${department}'.`, {
        pointer: '/department',
      });
    }
    await this.refuseRegistered(requests);
    const codes = new Map<string, string>();
    const claims = requests.flatMap((request) =>
      Array.from({ length: request.count ?? 1 }, () => this.claimOf(caller, request, codes)),
    );
    const created = await this.registry.claims.create(claims);
    await this.audit(caller, 'claims-prepared', created.length === 1 ? created[0]!.id : `${created.length} claims`, {
      ids: created.slice(0, 100).map(({ id }) => id),
    });
    const now = this.clock.now();
    return created.map((claim) => ({ ...viewOfClaim(claim, now), code: codes.get(claim.id)! }));
  }

  async list(caller: Caller, { outstanding, limit = DEFAULT_PAGE, after }: ClaimListDto): Promise<ClaimPageDto> {
    const found = await this.registry.claims.list({
      departments: caller.departments,
      limit: limit + 1,
      ...(outstanding === undefined ? {} : { outstanding }),
      ...(after === undefined ? {} : { after }),
    });
    const now = this.clock.now();
    const claims = found.slice(0, limit).map((claim) => viewOfClaim(claim, now));
    return { claims, next: found.length > limit ? claims.at(-1)!.id : null };
  }

  async get(caller: Caller, id: string): Promise<Claim> {
    return visible(caller, await this.registry.claims.get(id), 'claim');
  }

  async revoke(caller: Caller, id: string): Promise<void> {
    const claim = await this.get(caller, id);
    if (claim.redeemedAt !== null)
      throw new Problem('conflict', 'The claim was redeemed already; revoke the key of its device instead.');
    if (await this.registry.claims.revoke(id)) await this.audit(caller, 'claim-revoked', id, {});
  }

  /**
   * @throws Problem `bad-request` for what cannot be a code, `not-found`, `conflict` for one that was used, revoked or has
   * expired, `too-many-requests` after too many that were wrong (THREATS 33)
   */
  async redeem(caller: Caller, address: string, body: RedeemDto): Promise<DeviceWithAccessDto> {
    const code = readClaimCode(body.code);
    // A slip of the finger is no guess, and tells nothing about the codes that there are.
    if (code === null)
      throw new Problem('bad-request', 'This is not a claim code; one character may be mistyped.', {
        pointer: '/code',
      });
    const guess = { name: `claims by ${caller.name}`, address };
    this.authentication.refuseWhenBlocked(guess);
    const claim = await this.registry.claims.findByCode(hashKey(this.settings.pepper, code));
    if (claim === null || !sees(caller, claim.department)) {
      await this.authentication.noteFailure(guess, 'claim-code');
      throw notFound('claim');
    }
    const state = stateOf(claim, this.clock.now());
    if (state !== 'outstanding') throw new Problem('conflict', `The claim is ${state}; ask for another code.`);
    return this.register(caller, claim, body);
  }

  /** The claim is used up first, so that nobody registers with it twice, and given back when that was for nothing. */
  private async register(caller: Caller, claim: Claim, body: RedeemDto): Promise<DeviceWithAccessDto> {
    const device = await this.deviceOf(claim, body);
    if (!(await this.registry.claims.redeem(claim.id, caller.name, device.id)))
      throw new Problem('conflict', 'The claim was redeemed by somebody else just now.');
    try {
      const [created] = await this.devices.create(caller, [device]);
      await this.audit(caller, 'claim-redeemed', claim.id, { device: device.id });
      return created!;
    } catch (error) {
      // What was registered after all, before its key could be made, keeps the claim used up.
      if ((await this.registry.devices.get(device.id))?.createdAt !== undefined && !isConflict(error)) throw error;
      await this.registry.claims.reopen(claim.id);
      throw error;
    }
  }

  private async deviceOf(claim: Claim, { latitude, longitude, name }: RedeemDto): Promise<NewDevice> {
    const { kind, department, deviceType, devEui } = claim;
    const template = claim.template === null ? null : await this.registry.templates.get(claim.template);
    const device = {
      id: deviceIdOf(claim),
      kind,
      department,
      latitude,
      longitude,
      ...(name === undefined ? {} : { name }),
      ...(deviceType === null ? {} : { deviceType }),
      ...(devEui === null ? {} : { devEui }),
    };
    return template === null ? device : overTemplate(template, device);
  }

  private claimOf(caller: Caller, request: ClaimRequest, codes: Map<string, string>): NewClaim {
    const id = Array.from({ length: ID_LENGTH }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]!).join('');
    const code = newClaimCode();
    codes.set(id, code);
    const { kind, department, deviceType, devEui, template, idPrefix, expiresInDays } = request;
    return {
      id,
      codeHash: hashKey(this.settings.pepper, code),
      department,
      kind,
      deviceType: deviceType ?? null,
      devEui: devEui ?? null,
      template: template ?? null,
      deviceId: request.id ?? null,
      idPrefix: idPrefix ?? null,
      createdBy: caller.name,
      expiresAt: this.clock.now() + (expiresInDays ?? DEFAULT_DAYS) * DAY_MS,
    };
  }

  /** Found out now and not in the street. */
  private async refuseRegistered(requests: readonly ClaimRequest[]): Promise<void> {
    const names = requests.flatMap(({ id, devEui }) => [id ?? [], devEui ?? []].flat());
    const taken = await this.registry.devices.findByName(names);
    if (taken.length === 0) return;
    const list = taken.slice(0, 10).map(({ id }) => id).join(', '); // prettier-ignore
    throw new Problem('conflict', `These devices are registered already: ${list}`);
  }

  private audit(caller: Caller, action: string, subject: string, detail: Record<string, unknown>): Promise<void> {
    return this.registry.audit.append({ actor: caller.name, action, subject, detail });
  }
}

function isConflict(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'conflict';
}
