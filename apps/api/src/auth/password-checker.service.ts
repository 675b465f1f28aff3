import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import { verifyPassword } from '#identity';
import { CLOCK } from '../ports.js';

const REMEMBERED_MS = 5 * 60_000;
const MAX_REMEMBERED = 1_000;
/** Each verification takes 19 MiB and a thread of the pool for some 20 ms. */
const MAX_AT_ONCE = 4;

/**
 * argon2 for every request of a script that sends HTTP Basic would cost more than the request. A right password is
 * remembered for minutes, under a key of this process and together with the stored hash, so that a changed password counts at once.
 */
@Injectable()
export class PasswordChecker {
  private readonly key = randomBytes(32);
  private readonly right = new Map<string, number>();
  private readonly running = new Map<string, Promise<boolean>>();
  private readonly waiting: (() => void)[] = [];
  private active = 0;

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Whether this very check was answered with yes a short while ago; costs one HMAC. */
  remembers(passwordHash: string, password: string): boolean {
    const expires = this.right.get(this.tagOf(passwordHash, password));
    return expires !== undefined && expires > this.clock.monotonic();
  }

  /** Null: there is no such account; takes as long as a wrong password. */
  async check(passwordHash: string | null, password: string): Promise<boolean> {
    const tag = this.tagOf(passwordHash ?? '', password);
    const running = this.running.get(tag) ?? this.start(tag, passwordHash, password);
    return running;
  }

  private start(tag: string, passwordHash: string | null, password: string): Promise<boolean> {
    const check = this.verify(passwordHash, password)
      .then((ok) => {
        if (ok) this.remember(tag);
        return ok;
      })
      .finally(() => this.running.delete(tag));
    this.running.set(tag, check);
    return check;
  }

  private async verify(passwordHash: string | null, password: string): Promise<boolean> {
    if (this.active >= MAX_AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.active += 1;
    try {
      return await verifyPassword(passwordHash, password);
    } finally {
      this.active -= 1;
      this.waiting.shift()?.();
    }
  }

  private remember(tag: string): void {
    this.right.delete(tag);
    this.right.set(tag, this.clock.monotonic() + REMEMBERED_MS);
    if (this.right.size > MAX_REMEMBERED) this.right.delete(this.right.keys().next().value!);
  }

  private tagOf(passwordHash: string, password: string): string {
    return createHmac('sha256', this.key).update(passwordHash).update('\0').update(password).digest('base64');
  }
}
