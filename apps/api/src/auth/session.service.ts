import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import type { Account, Registry } from '#registry';
import type { ApiSettings } from '../environment.js';
import { CLOCK, REGISTRY, SETTINGS } from '../ports.js';

export const SESSION_MS = 12 * 3_600_000;
const REVOKED_STATE = 'api:revoked-sessions';

interface SessionClaims {
  readonly username: string;
  /** Ties the session to the password it was opened with: a changed password ends it. */
  readonly password: string;
  /** Wall clock: the session has to survive a restart. */
  readonly expiresAt: number;
  readonly nonce: string;
}

/**
 * Sessions of the console: signed claims in a cookie, so that a restart of this process signs nobody out. Only sessions
 * that were ended early are remembered, until they would have expired.
 */
@Injectable()
export class SessionService {
  private readonly revoked = new Map<string, number>();
  private loaded: Promise<void> | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  open(account: Account): { token: string; expiresAt: number } {
    const expiresAt = this.clock.now() + SESSION_MS;
    const claims: SessionClaims = {
      username: account.username,
      password: tagOfPassword(account),
      expiresAt,
      nonce: randomBytes(12).toString('base64url'),
    };
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return { token: `${body}.${this.sign(body)}`, expiresAt };
  }

  /** The account of a session that is genuine, not expired, not ended, and whose password is still the same. */
  async accountOf(token: string): Promise<{ account: Account; expiresAt: number } | null> {
    const claims = this.claimsOf(token);
    if (claims === null || claims.expiresAt <= this.clock.now()) return null;
    await this.load();
    if (this.revoked.has(claims.nonce)) return null;
    const account = await this.registry.accounts.get(claims.username);
    if (account === null || tagOfPassword(account) !== claims.password) return null;
    return { account, expiresAt: claims.expiresAt };
  }

  async end(token: string): Promise<void> {
    const claims = this.claimsOf(token);
    if (claims === null) return;
    await this.load();
    this.revoked.set(claims.nonce, claims.expiresAt);
    const now = this.clock.now();
    for (const [nonce, expiresAt] of this.revoked) if (expiresAt <= now) this.revoked.delete(nonce);
    await this.registry.state.put(REVOKED_STATE, JSON.stringify([...this.revoked]));
  }

  private claimsOf(token: string): SessionClaims | null {
    const [body, signature, ...rest] = token.split('.');
    if (body === undefined || signature === undefined || rest.length > 0) return null;
    const expected = Buffer.from(this.sign(body));
    const actual = Buffer.from(signature);
    if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return null;
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as SessionClaims;
  }

  private load(): Promise<void> {
    this.loaded ??= this.registry.state.get(REVOKED_STATE).then((text) => {
      for (const [nonce, expiresAt] of JSON.parse(text ?? '[]') as [string, number][])
        this.revoked.set(nonce, expiresAt);
    });
    // A failed load is tried again by the next caller.
    this.loaded.catch(() => (this.loaded = undefined));
    return this.loaded;
  }

  private sign(body: string): string {
    return createHmac('sha256', this.settings.sessionKey).update(body).digest('base64url');
  }
}

function tagOfPassword(account: Account): string {
  return createHash('sha256').update(account.passwordHash).digest('base64url').slice(0, 16);
}
