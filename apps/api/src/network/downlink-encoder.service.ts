import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { encodeDownlink, MAX_DOWNLINK_BYTES, ScriptPool } from '#device-types';
import type { Rejection } from '#core';
import type { Device } from '#registry';
import { DeviceTypeCatalogue } from '../device-types/device-type-catalogue.service.js';
import { Problem } from '../http/problem.js';
import type { NewDownlinkDto } from './downlink.dto.js';

export interface DownlinkFrame {
  readonly fPort: number;
  readonly payload: Uint8Array;
}

/** What a request wants to send, as the bytes of a frame: as given, or by the script of the device's type. */
@Injectable()
export class DownlinkEncoder implements OnModuleDestroy {
  /** Its thread starts with the first downlink that needs it. */
  private readonly pool = new ScriptPool({ policy: { workers: 1 } });

  constructor(private readonly types: DeviceTypeCatalogue) {}

  /** @throws Problem `bad-request` unless exactly one of hex, base64 and data is there and fits into a frame */
  async frameOf(device: Device, wish: NewDownlinkDto): Promise<DownlinkFrame> {
    const { hex, base64, data, fPort } = wish;
    if ([hex, base64, data].filter((each) => each !== undefined).length !== 1)
      throw new Problem('bad-request', 'Send one of hex, base64 and data.', { pointer: '' });
    if (data !== undefined) return this.encode(device, data, fPort);
    if (fPort === undefined) throw noPort();
    const payload = hex === undefined ? Buffer.from(base64!, 'base64') : Buffer.from(hex, 'hex');
    if (payload.length <= MAX_DOWNLINK_BYTES) return { fPort, payload };
    throw new Problem('bad-request', `A LoRaWAN frame carries at most ${MAX_DOWNLINK_BYTES} bytes.`, {
      pointer: '/base64',
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.close();
  }

  private async encode(
    device: Device,
    data: Record<string, unknown>,
    fPort: number | undefined,
  ): Promise<DownlinkFrame> {
    const known = device.deviceType === null ? null : await this.types.find(device.deviceType);
    const script = known?.type?.script ?? null;
    if (script === null) {
      throw new Problem('bad-request', `'${device.id}' has no device type with a script; send hex or base64.`, {
        pointer: '/data',
      });
    }
    const encoded = await encodeDownlink(this.pool, script, data, fPort);
    if (encoded.rejections !== undefined) {
      const [{ code, detail }] = encoded.rejections as [Rejection];
      // A busy host ends a script as a bad script is ended: who sends may try again.
      if (code === 'codec-timeout' || code === 'codec-suspended') throw new Problem('unavailable', detail);
      const faults = encoded.rejections.map((each) => ({ pointer: '/data', detail: each.detail }));
      throw new Problem('bad-request', detail, { pointer: '/data', faults });
    }
    const port = fPort ?? encoded.fPort;
    if (port === null) throw noPort();
    return { fPort: port, payload: encoded.bytes };
  }
}

const noPort = (): Problem => new Problem('bad-request', 'Name the port, 1 to 223.', { pointer: '/fPort' });
