import { type NetworkTopic, parseDeviceTopic, parseNetworkTopic, parseReplayTopic } from '#core';
import type { Principal } from '#identity';

/** Id of the network server that has the application of a topic; null when there is none. */
export type OwnerOfTopic = (topic: NetworkTopic) => string | null;

const NETWORK_ROOTS = ['application/', 'chirpstack/', 'v3/', 'uplink/'];
/** The other direction. */
const DOWNLINK_COMMANDS: ReadonlySet<string> = new Set(['down/push', 'down/replace']);

/**
 * Under whose name a message is journalled, or null when the topic carries no telemetry. Devices and gateways are what
 * they authenticated as; a service publishes on behalf of the device (HTTP ingest) or of the network server (webhooks, the
 * connector) whose topic it is, and a dead letter that it replays counts for the source that sent it first (ADR 011).
 */
export function journalSource(principal: Principal, topic: string, ownerOf: OwnerOfTopic): string | null {
  if (topic.startsWith('city/')) {
    const parsed = parseDeviceTopic(topic);
    if (parsed?.channel !== 'telemetry') return null;
    return principal.type === 'service' ? parsed.device : principal.id;
  }
  if (!NETWORK_ROOTS.some((root) => topic.startsWith(root)))
    return principal.type === 'service' ? parseReplayTopic(topic) : null;
  const parsed = parseNetworkTopic(topic);
  if (parsed === null || DOWNLINK_COMMANDS.has(parsed.event)) return null;
  return principal.type === 'service' ? (ownerOf(parsed) ?? `service:${principal.id}`) : principal.id;
}
