import type { Selectable } from 'kysely';
import type { Credential, CredentialRepository, NewCredential } from '../access.js';
import { chunksOf, type SqlContext, writeWithChanges } from './context.js';
import type { CredentialRow } from './schema.js';

export class SqlCredentialRepository implements CredentialRepository {
  constructor(private readonly context: SqlContext) {}

  async get(username: string): Promise<Credential | null> {
    const row = await this.context.db
      .selectFrom('credentials')
      .selectAll()
      .where('username', '=', username)
      .executeTakeFirst();
    return row === undefined ? null : toCredential(row);
  }

  async list(after: string | null, limit: number): Promise<Credential[]> {
    let select = this.context.db.selectFrom('credentials').selectAll().orderBy('username').limit(limit);
    if (after !== null) select = select.where('username', '>', after);
    return (await select.execute()).map(toCredential);
  }

  /** A credential that is replaced is no longer revoked: it has another key. */
  put(credentials: readonly NewCredential[]): Promise<void> {
    const now = this.context.clock.now();
    // One statement cannot touch a row twice; of repeated user names the last one counts.
    const byUsername = new Map(credentials.map((credential) => [credential.username, toRow(credential, now)]));
    return writeWithChanges(this.context, 'credential', async (transaction) => {
      for (const chunk of chunksOf([...byUsername.values()])) {
        await transaction
          .insertInto('credentials')
          .values(chunk)
          .onConflict((on) =>
            on.column('username').doUpdateSet((eb) => ({
              client_id: eb.ref('excluded.client_id'),
              type: eb.ref('excluded.type'),
              subject: eb.ref('excluded.subject'),
              application: eb.ref('excluded.application'),
              key_hash: eb.ref('excluded.key_hash'),
              certificate_fingerprint: eb.ref('excluded.certificate_fingerprint'),
              revoked_at: eb.ref('excluded.revoked_at'),
              created_at: eb.ref('excluded.created_at'),
              former_until: eb
                .case()
                .when('credentials.revoked_at', 'is', null)
                .then(eb.ref('excluded.former_until'))
                .else(null)
                .end(),
              former_key_hash: eb
                .case()
                .when(eb.and([eb('credentials.revoked_at', 'is', null), eb('excluded.former_until', 'is not', null)]))
                .then(eb.ref('credentials.key_hash'))
                .else(null)
                .end(),
            })),
          )
          .execute();
      }
      return { result: undefined, changed: [...byUsername.keys()] };
    });
  }

  revoke(username: string): Promise<boolean> {
    return writeWithChanges(this.context, 'credential', async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('credentials')
        .set({ revoked_at: this.context.clock.now(), former_key_hash: null, former_until: null })
        .where('username', '=', username)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      const revoked = numUpdatedRows > 0n;
      return { result: revoked, changed: revoked ? [username] : [] };
    });
  }
}

function toRow(credential: NewCredential, now: number): CredentialRow {
  return {
    username: credential.username,
    client_id: credential.clientId,
    type: credential.type,
    subject: credential.subject,
    application: credential.application,
    key_hash: credential.keyHash,
    certificate_fingerprint: credential.certificateFingerprint,
    revoked_at: null,
    created_at: now,
    former_key_hash: null,
    former_until: credential.keepFormerUntil ?? null,
  };
}

function toCredential(row: Selectable<CredentialRow>): Credential {
  return {
    username: row.username,
    clientId: row.client_id,
    type: row.type,
    subject: row.subject,
    application: row.application,
    keyHash: row.key_hash,
    certificateFingerprint: row.certificate_fingerprint,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
    // A new credential has no key before it, whatever was asked for.
    formerKeyHash: row.former_key_hash,
    formerUntil: row.former_key_hash === null ? null : row.former_until,
  };
}
