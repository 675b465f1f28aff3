import type { Clock } from '#core';
import { TokenBucket } from '../front/token-bucket.js';

/** Failed logins of one address that are looked into at once, and how many more a second. */
const BURST = 30;
const PER_SECOND = 0.5;
const MAX_ADDRESSES = 20_000;

/**
 * Failed logins by address. An address that used up its failures gets no more database look-ups and no more password
 * hashing. A credential that is known and right still gets in, so one bad device cannot lock out its neighbours behind
 * the same NAT; the keys of devices have 192 bits and cannot be guessed.
 */
export class LoginThrottle {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(private readonly clock: Clock) {}

  exhausted(address: string): boolean {
    const bucket = this.buckets.get(address);
    return bucket !== undefined && !bucket.has(1, this.clock.monotonic());
  }

  failed(address: string): void {
    const now = this.clock.monotonic();
    let bucket = this.buckets.get(address);
    if (bucket === undefined) {
      if (this.buckets.size >= MAX_ADDRESSES) this.buckets.delete(this.buckets.keys().next().value!);
      this.buckets.set(address, (bucket = new TokenBucket(PER_SECOND, BURST, now)));
    }
    if (bucket.has(1, now)) bucket.take(1, now);
  }
}
