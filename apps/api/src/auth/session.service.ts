import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import type { Account, Registry } from '#registry';
import type { ApiSettings } from '../environment.js';
import { CLOCK, REGISTRY, SETTINGS } from '../ports.js';

export const SESSION_MS = 12 * 3_600_000;

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
 * that were ended early are remembered, in the registry, where every process sees them.
 */
@Injectable()
export class SessionService {
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
    const { accounts } = this.registry;
    const [hasEnded, account] = await Promise.all([accounts.hasEnded(claims.nonce), accounts.get(claims.username)]);
    if (hasEnded || account === null || tagOfPassword(account) !== claims.password) return null;
    return { account, expiresAt: claims.expiresAt };
  }

  async end(token: string): Promise<void> {
    const claims = this.claimsOf(token);
    if (claims !== null) await this.registry.accounts.endSession(claims.nonce, claims.expiresAt);
  }

  private claimsOf(token: string): SessionClaims | null {
    const [body, signature, ...rest] = token.split('.');
    if (body === undefined || signature === undefined || rest.length > 0) return null;
    const expected = Buffer.from(this.sign(body));
    const actual = Buffer.from(signature);
    if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return null;
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as SessionClaims;
  }

  private sign(body: string): string {
    return createHmac('sha256', this.settings.sessionKey).update(body).digest('base64url');
  }
}

function tagOfPassword(account: Account): string {
  return createHash('sha256').update(account.passwordHash).digest('base64url').slice(0, 16);
}
