import type { NetworkTopic, Rejection } from '#core';
import { rejection } from '../decoded.js';
import { Fields } from './fields.js';
import {
  type BatteryReport,
  type DecodedEvent,
  type EventOrigin,
  type NetworkEvent,
  type Reception,
  refusedEvent,
} from './network-event.js';

type ChirpStackTopic = Extract<NetworkTopic, { server: 'chirpstack' }>;
type Reader = (event: Fields, origin: EventOrigin, time: number | null) => NetworkEvent;

/** Largest frame counter: 32 bits (LoRaWAN 1.0.4, 4.3.1.5). */
export const MAX_FRAME_COUNTER = 2 ** 32 - 1;

/** Events of ChirpStack v4's MQTT integration with JSON encoding. */
const EVENTS: Readonly<Record<string, Reader>> = {
  up: readUplink,
  join: (event, origin, time) => ({ type: 'join', origin, time, devAddr: event.hex('devAddr', 8) }),
  status: (event, origin, time) => ({ type: 'status', origin, time, battery: batteryOf(event) }),
  log: readLog,
  ack: readAck,
  txack: readTxAck,
  location: readLocation,
  integration: (event, origin, time) => ({
    type: 'integration',
    origin,
    time,
    service: event.text('integrationName') ?? 'unnamed',
    event: event.text('eventType') ?? '',
  }),
};

export function decodeChirpStack(topic: ChirpStackTopic, value: unknown): DecodedEvent {
  const { devEui } = topic;
  const read = Object.hasOwn(EVENTS, topic.event) ? EVENTS[topic.event]! : null;
  if (read === null) return refusedEvent(devEui, unknownEvent(topic.event, Object.keys(EVENTS)));
  const faults: Rejection[] = [];
  const event = Fields.of(value, '', faults);
  if (event === null) return refusedEvent(devEui, notAnObject(value));
  const info = event.object('deviceInfo');
  const named = info?.text('devEui') ?? null;
  if (named !== null && named.toLowerCase() !== devEui) {
    const detail = 'The event is of another device than its topic.';
    return refusedEvent(devEui, rejection('wrong-topic', '/deviceInfo/devEui', detail, devEui, named));
  }
  const origin: EventOrigin = {
    server: 'chirpstack',
    application: topic.application,
    tenant: null,
    deviceId: devEui,
    deviceName: info?.text('deviceName') ?? null,
    devEui,
  };
  const decoded = read(event, origin, event.time('time'));
  return faults.length > 0 ? refusedEvent(devEui, ...faults) : { event: decoded, refused: null };
}

/** Absent numbers are 0 here: the counter of the first frame, a signal strength of 0 dBm. */
function readUplink(event: Fields, origin: EventOrigin, time: number | null): NetworkEvent {
  const transmission = event.object('txInfo');
  const heard = event.list('rxInfo');
  const lora = transmission?.object('modulation')?.object('lora') ?? null;
  return {
    type: 'uplink',
    origin,
    time: believable(
      time,
      heard.map((reception) => reception.time('nsTime')),
    ),
    deduplicationId: event.text('deduplicationId'),
    devAddr: event.hex('devAddr', 8, 'bad-sequence'),
    frameCounter: event.whole('fCnt', MAX_FRAME_COUNTER, 'bad-sequence') ?? 0,
    fPort: event.whole('fPort', 255) ?? 0,
    bytes: event.base64('data'),
    object: event.record('object'),
    objectPointer: '/object',
    normalized: null,
    receptions: heard.map((reception): Reception => ({
      gateway: reception.text('gatewayId')?.toLowerCase() ?? null,
      rssi: reception.number('rssi') ?? 0,
      snr: reception.number('snr') ?? 0,
    })),
    spreadingFactor: lora?.whole('spreadingFactor', 12) ?? null,
    bandwidthHz: lora?.whole('bandwidth') ?? null,
    frequencyHz: transmission?.whole('frequency') ?? null,
    battery: null,
  };
}

/** No gateway hears a frame after its network server got it; more than this is no delay of clocks any more. */
const AHEAD_MS = 60_000;
/** No gateway keeps frames for longer while it has no way to its network server. */
const KEPT_MS = 86_400_000;

/**
 * The time of an uplink is the clock of a gateway when one sent it, and that may be set to a zone or not at all; a gateway that was cut off
 * for hours knows better than its server, though. When the server itself got the frame stands beside each reception.
 */
function believable(time: number | null, received: readonly (number | null)[]): number | null {
  const byServer = Math.min(...received.map((each) => each ?? Infinity));
  if (byServer === Infinity) return time;
  return time === null || time > byServer + AHEAD_MS || time < byServer - KEPT_MS ? byServer : time;
}

/** An absent `batteryLevel` is an empty battery unless the event says that the level is not known. */
function batteryOf(event: Fields): BatteryReport {
  const externalPower = event.flag('externalPowerSource');
  const unknown = event.flag('batteryLevelUnavailable') || externalPower;
  const level = event.number('batteryLevel') ?? 0;
  return { percent: unknown ? null : level, externalPower, margin: event.number('margin') ?? 0, at: null };
}

/** What ChirpStack logs, instead of an acknowledgement, of a downlink that it will not send; the item is no more in its queue then. */
const DISCARDED: ReadonlySet<string> = new Set(['DOWNLINK_PAYLOAD_SIZE', 'F_CNT_DOWN', 'EXPIRED']);

const LEVELS = { INFO: 'info', WARNING: 'warning', ERROR: 'error' } as const;

function readLog(event: Fields, origin: EventOrigin, time: number | null): NetworkEvent {
  const level = event.text('level');
  const code = event.text('code') ?? 'UNKNOWN';
  return {
    type: 'log',
    origin,
    time,
    // The first value of the enumeration, which proto3 leaves out, is INFO.
    level: level !== null && Object.hasOwn(LEVELS, level) ? LEVELS[level as keyof typeof LEVELS] : 'info',
    code,
    description: event.text('description') ?? '',
    discarded: DISCARDED.has(code) ? (event.object('context')?.text('queue_item_id') ?? null) : null,
  };
}

function readAck(event: Fields, origin: EventOrigin, time: number | null): NetworkEvent {
  return {
    type: 'downlink',
    origin,
    time,
    step: event.flag('acknowledged') ? 'acknowledged' : 'not-acknowledged',
    queueItemId: event.text('queueItemId'),
    correlationIds: [],
    frameCounter: event.whole('fCntDown') ?? 0,
    fPort: null,
    gateway: null,
    reason: null,
  };
}

function readTxAck(event: Fields, origin: EventOrigin, time: number | null): NetworkEvent {
  return {
    type: 'downlink',
    origin,
    time,
    step: 'sent',
    queueItemId: event.text('queueItemId'),
    correlationIds: [],
    frameCounter: event.whole('fCntDown') ?? 0,
    fPort: null,
    gateway: event.text('gatewayId')?.toLowerCase() ?? null,
    reason: null,
  };
}

function readLocation(event: Fields, origin: EventOrigin, time: number | null): NetworkEvent {
  const location = event.object('location') ?? event;
  return {
    type: 'location',
    origin,
    time,
    ...positionOf(location),
    altitudeM: location.number('altitude'),
    accuracyM: location.number('accuracy'),
  };
}

/** Degrees of WGS 84; what proto3 leaves out is 0, but 0, 0 is what a device without a fix says. */
export function positionOf(location: Fields): { readonly latitude: number; readonly longitude: number } {
  const latitude = location.number('latitude') ?? 0;
  const longitude = location.number('longitude') ?? 0;
  if (Math.abs(latitude) > 90) location.fault('latitude', 'There is no such place.', '-90 to 90 degrees');
  if (Math.abs(longitude) > 180) location.fault('longitude', 'There is no such place.', '-180 to 180 degrees');
  if (latitude === 0 && longitude === 0) location.fault('latitude', 'The event has no position.', 'a position');
  return { latitude, longitude };
}

export function unknownEvent(event: string, known: readonly string[]): Rejection {
  return rejection('unsupported-event', '', `Nothing is known of the event '${event}'.`, known.join(', '), event);
}

export function notAnObject(value: unknown): Rejection {
  return rejection('bad-payload', '', 'An event of a network server is an object.', 'an object', value);
}
