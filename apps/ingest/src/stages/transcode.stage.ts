import { leavesOf, NORMALIZED_POINTER, rejection } from '#codecs';
import type { DecodedItem } from '#core';
import type { RawUplink, Transcoded, TranscodedReading, Transcoder, UplinkFrame } from '#device-types';
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
  private read(uplink: HeardUplink): Transcoded | null {
    const { device, event } = uplink;
    const { object, objectPointer, normalized, bytes, fPort } = event;
    const { deviceType } = device;
    const type = deviceType === null ? null : this.parts.transcoder.find(deviceType);
    if (object === null && normalized === null && (bytes === null || bytes.length === 0 || fPort === 0)) return null;
    if (type === undefined)
      return refused(`The device type '${deviceType}' is not known.`, 'a device type of this installation', deviceType);
    const [output, pointer] =
      type?.normalized === true && normalized !== null ? [normalized, NORMALIZED_POINTER] : [object, objectPointer];
    if (output === null)
      return refused('Nothing says how the bytes of this device are read.', 'a device type with a codec', deviceType);
    if (type !== null) return inEvent(this.parts.transcoder.map(deviceType!, output, frameOf(uplink)), pointer);
    return { readings: [{ pointer: '', ...leavesOf(object!, objectPointer) }], rejections: [], warnings: [] };
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
      return;
    }
    const { readings, rejections, warnings } = result;
    // As of an array on a device's own topic: a bad record is refused alone.
    if (rejections.length > 0) outcomes.failed(record, rejections, device.identity);
    if (readings.length === 0) return;
    passed.push({ record, device, items: readings.map((reading) => itemOf(uplink, reading)), link });
    if (warnings.length > 0) this.warn(uplink, warnings);
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
function inEvent({ readings, rejections, warnings }: Transcoded, outer: string): Transcoded {
  return {
    readings: readings.map((reading) => ({
      ...reading,
      pointer: outer + reading.pointer,
      pointers: new Map([...reading.pointers].map(([metric, at]) => [metric, outer + at])),
    })),
    rejections: rejections.map((each) => ({ ...each, pointer: outer + each.pointer })),
    warnings,
  };
}

function itemOf({ event, boot }: HeardUplink, reading: TranscodedReading): DecodedItem {
  const { pointer, values, pointers, toleranceMs } = reading;
  // A record with a time of its own is the same reading whatever frame brings it, so nothing of the frame belongs to it.
  if (toleranceMs !== undefined) return { pointer, values, pointers, time: reading.time!, toleranceMs };
  const time = reading.time ?? event.time;
  const { rssi = null, snr = null } = bestReception(event.receptions) ?? {};
  return {
    pointer,
    values,
    pointers,
    link: {
      ...(rssi === null ? {} : { rssi }),
      ...(snr === null ? {} : { snr }),
    },
    ...(time === null ? {} : { time }),
    ...(boot === null ? {} : { boot }),
    ...(event.frameCounter === null ? {} : { seq: event.frameCounter }),
  };
}

function frameOf({ record, event }: HeardUplink): Required<UplinkFrame> {
  return { fPort: event.fPort ?? 0, receivedAt: event.time ?? record.receivedAt };
}

function rawUplinkOf(uplink: HeardUplink): RawUplink {
  return { bytes: uplink.event.bytes!, ...frameOf(uplink) };
}

function refused(detail: string, expected: string, actual: string | null): Transcoded {
  const remedy = 'Give the device a type that has a codec, then replay the dead letter.';
  const reason = rejection('no-codec', '', `${detail} ${remedy}`, expected, actual ?? 'no device type');
  return { readings: [], rejections: [reason], warnings: [] };
}
