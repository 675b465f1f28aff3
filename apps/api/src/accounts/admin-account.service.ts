import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { hashPassword, verifyPassword } from '#identity';
import type { Registry } from '#registry';
import type { ApiSettings } from '../environment.js';
import { REGISTRY, SETTINGS } from '../ports.js';
import { ADMIN } from './accounts.controller.js';

/** Makes the account of the administrator, and keeps its password equal to the configured one. */
@Injectable()
export class AdminAccount implements OnApplicationBootstrap {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { adminPassword } = this.settings;
    const account = await this.registry.accounts.get(ADMIN);
    const current =
      account?.role === 'admin' &&
      account.departments === null &&
      (await verifyPassword(account.passwordHash, adminPassword));
    if (current) return;
    await this.registry.accounts.put({
      username: ADMIN,
      passwordHash: await hashPassword(adminPassword),
      role: 'admin',
      departments: null,
    });
  }
}
