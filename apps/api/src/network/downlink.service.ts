import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#core';
import type { Downlink, Registry } from '#registry';
import type { Caller } from '../auth/caller.js';
import { DeviceService } from '../devices/device.service.js';
import { isoTime } from '../http/parameters.js';
import { Problem } from '../http/problem.js';
import { CLOCK, REGISTRY } from '../ports.js';
import { DownlinkEncoder } from './downlink-encoder.service.js';
import { DownlinkDelivery } from './downlink-delivery.service.js';
import type { DownlinkDto, DownlinkListDto, DownlinksDto, NewDownlinkDto } from './downlink.dto.js';
import { findWay } from './downlink-way.js';

const DEFAULT_PAGE = 100;

/** Messages to devices, within the departments of the caller. */
@Injectable()
export class DownlinkService {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly devices: DeviceService,
    private readonly encoder: DownlinkEncoder,
    private readonly delivery: DownlinkDelivery,
  ) {}

  async list(caller: Caller, id: string, query: DownlinkListDto): Promise<DownlinksDto> {
    const device = await this.devices.get(caller, id);
    const { limit = DEFAULT_PAGE, after } = query;
    const found = await this.registry.downlinks.list({
      device: device.id,
      limit: limit + 1,
      ...(after === undefined ? {} : { after }),
    });
    const downlinks = found.slice(0, limit);
    return { downlinks: downlinks.map(viewOf), next: found.length > limit ? downlinks.at(-1)!.id : null };
  }

  /** Written down and audited before it leaves: what was sent to a device in the street is never unknown. */
  async send(caller: Caller, id: string, wish: NewDownlinkDto): Promise<DownlinkDto> {
    const device = await this.devices.get(caller, id);
    const { fPort, payload } = await this.encoder.frameOf(device, wish);
    if (!device.enabled) throw new Problem('conflict', 'The device is isolated.');
    const way = await findWay(this.registry, caller, device, wish.network);
    this.delivery.check(way);
    const { confirmed = false, priority = 'normal' } = wish;
    const downlink = await this.registry.downlinks.create({
      id: randomUUID(),
      device: device.id,
      networkServer: way.server?.id ?? null,
      queuedBy: caller.name,
      fPort,
      payload,
      confirmed,
    });
    await this.registry.audit.append({
      actor: caller.name,
      action: 'downlink-queued',
      subject: device.id,
      detail: { id: downlink.id, networkServer: downlink.networkServer, fPort, hex: hexOf(payload), confirmed },
    });
    return viewOf(await this.deliver(downlink, way, priority));
  }

  private async deliver(
    downlink: Downlink,
    way: Awaited<ReturnType<typeof findWay>>,
    priority: NonNullable<NewDownlinkDto['priority']>,
  ): Promise<Downlink> {
    const { downlinks } = this.registry;
    try {
      const sent = await this.delivery.deliver(downlink, way, priority);
      if (!sent) return downlink;
      return (await downlinks.noteEvent({ id: downlink.id, type: 'sent', at: this.clock.now() })) ?? downlink;
    } catch (error) {
      const reason = error instanceof Problem ? error.message : 'The broker did not take it.';
      await downlinks.noteEvent({ id: downlink.id, type: 'failed', at: this.clock.now(), reason });
      throw error;
    }
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const timeOf = (time: number | null): string | null => (time === null ? null : isoTime(time));

function viewOf(downlink: Downlink): DownlinkDto {
  const { id, device, networkServer, queuedBy, fPort, payload, confirmed, status, reason } = downlink;
  return {
    id,
    device,
    networkServer,
    by: queuedBy,
    fPort,
    hex: hexOf(payload),
    base64: Buffer.from(payload).toString('base64'),
    confirmed,
    status,
    queuedAt: isoTime(downlink.queuedAt),
    sentAt: timeOf(downlink.sentAt),
    acknowledgedAt: timeOf(downlink.acknowledgedAt),
    failedAt: timeOf(downlink.failedAt),
    reason,
  };
}
