import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import type { Device, Registry } from '#registry';
import type { Caller } from '../auth/caller.js';
import { isoTime } from '../http/parameters.js';
import { notFound, Problem } from '../http/problem.js';
import { CLOCK, REGISTRY } from '../ports.js';
import type { DeviceWithAccessDto } from './device.dto.js';
import { DeviceKeys } from './device-keys.service.js';
import { viewOfDevice } from './device-view.js';
import { DeviceService } from './device.service.js';

const DAY_MS = 86_400_000;
/** Longer than this an old key is no overlap but a second key. */
const MAX_GRACE_MS = 7 * DAY_MS;
/** ISO 8601-1 5.5.2.2, of days, hours, minutes and seconds, which have a fixed length. */
const DURATION = /^P(?!$)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Who may speak as a device: its key, and whether it may speak at all. Brokers see a change within about a second. */
@Injectable()
export class DeviceAccess {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly devices: DeviceService,
    private readonly keys: DeviceKeys,
  ) {}

  /** A new key. With a grace period the old one, and a connection that used it, go on until it ends. */
  async rotateKey(caller: Caller, id: string, grace: string | undefined): Promise<DeviceWithAccessDto> {
    const graceMs = grace === undefined ? 0 : readGrace(grace);
    const device = await this.devices.get(caller, id);
    const until = this.clock.now() + graceMs;
    const [mqtt] = await this.keys.issue([device], graceMs === 0 ? undefined : until);
    await this.audit(caller, 'device-key-rotated', id, graceMs === 0 ? {} : { formerKeyUntil: isoTime(until) });
    return { ...viewOfDevice(device), mqtt: mqtt! };
  }

  async revokeKey(caller: Caller, id: string): Promise<Device> {
    const device = await this.devices.get(caller, id);
    if (await this.keys.revoke(id)) await this.audit(caller, 'device-key-revoked', id, {});
    return device;
  }

  async isolate(caller: Caller, id: string, reason: string): Promise<Device> {
    await this.devices.get(caller, id);
    const isolation = { reason, by: caller.name, at: this.clock.now() };
    const device = await this.registry.devices.update(id, { enabled: false, isolation });
    if (device === null) throw notFound('device');
    await this.audit(caller, 'device-isolated', id, { reason });
    return device;
  }

  async release(caller: Caller, id: string): Promise<Device> {
    const before = await this.devices.get(caller, id);
    if (before.enabled) return before;
    const device = await this.registry.devices.update(id, { enabled: true, isolation: null });
    if (device === null) throw notFound('device');
    await this.audit(caller, 'device-released', id, { isolatedBy: before.isolation?.by ?? null });
    return device;
  }

  private audit(caller: Caller, action: string, subject: string, detail: Record<string, unknown>): Promise<void> {
    return this.registry.audit.append({ actor: caller.name, action, subject, detail });
  }
}

function readGrace(text: string): number {
  const match = DURATION.exec(text);
  const [days, hours, minutes, seconds] = (match?.slice(1) ?? []).map((part) => Number(part ?? 0));
  const ms = match === null ? NaN : (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1_000;
  if (ms >= 0 && ms <= MAX_GRACE_MS) return ms;
  throw new Problem('bad-request', `'${text}' is not a duration of at most seven days; send ISO 8601, such as PT24H.`, {
    pointer: '/grace',
  });
}
