import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import { CLOCK } from '../ports.js';

const WINDOW_MS = 60_000;
/** Wrong credentials in a window: for one name, and from one address, behind which many people may sit. */
const LIMITS = { name: 10, address: 30 } as const;
const MAX_COUNTERS = 20_000;

export interface GuessSubject {
  readonly address: string;
  /** User name, public part of a key, or device id, as presented. */
  readonly name: string;
}

interface Counter {
  failures: number;
  /** Monotonic milliseconds. */
  startedAt: number;
}

/** Counts wrong credentials by name and by address, so that guessing is slow and seen (THREATS 33). */
@Injectable()
export class GuessThrottle {
  private readonly counters = new Map<string, Counter>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Whole seconds until another attempt is looked at, or null when it may be made now. */
  blockedFor(subject: GuessSubject): number | null {
    const now = this.clock.monotonic();
    let seconds: number | null = null;
    for (const [key, limit] of keysOf(subject)) {
      const counter = this.counters.get(key);
      if (counter === undefined || counter.failures < limit) continue;
      const left = Math.ceil((counter.startedAt + WINDOW_MS - now) / 1000);
      if (left > 0) seconds = Math.max(seconds ?? 0, left);
    }
    return seconds;
  }

  /** Notes a failure; true when it is the one that starts a block. */
  fail(subject: GuessSubject): boolean {
    const now = this.clock.monotonic();
    let started = false;
    for (const [key, limit] of keysOf(subject)) {
      const known = this.counters.get(key);
      const counter =
        known !== undefined && now - known.startedAt < WINDOW_MS ? known : { failures: 0, startedAt: now };
      counter.failures += 1;
      started ||= counter.failures === limit;
      this.counters.delete(key);
      this.counters.set(key, counter);
    }
    while (this.counters.size > MAX_COUNTERS) this.counters.delete(this.counters.keys().next().value!);
    return started;
  }
}

function keysOf({ name, address }: GuessSubject): [string, number][] {
  return [
    [`name ${name.slice(0, 128)}`, LIMITS.name],
    [`address ${address}`, LIMITS.address],
  ];
}
