import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import { hashKey, newApiKey } from '#identity';
import type { ApiKey, Registry } from '#registry';
import { sees } from '../auth/caller.js';
import type { Caller } from '../auth/caller.js';
import type { ApiSettings } from '../environment.js';
import { notFound, Problem } from '../http/problem.js';
import { requireDepartments } from '../kinds/catalogue-faults.js';
import { CLOCK, REGISTRY, SETTINGS } from '../ports.js';
import type { NewApiKeyDto } from './accounts.dto.js';

const DAY_MS = 86_400_000;

/** API keys whose departments lie within those of the caller. */
@Injectable()
export class ApiKeyService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(caller: Caller): Promise<ApiKey[]> {
    return (await this.registry.accounts.listKeys()).filter((key) => within(caller, key.departments));
  }

  async create(caller: Caller, wish: NewApiKeyDto): Promise<{ stored: ApiKey; key: string }> {
    const { departments = null, expiresInDays = null } = wish;
    if (!within(caller, departments)) {
      throw new Problem('forbidden', 'A key cannot see more departments than the credentials that make it.', {
        pointer: '/departments',
      });
    }
    await requireDepartments(this.registry, departments);
    const { id, secret, key } = newApiKey();
    const stored = await this.registry.accounts.createKey({
      id,
      name: wish.name,
      keyHash: hashKey(this.settings.pepper, secret),
      role: wish.role,
      departments,
      expiresAt: expiresInDays === null ? null : this.clock.now() + expiresInDays * DAY_MS,
    });
    await this.registry.audit.append({
      actor: caller.name,
      action: 'api-key-created',
      subject: id,
      detail: { name: wish.name, role: wish.role, departments },
    });
    return { stored, key };
  }

  async revoke(caller: Caller, id: string): Promise<void> {
    const key = await this.registry.accounts.getKey(id);
    if (key === null || !within(caller, key.departments)) throw notFound('API key');
    await this.registry.accounts.revokeKey(id);
    await this.registry.audit.append({ actor: caller.name, action: 'api-key-revoked', subject: id, detail: {} });
  }
}

/** Whether a scope is no wider than the caller's. */
export function within(caller: Caller, departments: readonly string[] | null): boolean {
  if (departments === null) return caller.departments === null;
  return departments.every((department) => sees(caller, department));
}
