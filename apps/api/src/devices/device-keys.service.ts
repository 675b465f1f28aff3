import { Inject, Injectable } from '@nestjs/common';
import { generateKey, hashKey } from '#identity';
import type { Device, Registry } from '#registry';
import type { ApiSettings } from '../environment.js';
import { isoTime } from '../http/parameters.js';
import { REGISTRY, SETTINGS } from '../ports.js';
import type { DeviceKeyDto, MqttAccessDto } from './device.dto.js';
import { mqttAccess } from './device-view.js';

/** Makes the keys of devices. A key is shown to whoever asked for it, once; what is kept is its keyed hash. */
@Injectable()
export class DeviceKeys {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /** New keys, in the order of the devices. Those before go on working until `keepFormerUntil`, else not at all. */
  async issue(devices: readonly Device[], keepFormerUntil?: number): Promise<MqttAccessDto[]> {
    const access = devices.map((device) => mqttAccess(device, generateKey()));
    await this.registry.credentials.put(
      access.map(({ clientId, username, password }) => ({
        username,
        clientId,
        type: 'device' as const,
        subject: username,
        application: null,
        keyHash: hashKey(this.settings.pepper, password),
        certificateFingerprint: null,
        ...(keepFormerUntil === undefined ? {} : { keepFormerUntil }),
      })),
    );
    return access;
  }

  /** False when there was no valid one. */
  revoke(id: string): Promise<boolean> {
    return this.registry.credentials.revoke(id);
  }

  async describe(id: string): Promise<DeviceKeyDto | null> {
    const credential = await this.registry.credentials.get(id);
    if (credential === null) return null;
    const { createdAt, revokedAt, formerUntil } = credential;
    return {
      issuedAt: isoTime(createdAt),
      revokedAt: revokedAt === null ? null : isoTime(revokedAt),
      formerValidUntil: formerUntil === null ? null : isoTime(formerUntil),
    };
  }
}
