import { type DeviceTopic, parseChirpStackTopic, parseDeviceTopic } from '#core';
import { decodeUplink } from './chirpstack.js';
import { type Decoded, refused, rejection } from './decoded.js';
import { DEVICE_LIMITS, type Limits, NETWORK_LIMITS } from './limits.js';
import { decodeTelemetry } from './telemetry.js';

/** How to decode the payloads of one topic. Pure and reusable: keep one per topic to save parsing the topic again. */
export interface Codec {
  /** What the topic says of the device; null when the payload's source is a network server that knows it by its own id. */
  readonly address: DeviceTopic | null;
  /**
   * Never throws on any bytes.
   * @param receivedAt milliseconds since the epoch, what relative times are relative to
   */
  decode(payload: Uint8Array, receivedAt: number): Decoded;
}

/** A shape of topics and the format of what is published there. */
type CodecEntry = (topic: string, limits: Limits | undefined) => Codec | null;

/** New formats and network servers are added here; the first entry that knows the topic decodes it. */
const CODECS: readonly CodecEntry[] = [deviceTelemetry, chirpStackEvent];

export function codecFor(topic: string, limits?: Limits): Codec | null {
  for (const entry of CODECS) {
    const codec = entry(topic, limits);
    if (codec !== null) return codec;
  }
  return null;
}

/** @param limits instead of the default ones of the format */
export function decode(topic: string, payload: Uint8Array, receivedAt: number, limits?: Limits): Decoded {
  return codecFor(topic, limits)?.decode(payload, receivedAt) ?? refused(unknownTopic(topic));
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
  return { address, decode: (payload, receivedAt) => decodeTelemetry(payload, receivedAt, limits) };
}

function chirpStackEvent(topic: string, limits: Limits = NETWORK_LIMITS): Codec | null {
  const event = parseChirpStackTopic(topic);
  if (event === null) return null;
  if (event.event === 'up') return { address: null, decode: (payload) => decodeUplink(event.devEui, payload, limits) };
  const unsupported = refused(
    rejection(
      'unsupported-event',
      '',
      `A network server's '${event.event}' event carries no reading.`,
      'an up event',
      event.event,
    ),
  );
  return { address: null, decode: () => unsupported };
}
