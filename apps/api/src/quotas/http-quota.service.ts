import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { quotaFor, QuotaMeter, QuotaNotices } from '#core';
import type { Clock, QuotaUsage } from '#core';
import type { Device } from '#registry';
import type { ApiSettings } from '../environment.js';
import { Problem } from '../http/problem.js';
import { CLOCK, LOGGER, SERVICE_BUS, SETTINGS } from '../ports.js';
import type { ServiceBus } from '../ports.js';

/** Devices that were not heard of for the longest are forgotten first. */
const MAX_DEVICES = 50_000;
const SWEEP_MS = 60_000;

/** Quotas of devices that send over HTTP: what is above it is not taken at all, so the device keeps it and tries again. */
@Injectable()
export class HttpQuota implements OnApplicationShutdown {
  private readonly meters = new Map<string, QuotaMeter>();
  private readonly notices: QuotaNotices;
  private readonly sweep: NodeJS.Timeout;

  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE_BUS) bus: ServiceBus,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.notices = new QuotaNotices('http', clock, (topic, notice) => {
      bus.publish(topic, Buffer.from(JSON.stringify(notice))).catch((error: unknown) => {
        logger.warn({ topic, reason: (error as Error).message }, 'an owner could not be told of a quota');
      });
    });
    this.sweep = setInterval(() => {
      this.notices.sweep((device) => {
        const meter = this.meters.get(device);
        return meter === undefined ? null : { quota: meter.quota, usage: meter.usage(clock.monotonic()) };
      });
    }, SWEEP_MS).unref();
  }

  /** @throws Problem `too-many-requests` with the time to wait, when the device is above its quota */
  take(device: Device, bytes: number): void {
    const now = this.clock.monotonic();
    const meter = this.meterOf(device, now);
    if (meter.admit(bytes, now)) return;
    this.notices.throttled(device, meter.quota, meter.usage(now));
    throw new Problem('too-many-requests', 'The device sends more than its quota.', {
      retryAfterSeconds: Math.max(1, Math.ceil(meter.wait(now) / 1_000)),
    });
  }

  usage(device: string): QuotaUsage | null {
    return this.meters.get(device)?.usage(this.clock.monotonic()) ?? null;
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweep);
  }

  private meterOf(device: Device, now: number): QuotaMeter {
    const quota = quotaFor(this.settings.deviceQuotas, device.kind, device.quota);
    const meter = this.meters.get(device.id) ?? new QuotaMeter(quota, now);
    meter.change(quota, now);
    this.meters.delete(device.id);
    this.meters.set(device.id, meter);
    if (this.meters.size > MAX_DEVICES) this.meters.delete(this.meters.keys().next().value!);
    return meter;
  }
}
