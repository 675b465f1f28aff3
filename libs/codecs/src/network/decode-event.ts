import { type NetworkTopic } from '#core';
import { parseJson } from '../json-text.js';
import type { Limits } from '../limits.js';
import { decodeChirpStack } from './chirpstack.js';
import { decodeGenericUplink } from './generic-uplink.js';
import { type DecodedEvent, refusedEvent } from './network-event.js';
import { decodeThingsStack } from './things-stack.js';

/** An event of a network server, whatever it is. Never throws on any bytes. */
export function decodeEvent(topic: NetworkTopic, payload: Uint8Array, limits: Limits): DecodedEvent {
  const { value, fault } = parseJson(payload, limits);
  if (fault !== null) return refusedEvent(topic.server === 'the-things-stack' ? null : topic.devEui, fault);
  switch (topic.server) {
    case 'chirpstack':
      return decodeChirpStack(topic, value);
    case 'the-things-stack':
      return decodeThingsStack(topic, value);
    case 'generic':
      return decodeGenericUplink(topic, value);
  }
}
