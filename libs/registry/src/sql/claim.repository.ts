import type { Selectable } from 'kysely';
import type { Claim, ClaimQuery, ClaimRepository, NewClaim } from '../onboarding.js';
import { chunksOf, type SqlContext } from './context.js';
import type { ClaimRow } from './schema.js';

export class SqlClaimRepository implements ClaimRepository {
  constructor(private readonly context: SqlContext) {}

  async create(claims: readonly NewClaim[]): Promise<Claim[]> {
    const now = this.context.clock.now();
    const rows = claims.map((claim) => toRow(claim, now));
    await this.context.db.transaction().execute(async (transaction) => {
      for (const chunk of chunksOf(rows)) await transaction.insertInto('claims').values(chunk).execute();
    });
    return rows.map(toClaim);
  }

  async get(id: string): Promise<Claim | null> {
    const row = await this.context.db.selectFrom('claims').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toClaim(row);
  }

  async findByCode(codeHash: string): Promise<Claim | null> {
    const row = await this.context.db
      .selectFrom('claims')
      .selectAll()
      .where('code_hash', '=', codeHash)
      .executeTakeFirst();
    return row === undefined ? null : toClaim(row);
  }

  async list({ departments, outstanding, limit, after }: ClaimQuery): Promise<Claim[]> {
    let select = this.context.db.selectFrom('claims').selectAll().orderBy('id').limit(limit);
    if (departments !== null)
      select = select.where((eb) => this.context.dialect.isOneOf(eb.ref('department'), departments));
    if (outstanding === true) {
      select = select
        .where('redeemed_at', 'is', null)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', this.context.clock.now());
    }
    if (after !== undefined) select = select.where('id', '>', after);
    return (await select.execute()).map(toClaim);
  }

  /** One statement decides: of two installers with the same code the second finds it used. */
  redeem(id: string, by: string, device: string): Promise<boolean> {
    const now = this.context.clock.now();
    return this.context.db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('claims')
        .set({ redeemed_at: now, redeemed_by: by, device })
        .where('id', '=', id)
        .where('redeemed_at', 'is', null)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async reopen(id: string): Promise<void> {
    await this.context.db
      .transaction()
      .execute((transaction) =>
        transaction
          .updateTable('claims')
          .set({ redeemed_at: null, redeemed_by: null, device: null })
          .where('id', '=', id)
          .execute(),
      );
  }

  revoke(id: string): Promise<boolean> {
    return this.context.db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('claims')
        .set({ revoked_at: this.context.clock.now() })
        .where('id', '=', id)
        .where('redeemed_at', 'is', null)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }
}

function toRow(claim: NewClaim, now: number): ClaimRow {
  return {
    id: claim.id,
    code_hash: claim.codeHash,
    department: claim.department,
    kind: claim.kind,
    device_type: claim.deviceType,
    dev_eui: claim.devEui?.toLowerCase() ?? null,
    template: claim.template,
    device_id: claim.deviceId,
    id_prefix: claim.idPrefix,
    created_by: claim.createdBy,
    created_at: now,
    expires_at: claim.expiresAt,
    redeemed_at: null,
    redeemed_by: null,
    device: null,
    revoked_at: null,
  };
}

function toClaim(row: Selectable<ClaimRow>): Claim {
  return {
    id: row.id,
    codeHash: row.code_hash,
    department: row.department,
    kind: row.kind,
    deviceType: row.device_type,
    devEui: row.dev_eui,
    template: row.template,
    deviceId: row.device_id,
    idPrefix: row.id_prefix,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    redeemedAt: row.redeemed_at,
    redeemedBy: row.redeemed_by,
    device: row.device,
    revokedAt: row.revoked_at,
  };
}
