import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import type { Kind } from '#kinds';
import type { Registry } from '#registry';
import type { Caller } from '../auth/caller.js';
import { CLOCK, REGISTRY } from '../ports.js';

const HOUR_MS = 3_600_000;
/** Beyond it a question is about the kind and not about single devices. */
const MAX_SUBJECTS = 20;
/** Entries of earlier hours are forgotten when there are so many. */
const MAX_REMEMBERED = 50_000;

/**
 * Writes down who looked at values about single persons (THREATS 39): one entry for each caller, device and hour, before the values are
 * answered. When the registry does not take it, there is no answer.
 */
@Injectable()
export class PersonalAccess {
  private readonly noted = new Set<string>();

  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param metrics names of those that are shown; all of the kind when null */
  async note(caller: Caller, kind: Kind, metrics: readonly string[] | null, devices: readonly string[]): Promise<void> {
    const personal = kind.metrics
      .filter(({ name, privacy }) => privacy === 'personal' && (metrics === null || metrics.includes(name)))
      .map(({ name }) => name);
    if (personal.length === 0 || devices.length === 0) return;
    const isMany = devices.length > MAX_SUBJECTS;
    for (const subject of isMany ? [`kind:${kind.name}`] : devices) {
      const key = JSON.stringify([caller.name, subject, Math.floor(this.clock.now() / HOUR_MS)]);
      if (this.noted.has(key)) continue;
      if (this.noted.size >= MAX_REMEMBERED) this.noted.clear();
      const detail = { kind: kind.name, metrics: personal, ...(isMany ? { devices: devices.length } : {}) };
      await this.registry.audit.append({ actor: caller.name, action: 'personal-data-read', subject, detail });
      this.noted.add(key);
    }
  }
}
