import { createHash } from 'node:crypto';
import type { Clock } from '#core';
import { parseApiKey, type Principal, verifyKey, verifyPassword } from '#identity';
import type { Registry } from '#registry';
import type { ConnectAttempt, Verdict } from './access-policy.js';

/** argon2 takes some 20 ms of a core and 19 MiB. */
const MAX_VERIFICATIONS = 2;
const MAX_WAITING = 32;
/** A verified password is not hashed again for this long, so that a program that reconnects costs one hash a minute. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** People and departments' programs: an account with its password, or the id of an API key with the key. They listen only. */
export class UserAuthenticator {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly remembered = new Map<string, number>();

  constructor(
    private readonly registry: Registry,
    private readonly pepper: string,
    private readonly clock: Clock,
  ) {}

  async authenticate(attempt: ConnectAttempt, username: string, password: string): Promise<Verdict> {
    const principal = (id: string, departments: readonly string[] | null): Principal => ({
      type: 'user',
      id,
      clientId: attempt.clientId,
      departments,
    });
    const key = parseApiKey(password);
    if (key !== null) {
      const departments = await this.departmentsOfKey(key.id, key.secret, username);
      return departments === 'wrong' ? { refused: 'wrong-key' } : { principal: principal(key.id, departments) };
    }
    const account = await this.registry.accounts.get(username);
    const outcome = await this.checkPassword(account?.passwordHash ?? null, username, password);
    if (outcome === 'busy') return { refused: 'throttled' };
    return outcome === 'right' && account !== null
      ? { principal: principal(username, account.departments) }
      : { refused: 'wrong-key' };
  }

  /** What a connected user may see now: its departments, or 'gone'. */
  async departmentsNow(id: string): Promise<readonly string[] | null | 'gone'> {
    const key = await this.registry.accounts.getKey(id);
    if (key !== null) return key.revokedAt !== null || this.expired(key.expiresAt) ? 'gone' : key.departments;
    const account = await this.registry.accounts.get(id);
    return account === null ? 'gone' : account.departments;
  }

  forgetPasswords(): void {
    this.remembered.clear();
  }

  private async departmentsOfKey(
    id: string,
    secret: string,
    username: string,
  ): Promise<readonly string[] | null | 'wrong'> {
    if (username !== id && username !== `ll_${id}`) return 'wrong';
    const key = await this.registry.accounts.getKey(id);
    if (key === null || !verifyKey(this.pepper, secret, key.keyHash)) return 'wrong';
    return key.revokedAt !== null || this.expired(key.expiresAt) ? 'wrong' : key.departments;
  }

  private expired(at: number | null): boolean {
    return at !== null && at <= this.clock.now();
  }

  private async checkPassword(
    hash: string | null,
    username: string,
    password: string,
  ): Promise<'right' | 'wrong' | 'busy'> {
    const memory = createHash('sha256')
      .update(JSON.stringify([username, password, hash]))
      .digest('base64');
    const until = this.remembered.get(memory);
    if (until !== undefined && until > this.clock.monotonic()) return 'right';
    if (!(await this.enter())) return 'busy';
    try {
      if (!(await verifyPassword(hash, password))) return 'wrong';
    } finally {
      this.leave();
    }
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(memory, this.clock.monotonic() + REMEMBER_MS);
    return 'right';
  }

  private async enter(): Promise<boolean> {
    if (this.running < MAX_VERIFICATIONS) {
      this.running++;
      return true;
    }
    if (this.waiting.length >= MAX_WAITING) return false;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return true;
  }

  /** Hands the place on to whoever waits, or frees it. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running--;
    else next();
  }
}
