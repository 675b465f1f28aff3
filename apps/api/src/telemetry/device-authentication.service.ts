import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { verifyKey } from '#identity';
import { kinds, refusalOf } from '#kinds';
import type { Clock } from '#core';
import type { Credential, Device, Registry } from '#registry';
import { AuthenticationService } from '../auth/authentication.service.js';
import { presentedBy } from '../auth/credentials.js';
import type { ApiSettings } from '../environment.js';
import { Problem } from '../http/problem.js';
import { CLOCK, REGISTRY, SETTINGS } from '../ports.js';

const NO_HASH = 'A'.repeat(43);

/** Finds the device that sends HTTP telemetry, by the key that it would use for MQTT. */
@Injectable()
export class DeviceAuthentication {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly authentication: AuthenticationService,
  ) {}

  /** @throws Problem `unauthenticated`, `too-many-requests`, `forbidden` for an isolated device, `kind-not-approved` */
  async deviceOf(request: FastifyRequest): Promise<Device> {
    const { id, key } = presentedKey(request);
    const credential = await this.registry.credentials.get(id);
    const right = this.isRight(key, credential);
    if (credential === null || !right || credential.type !== 'device' || credential.revokedAt !== null) {
      const subject = { name: id, address: request.ip };
      this.authentication.refuseWhenBlocked(subject);
      await this.authentication.noteFailure(subject, 'device-key');
      throw new Problem('unauthenticated', 'The device id or its key is wrong.');
    }
    const device = await this.registry.devices.get(credential.subject);
    if (device === null) throw new Problem('unauthenticated', 'The device id or its key is wrong.');
    if (!device.enabled) throw new Problem('forbidden', 'The device is isolated.');
    const refusal = refusalOf(device.kind, kinds, this.settings.approvals);
    if (refusal !== null) throw new Problem('kind-not-approved', refusal);
    return device;
  }

  /** The key that it has, or the one before while that may still be used. Both are looked at, whichever it is. */
  private isRight(key: string, credential: Credential | null): boolean {
    const { keyHash = NO_HASH, formerKeyHash = null, formerUntil = null } = credential ?? {};
    const isCurrent = verifyKey(this.settings.pepper, key, keyHash);
    const isFormer = verifyKey(this.settings.pepper, key, formerKeyHash ?? NO_HASH);
    return isCurrent || (isFormer && this.clock.now() < (formerUntil ?? 0));
  }
}

function presentedKey(request: FastifyRequest): { id: string; key: string } {
  const presented = presentedBy(request.headers);
  if (presented.type === 'basic') return { id: presented.username, key: presented.password };
  const id = request.headers['x-device-id'];
  if (presented.type === 'bearer' && typeof id === 'string' && id !== '') return { id, key: presented.token };
  throw new Problem('unauthenticated', 'Send HTTP Basic of device id and key, or the key as Bearer with X-Device-Id.');
}
