import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { parseApiKey, verifyKey, withoutSecrets } from '#identity';
import type { Clock } from '#core';
import type { Account, ApiKey, Registry } from '#registry';
import type { ApiSettings } from '../environment.js';
import { Problem } from '../http/problem.js';
import { CLOCK, REGISTRY, SETTINGS } from '../ports.js';
import { isCrossSiteWrite } from './cross-site.js';
import type { Caller } from './caller.js';
import { presentedBy } from './credentials.js';
import { GuessThrottle } from './guess-throttle.js';
import type { GuessSubject } from './guess-throttle.js';
import { PasswordChecker } from './password-checker.service.js';
import { SessionService } from './session.service.js';

/** A hash that no key has, so that an unknown id takes as long as a wrong secret. */
const NO_HASH = 'A'.repeat(43);

/** Finds out who sends a request: account with password, API key, or session of the console. */
@Injectable()
export class AuthenticationService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly throttle: GuessThrottle,
    private readonly passwords: PasswordChecker,
    private readonly sessions: SessionService,
  ) {}

  /**
   * Null when the request presents nothing.
   * @throws Problem `unauthenticated`, `too-many-requests` after too many wrong attempts, `forbidden` for a write that
   * another site makes with the cookie
   */
  async callerOf(request: FastifyRequest): Promise<Caller | null> {
    const presented = presentedBy(request.headers);
    switch (presented.type) {
      case 'none':
        return null;
      case 'basic': {
        const account = await this.accountByPassword(presented.username, presented.password, request.ip);
        return callerOfAccount(account, 'password');
      }
      case 'bearer':
        return this.callerByKey(presented.token, request.ip);
      case 'session':
        return this.callerBySession(presented.token, request);
      case 'malformed':
        throw new Problem('unauthenticated', 'The Authorization header is neither Basic nor Bearer of an API key.');
    }
  }

  async accountByPassword(username: string, password: string, address: string): Promise<Account> {
    const account = await this.registry.accounts.get(username);
    // Who was right a minute ago is not held up because somebody else guesses.
    if (account !== null && this.passwords.remembers(account.passwordHash, password)) return account;
    const subject = { name: username, address };
    this.refuseWhenBlocked(subject);
    const right = await this.passwords.check(account?.passwordHash ?? null, password);
    if (account !== null && right) return account;
    await this.noteFailure(subject, 'password');
    throw new Problem('unauthenticated', 'The user name or the password is wrong.');
  }

  private async callerByKey(token: string, address: string): Promise<Caller> {
    const parts = parseApiKey(token);
    const key = parts === null ? null : await this.registry.accounts.getKey(parts.id);
    // A token that is no key of ours (a JWT, say) is never decoded, so no algorithm of its own can be asked for (THREATS 32).
    const right = verifyKey(this.settings.pepper, parts?.secret ?? '', key?.keyHash ?? NO_HASH);
    if (key !== null && right && this.isValid(key)) {
      return { name: `key:${key.id}`, role: key.role, departments: key.departments, via: 'key' };
    }
    // 192 bits cannot be guessed, so a right key is never held up; wrong ones are slowed down and seen.
    const subject = { name: parts?.id ?? 'not-a-key', address };
    this.refuseWhenBlocked(subject);
    await this.noteFailure(subject, 'api-key');
    throw new Problem('unauthenticated', 'The API key is unknown, revoked or expired.');
  }

  private async callerBySession(token: string, request: FastifyRequest): Promise<Caller> {
    const session = await this.sessions.accountOf(token);
    if (session === null) throw new Problem('unauthenticated', 'The session has ended; sign in again.');
    if (isCrossSiteWrite(request)) {
      throw new Problem('forbidden', 'A write with the session cookie must come from the console itself.');
    }
    return callerOfAccount(session.account, 'session');
  }

  refuseWhenBlocked(subject: GuessSubject): void {
    const seconds = this.throttle.blockedFor(subject);
    if (seconds === null) return;
    throw new Problem('too-many-requests', 'Too many wrong credentials were tried.', { retryAfterSeconds: seconds });
  }

  async noteFailure(
    subject: GuessSubject,
    method: 'password' | 'api-key' | 'device-key' | 'network-server-key' | 'claim-code',
  ): Promise<void> {
    const startsBlock = this.throttle.fail(subject);
    await this.registry.audit.append({
      actor: 'anonymous',
      action: startsBlock ? 'authentication-throttled' : 'authentication-failed',
      // Somebody may have typed a key into the field of a name (THREATS 37).
      subject: withoutSecrets(subject.name).slice(0, 128),
      detail: { method, address: subject.address },
    });
  }

  private isValid(key: ApiKey): boolean {
    return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > this.clock.now());
  }
}

function callerOfAccount(account: Account, via: Caller['via']): Caller {
  return { name: account.username, role: account.role, departments: account.departments, via };
}
