import type { Claim } from '#registry';
import { csvDocument } from '../http/csv.js';
import { isoTime } from '../http/parameters.js';
import type { ClaimDto, PreparedClaimDto } from './claim.dto.js';

/** Id that the device of the claim will have. */
export function deviceIdOf({ id, deviceId, idPrefix }: Pick<Claim, 'id' | 'deviceId' | 'idPrefix'>): string {
  return deviceId ?? `${idPrefix ?? ''}${id}`;
}

export function viewOfClaim(claim: Claim, now: number): ClaimDto {
  const { id, kind, department, deviceType, devEui, template, createdBy, redeemedBy } = claim;
  return {
    id,
    device: claim.device ?? deviceIdOf(claim),
    kind,
    department,
    deviceType,
    devEui,
    template,
    state: stateOf(claim, now),
    createdBy,
    createdAt: isoTime(claim.createdAt),
    expiresAt: isoTime(claim.expiresAt),
    redeemedAt: claim.redeemedAt === null ? null : isoTime(claim.redeemedAt),
    redeemedBy,
  };
}

export function stateOf({ redeemedAt, revokedAt, expiresAt }: Claim, now: number): ClaimDto['state'] {
  if (redeemedAt !== null) return 'redeemed';
  if (revokedAt !== null) return 'revoked';
  return expiresAt <= now ? 'expired' : 'outstanding';
}

/** One row a label. */
export function labelsOf(claims: readonly PreparedClaimDto[]): string {
  return csvDocument(
    ['code', 'device', 'kind', 'department', 'devEui', 'deviceType', 'expiresAt', 'claim'],
    claims.map(({ code, device, kind, department, devEui, deviceType, expiresAt, id }) => [
      code,
      device,
      kind,
      department,
      devEui,
      deviceType,
      expiresAt,
      id,
    ]),
  );
}
