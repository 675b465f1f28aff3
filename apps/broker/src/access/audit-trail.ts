import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Clock } from '#core';
import type { Registry } from '#registry';
import { TokenBucket } from '../front/token-bucket.js';
import { CLOCK, LOGGER, REGISTRY } from '../tokens.js';

/** The same actor doing the same thing is written once in this time, with how often it happened meanwhile. */
const REPEAT_MS = 60_000;
const MAX_KEYS = 10_000;
/** Entries a second over all; an attacker must not fill the registry. */
const PER_SECOND = 20;
const BURST = 200;

/** Denials and failed logins, written to the registry's audit without waiting for it. Never holds what was typed as a secret. */
@Injectable()
export class AuditTrail {
  private readonly seen = new Map<string, { until: number; suppressed: number }>();
  private readonly bucket: TokenBucket;

  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.bucket = new TokenBucket(PER_SECOND, BURST, clock.monotonic());
  }

  record(entry: { actor: string; action: string; subject: string; detail: Record<string, unknown> }): void {
    const now = this.clock.monotonic();
    const key = `${entry.action}\n${entry.actor}\n${entry.subject}`;
    const before = this.seen.get(key);
    if (before !== undefined && before.until > now) {
      before.suppressed++;
      return;
    }
    if (!this.bucket.has(1, now)) return;
    this.bucket.take(1, now);
    if (this.seen.size >= MAX_KEYS) this.seen.clear();
    this.seen.set(key, { until: now + REPEAT_MS, suppressed: 0 });
    const detail =
      before === undefined || before.suppressed === 0 ? entry.detail : { ...entry.detail, repeated: before.suppressed };
    this.logger.warn({ actor: entry.actor, subject: entry.subject, ...detail }, entry.action);
    this.registry.audit.append({ ...entry, detail }).catch((error: unknown) => {
      this.logger.error({ reason: (error as Error).message }, 'audit entry not written');
    });
  }
}
