import { leavesOf, rejection } from '#codecs';
import type { DecodedItem, Rejection } from '#core';
import type { RawUplink, Transcoded, Transcoder } from '#device-types';
import type { DeviceStateChange } from '#registry';
import type { BatchOutcomes } from '../batch-outcomes.js';
import { bestReception } from '../network/merge-copies.js';
import type { HeardUplink, IdentifiedMessage } from './messages.js';

export interface TranscodeParts {
  readonly transcoder: Pick<Transcoder, 'find' | 'decode' | 'map'>;
  /** Takes what scripts warn of, for the owner of the device. */
  readonly states: { addUplink(change: DeviceStateChange): void };
}

/** Longest text of a warning that is kept, and how many of one payload. */
const MAX_WARNING = 200;
const MAX_WARNINGS = 5;

/**
 * Payloads of LoRaWAN devices -> metrics of their kind. The device's type says how: its script reads the raw bytes, in batches of all
 * uplinks of a type; else its mapping reads what the network server decoded. Without a type the names of the server's object are
 * taken to be those of the kind. A frame without a payload is only a reading of the link.
 */
export class TranscodeStage {
  constructor(private readonly parts: TranscodeParts) {}

  async run(uplinks: readonly HeardUplink[], outcomes: BatchOutcomes): Promise<IdentifiedMessage[]> {
    const passed: IdentifiedMessage[] = [];
    const raw = new Map<string, HeardUplink[]>();
    for (const uplink of uplinks) {
      try {
        const type = this.rawTypeOf(uplink);
        if (type === null) this.pass(uplink, this.read(uplink), outcomes, passed);
        else if (raw.has(type)) raw.get(type)!.push(uplink);
        else raw.set(type, [uplink]);
      } catch (error) {
        outcomes.broken(uplink.record, error);
      }
    }
    await Promise.all([...raw].map(([type, group]) => this.decode(type, group, outcomes, passed)));
    return passed;
  }

  /** The type whose script decodes the bytes; null when that is not the way. */
  private rawTypeOf({ device, event }: HeardUplink): string | null {
    const { deviceType } = device;
    if (deviceType === null || event.bytes === null || event.fPort === 0) return null;
    return this.parts.transcoder.find(deviceType)?.decodesRaw === true ? deviceType : null;
  }

  private async decode(
    type: string,
    uplinks: readonly HeardUplink[],
    outcomes: BatchOutcomes,
    passed: IdentifiedMessage[],
  ): Promise<void> {
    try {
      const results = await this.parts.transcoder.decode(type, uplinks.map(rawUplinkOf));
      uplinks.forEach((uplink, i) => this.pass(uplink, results[i]!, outcomes, passed));
    } catch (error) {
      // The sandbox as a whole failed: the raw messages are kept, to be ingested again when it works.
      for (const { record } of uplinks) outcomes.broken(record, error);
    }
  }

  /** What can be read without a script; null when there is nothing to read. */
  private read({ device, event }: HeardUplink): Transcoded | null {
    const { object, objectPointer, bytes, fPort } = event;
    const { deviceType } = device;
    const type = deviceType === null ? null : this.parts.transcoder.find(deviceType);
    if (object === null && (bytes === null || bytes.length === 0 || fPort === 0)) return null;
    if (type === undefined)
      return refused(`The device type '${deviceType}' is not known.`, 'a device type of this installation', deviceType);
    if (object === null)
      return refused('Nothing says how the bytes of this device are read.', 'a device type with a codec', deviceType);
    if (type !== null) return inEvent(this.parts.transcoder.map(deviceType!, object, fPort ?? 0), objectPointer);
    return { ...leavesOf(object, objectPointer), warnings: [] };
  }

  private pass(
    uplink: HeardUplink,
    result: Transcoded | null,
    outcomes: BatchOutcomes,
    passed: IdentifiedMessage[],
  ): void {
    const { record, device, link } = uplink;
    if (result === null) {
      passed.push({ record, device, items: [], link });
    } else if ('rejections' in result) {
      outcomes.failed(record, result.rejections, device.identity);
    } else {
      passed.push({ record, device, items: [itemOf(uplink, result)], link });
      if (result.warnings.length > 0) this.warn(uplink, result.warnings);
    }
  }

  private warn({ record, device }: HeardUplink, warnings: readonly string[]): void {
    const log = warnings.slice(0, MAX_WARNINGS).map((text) => ({
      level: 'warning' as const,
      code: 'CODEC',
      description: text.slice(0, MAX_WARNING),
      at: record.receivedAt,
    }));
    this.parts.states.addUplink({ device: device.identity.id, log });
  }
}

/** A mapping points into the object; the dead letter holds the event around it. */
function inEvent(result: Transcoded, pointer: string): Transcoded {
  return 'rejections' in result
    ? { rejections: result.rejections.map((each) => ({ ...each, pointer: pointer + each.pointer })) }
    : { ...result, pointers: new Map([...result.pointers].map(([metric, at]) => [metric, pointer + at])) };
}

function itemOf({ event, boot }: HeardUplink, result: Extract<Transcoded, { values: unknown }>): DecodedItem {
  const time = result.time ?? event.time;
  const { rssi = null, snr = null } = bestReception(event.receptions) ?? {};
  return {
    pointer: '',
    values: result.values,
    pointers: result.pointers,
    link: {
      ...(rssi === null ? {} : { rssi }),
      ...(snr === null ? {} : { snr }),
    },
    ...(time === null ? {} : { time }),
    ...(boot === null ? {} : { boot }),
    ...(event.frameCounter === null ? {} : { seq: event.frameCounter }),
  };
}

function rawUplinkOf({ record, event }: HeardUplink): RawUplink {
  return { bytes: event.bytes!, fPort: event.fPort ?? 0, receivedAt: event.time ?? record.receivedAt };
}

function refused(detail: string, expected: string, actual: string | null): { readonly rejections: Rejection[] } {
  const remedy = 'Give the device a type that has a codec, then replay the dead letter.';
  return { rejections: [rejection('no-codec', '', `${detail} ${remedy}`, expected, actual ?? 'no device type')] };
}
