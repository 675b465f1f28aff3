import { Inject, Injectable } from '@nestjs/common';
import { quotaFor } from '#core';
import type { Clock, QuotaUsage } from '#core';
import type { Device } from '#registry';
import type { Caller } from '../auth/caller.js';
import { DeviceService } from '../devices/device.service.js';
import type { DeviceQuotaDto, QuotaPathDto } from '../devices/quota.dto.js';
import type { ApiSettings } from '../environment.js';
import { isoTime } from '../http/parameters.js';
import { CLOCK, SERVICE_BUS, SETTINGS } from '../ports.js';
import type { ServiceBus } from '../ports.js';
import { HttpQuota } from './http-quota.service.js';

/** Puts together what the services know that meter a device: the broker, ingest (gateways) and this one (HTTP). */
@Injectable()
export class QuotaService {
  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE_BUS) private readonly bus: ServiceBus,
    private readonly devices: DeviceService,
    private readonly http: HttpQuota,
  ) {}

  async of(caller: Caller, id: string): Promise<DeviceQuotaDto> {
    const device = await this.devices.get(caller, id);
    const answers = await this.bus.askQuota(id);
    const usageOf = (service: 'broker' | 'ingest'): QuotaUsage | null =>
      answers.find((answer) => answer.service === service)?.usage ?? null;
    const paths = { mqtt: usageOf('broker'), http: this.http.usage(id), gateway: usageOf('ingest') };
    const now = this.clock.now();
    const known = Object.entries(paths).flatMap(([path, usage]) => (usage === null ? [] : [[path, usage] as const]));
    const sum = (of: (usage: QuotaUsage) => number): number => known.reduce((total, [, usage]) => total + of(usage), 0);
    const longest = Math.max(...known.map(([, { throttledForMs }]) => throttledForMs ?? -1), -1);
    return {
      device: id,
      limit: quotaFor(this.settings.deviceQuotas, device.kind, device.quota),
      limitFrom: this.limitFrom(device),
      messagesLastMinute: sum((usage) => usage.messagesLastMinute),
      messagesLastDay: sum((usage) => usage.messagesLastDay),
      bytesLastDay: sum((usage) => usage.bytesLastDay),
      throttledSince: longest < 0 ? null : isoTime(now - longest),
      throttled: sum((usage) => usage.throttled),
      ...Object.fromEntries(known.map(([path, usage]) => [path, viewOf(usage, now)])),
    };
  }

  private limitFrom({ quota, kind }: Device): DeviceQuotaDto['limitFrom'] {
    if (quota !== null) return 'device';
    return this.settings.deviceQuotas.byKind.has(kind) ? 'kind' : 'default';
  }
}

function viewOf({ throttledForMs, ...usage }: QuotaUsage, now: number): QuotaPathDto {
  return { ...usage, throttledSince: throttledForMs === null ? null : isoTime(now - throttledForMs) };
}
