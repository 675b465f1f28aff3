import { type DeviceTopic, type NetworkTopic, parseDeviceTopic, parseNetworkTopic } from '#core';
import { type Decoded, refused, rejection } from './decoded.js';
import { DEVICE_LIMITS, type Limits, NETWORK_LIMITS } from './limits.js';
import { decodeEvent } from './network/decode-event.js';
import type { DecodedEvent } from './network/network-event.js';
import { decodeTelemetry } from './telemetry.js';

/** How to decode the payloads of one topic. Pure and reusable: keep one per topic to save parsing the topic again. */
export type Codec = TelemetryCodec | NetworkCodec;

/** What a device sends of itself, on a topic of its own. */
export interface TelemetryCodec {
  readonly type: 'telemetry';
  /** What the topic says of the device. */
  readonly address: DeviceTopic;
  /**
   * Never throws on any bytes.
   * @param receivedAt milliseconds since the epoch, what relative times are relative to
   */
  decode(payload: Uint8Array, receivedAt: number): Decoded;
}

/** What a network server tells of a device. */
export interface NetworkCodec {
  readonly type: 'network';
  readonly topic: NetworkTopic;
  /** Never throws on any bytes. */
  decode(payload: Uint8Array): DecodedEvent;
}

/** A shape of topics and the format of what is published there. */
type CodecEntry = (topic: string, limits: Limits | undefined) => Codec | null;

/** New formats and network servers are added here; the first entry that knows the topic decodes it. */
const CODECS: readonly CodecEntry[] = [deviceTelemetry, networkEvent];

export function codecFor(topic: string, limits?: Limits): Codec | null {
  for (const entry of CODECS) {
    const codec = entry(topic, limits);
    if (codec !== null) return codec;
  }
  return null;
}

/**
 * Telemetry of a device; anything else is refused as no telemetry.
 * @param limits instead of the default ones of the format
 */
export function decode(topic: string, payload: Uint8Array, receivedAt: number, limits?: Limits): Decoded {
  const codec = codecFor(topic, limits);
  return codec?.type === 'telemetry' ? codec.decode(payload, receivedAt) : refused(unknownTopic(topic));
}

export function unknownTopic(topic: string): ReturnType<typeof rejection> {
  return rejection(
    'unknown-topic',
    '',
    'No telemetry is taken from this topic.',
    'city/{department}/{kind}/{device}/telemetry',
    topic,
  );
}

function deviceTelemetry(topic: string, limits: Limits = DEVICE_LIMITS): Codec | null {
  const address = parseDeviceTopic(topic);
  if (address?.channel !== 'telemetry') return null;
  return {
    type: 'telemetry',
    address,
    decode: (payload, receivedAt) => decodeTelemetry(payload, receivedAt, limits),
  };
}

function networkEvent(topic: string, limits: Limits = NETWORK_LIMITS): Codec | null {
  const parsed = parseNetworkTopic(topic);
  if (parsed === null) return null;
  return { type: 'network', topic: parsed, decode: (payload) => decodeEvent(parsed, payload, limits) };
}
