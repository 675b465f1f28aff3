import { parseChirpStackTopic, parseDeviceTopic } from '#core';
import type { Principal } from '#identity';

/**
 * Under whose name a message is journalled, or null when the topic carries no telemetry. Devices and gateways are what
 * they authenticated as; a service publishes on behalf of the device whose topic it is (HTTP ingest).
 */
export function journalSource(principal: Principal, topic: string): string | null {
  if (topic.startsWith('city/')) {
    const parsed = parseDeviceTopic(topic);
    if (parsed?.channel !== 'telemetry') return null;
    return principal.type === 'service' ? parsed.device : principal.id;
  }
  if (topic.startsWith('application/')) {
    if (parseChirpStackTopic(topic) === null) return null;
    return principal.type === 'service' ? `service:${principal.id}` : principal.id;
  }
  return null;
}
