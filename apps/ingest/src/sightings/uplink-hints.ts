/** Network servers send more with every uplink than fits a hint; what is larger is not looked at. */
const MAX_BYTES = 65_536;
const MAX_TEXT = 200;

export interface UplinkHints {
  /** What the network server calls the device. */
  readonly name: string | null;
  /** What it says of its type. */
  readonly profile: string | null;
}

export const NO_HINTS: UplinkHints = { name: null, profile: null };

/**
 * What an event of ChirpStack v4 (`deviceInfo`) or The Things Stack v3 (`end_device_ids`, `version_ids`) tells a person about a device that
 * the platform does not know. Anything else tells nothing: it is not telemetry, so it is not refused either.
 */
export function uplinkHints(payload: Uint8Array): UplinkHints {
  if (payload.length > MAX_BYTES || payload[0] !== 0x7b) return NO_HINTS;
  try {
    const event: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    const info = memberOf(event, 'deviceInfo');
    const version = memberOf(memberOf(event, 'uplink_message'), 'version_ids');
    const model = [textOf(version, 'brand_id'), textOf(version, 'model_id')].filter((text) => text !== null).join(' ');
    return {
      name: textOf(info, 'deviceName') ?? textOf(memberOf(event, 'end_device_ids'), 'device_id'),
      profile: textOf(info, 'deviceProfileName') ?? (model === '' ? null : model),
    };
  } catch {
    return NO_HINTS;
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function textOf(value: unknown, name: string): string | null {
  const text = memberOf(value, name);
  return typeof text === 'string' && text !== '' ? text.slice(0, MAX_TEXT) : null;
}
