/** Topics of the platform (DESIGN section 4). One place builds and parses them. */

export type DeviceChannel = 'telemetry' | 'status' | 'command' | 'command/ack' | 'rejected';

export interface DeviceTopic {
  readonly department: string;
  readonly kind: string;
  readonly device: string;
  readonly channel: DeviceChannel;
}

const CHANNELS: ReadonlySet<string> = new Set<DeviceChannel>([
  'telemetry',
  'status',
  'command',
  'command/ack',
  'rejected',
]);

/** A level of a topic: what ids of devices, departments and kinds may be made of. */
export const TOPIC_LEVEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export function deviceTopic(at: { department: string; kind: string; device: string }, channel: DeviceChannel): string {
  return `city/${at.department}/${at.kind}/${at.device}/${channel}`;
}

/** The parts of a `city/...` topic, or null when it is not one. */
export function parseDeviceTopic(topic: string): DeviceTopic | null {
  const parts = topic.split('/');
  if (parts[0] !== 'city' || parts.length < 5 || parts.length > 6) return null;
  const [, department, kind, device] = parts as [string, string, string, string];
  const channel = parts.slice(4).join('/');
  if (!CHANNELS.has(channel)) return null;
  if (!TOPIC_LEVEL.test(department) || !TOPIC_LEVEL.test(kind) || !TOPIC_LEVEL.test(device)) return null;
  return { department, kind, device, channel: channel as DeviceChannel };
}

/** `application/{id}/device/{devEui}/event/{type}` of the ChirpStack v4 MQTT integration, or null. */
export function parseChirpStackTopic(topic: string): { application: string; devEui: string; event: string } | null {
  const match = /^application\/([^/]+)\/device\/([0-9a-fA-F]{16})\/event\/([a-z]+)$/.exec(topic);
  return match ? { application: match[1]!, devEui: match[2]!.toLowerCase(), event: match[3]! } : null;
}

export function alarmTopic(at: { department: string; severity: string; device: string }): string {
  return `alarms/${at.department}/${at.severity}/${at.device}`;
}

/** Health of a service, retained, published by the service itself over MQTT every second. */
export function serviceTopic(service: string): string {
  return `lamplighter/services/${service}/status`;
}
