import type { BatteryReport, UplinkEvent } from '#codecs';
import type { JournalRecord, Rejection } from '#core';
import type { KnownDevice } from '../devices/device-directory.js';
import { presentMetrics } from '../devices/kind-plan.js';
import type { LinkReading } from '../stages/messages.js';
import type { FramePlace } from './frame-sessions.js';
import { LINK_PLAN } from './link-plan.js';
import { bestReception, gatewaysOf } from './merge-copies.js';

/** What every reading of a link has beside its values. */
interface LinkSource {
  readonly record: JournalRecord;
  readonly device: KnownDevice;
  /** Null: the time of receipt. */
  readonly time: number | null;
}

/** How a frame was heard. Its time is when the network heard it, also when the payload tells of an earlier measurement. */
export function linkOfUplink(
  source: LinkSource,
  event: UplinkEvent,
  place: FramePlace,
  gatewayNumber: (gateway: string | null) => number | null,
): LinkReading {
  const best = bestReception(event.receptions);
  const values = {
    rssi: best?.rssi ?? null,
    snr: best?.snr ?? null,
    spreadingFactor: event.spreadingFactor,
    bandwidth: event.bandwidthHz,
    radioFrequency: event.frequencyHz,
    frameCounter: event.frameCounter,
    frameGap: place.gap,
    gateways: event.receptions.length === 0 ? null : gatewaysOf(event.receptions),
    gateway: gatewayNumber(best?.gateway ?? null),
  };
  return linkReading(source, place.boot, event.frameCounter, values);
}

/** What a device said of itself in a LoRaWAN DevStatusAns. */
export function linkOfStatus(source: LinkSource, { percent, margin }: BatteryReport): LinkReading {
  return linkReading(source, null, null, { linkMargin: margin, battery: percent });
}

function linkReading(
  { record, device, time }: LinkSource,
  boot: string | null,
  seq: number | null,
  values: Readonly<Record<string, number | null>>,
): LinkReading {
  const numbers = new Float64Array(LINK_PLAN.metricCount);
  const refused = LINK_PLAN.validate(values, numbers, '');
  const reading = {
    device: device.identity,
    time: time ?? record.receivedAt,
    receivedAt: record.receivedAt,
    boot,
    seq,
    sequence: record.sequence,
    values: numbers,
  };
  return {
    reading,
    metricSet: presentMetrics(numbers),
    hasClock: time !== null,
    refused: refused?.map(inTheEvent) ?? null,
  };
}

/** The values come from all over the event: the pointer is to the whole, the detail names the metric. */
function inTheEvent(rejection: Rejection): Rejection {
  return { ...rejection, pointer: '', detail: `${rejection.pointer.slice('/values/'.length)}: ${rejection.detail}` };
}
