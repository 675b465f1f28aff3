/** Topics of the platform (DESIGN section 4). One place builds and parses them. */

export type DeviceChannel = 'telemetry' | 'status' | 'command' | 'command/ack' | 'rejected' | 'quota' | 'quality';

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
  'quota',
  'quality',
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

/** Events of the ChirpStack v4 MQTT integration. */
export const CHIRPSTACK_EVENTS = ['up', 'join', 'ack', 'txack', 'status', 'log', 'location', 'integration'] as const;
export type ChirpStackEvent = (typeof CHIRPSTACK_EVENTS)[number];

/** Upstream messages of The Things Stack v3, MQTT and webhooks alike, as its topics name them. */
export const THINGS_STACK_EVENTS = [
  'up',
  'up/normalized',
  'join',
  'down/queued',
  'down/sent',
  'down/ack',
  'down/nack',
  'down/failed',
  'down/invalidated',
  'service/data',
  'location/solved',
] as const;
export type ThingsStackEvent = (typeof THINGS_STACK_EVENTS)[number];

/** What the topic of a message of a LoRaWAN network server says. DevEUIs are in lower case. */
export type NetworkTopic =
  | {
      readonly server: 'chirpstack';
      /** Id of the network server whose own topics these are; null for those that all of them may share. */
      readonly networkServer: string | null;
      readonly application: string;
      readonly devEui: string;
      /** One of `CHIRPSTACK_EVENTS`, or one that this release does not know. */
      readonly event: string;
    }
  | {
      readonly server: 'the-things-stack';
      readonly application: string;
      /** Null on an installation without tenants. */
      readonly tenant: string | null;
      /** The network server's own name of the device; its DevEUI is in the payload only. */
      readonly deviceId: string;
      /** One of `THINGS_STACK_EVENTS`, or one that this release does not know. */
      readonly event: string;
    }
  | { readonly server: 'generic'; readonly application: string; readonly devEui: string; readonly event: 'up' };

export type NetworkServer = NetworkTopic['server'];

/** A DevEUI as registry and network servers write it, before it is put into lower case. */
export const DEV_EUI = /^[0-9a-fA-F]{16}$/;

/** As the ChirpStack v4 MQTT integration has it by itself, or behind a prefix that names one of several ChirpStack servers. */
const CHIRPSTACK = /^(?:chirpstack\/([^/]+)\/)?application\/([^/]+)\/device\/([0-9a-fA-F]{16})\/event\/([a-z]+)$/;
const THINGS_STACK = /^v3\/([^/@]+)(?:@([^/@]+))?\/devices\/([^/]+)\/([a-z]+(?:\/[a-z]+)?)$/;
const GENERIC_UPLINK = /^uplink\/([^/]+)\/([0-9a-fA-F]{16})$/;

/** The parts of a topic of a network server's events, or null when it is not one. Levels are `TOPIC_LEVEL`. */
export function parseNetworkTopic(topic: string): NetworkTopic | null {
  const parsed = chirpStackTopicOf(topic) ?? thingsStackTopicOf(topic) ?? genericTopicOf(topic);
  return parsed !== null && TOPIC_LEVEL.test(parsed.application) ? parsed : null;
}

function chirpStackTopicOf(topic: string): NetworkTopic | null {
  const match = CHIRPSTACK.exec(topic);
  if (match === null) return null;
  const networkServer = match[1] ?? null;
  if (networkServer !== null && !TOPIC_LEVEL.test(networkServer)) return null;
  const [application, devEui, event] = match.slice(2) as [string, string, string];
  return { server: 'chirpstack', networkServer, application, devEui: devEui.toLowerCase(), event };
}

function thingsStackTopicOf(topic: string): NetworkTopic | null {
  const match = THINGS_STACK.exec(topic);
  if (match === null) return null;
  const [, application, tenant = null, deviceId, event] = match as unknown as [
    string,
    string,
    string?,
    string?,
    string?,
  ];
  if (!TOPIC_LEVEL.test(deviceId!) || (tenant !== null && !TOPIC_LEVEL.test(tenant))) return null;
  return { server: 'the-things-stack', application, tenant, deviceId: deviceId!, event: event! };
}

function genericTopicOf(topic: string): NetworkTopic | null {
  const match = GENERIC_UPLINK.exec(topic);
  if (match === null) return null;
  return { server: 'generic', application: match[1]!, devEui: match[2]!.toLowerCase(), event: 'up' };
}

interface ChirpStackDevice {
  /** As `NetworkTopic` has it. */
  readonly networkServer?: string | null;
  readonly application: string;
  readonly devEui: string;
}

/** What topics of ChirpStack begin with; see `NetworkTopic`. */
export function chirpStackPrefix(networkServer: string | null): string {
  return networkServer === null ? '' : `chirpstack/${networkServer}/`;
}

/** Where ChirpStack v4 publishes an event of a device. */
export function chirpStackEventTopic(at: ChirpStackDevice, event: ChirpStackEvent): string {
  return `${chirpStackPrefix(at.networkServer ?? null)}application/${at.application}/device/${at.devEui}/event/${event}`;
}

/** Where ChirpStack v4 takes downlinks for a device. */
export function chirpStackDownTopic(at: ChirpStackDevice): string {
  return `${chirpStackPrefix(at.networkServer ?? null)}application/${at.application}/device/${at.devEui}/command/down`;
}

interface ThingsStackDevice {
  readonly application: string;
  readonly tenant: string | null;
  readonly deviceId: string;
}

function thingsStackRoot({ application, tenant, deviceId }: ThingsStackDevice): string {
  return `v3/${application}${tenant === null ? '' : `@${tenant}`}/devices/${deviceId}`;
}

/**
 * Where The Things Stack v3 publishes an upstream message of a device, and where its webhooks are published here.
 *
 * @param event one of `THINGS_STACK_EVENTS`, or one that this release does not know
 */
export function thingsStackEventTopic(at: ThingsStackDevice, event: string): string {
  return `${thingsStackRoot(at)}/${event}`;
}

/** Where The Things Stack v3 takes downlinks: behind those that are queued, or instead of them. */
export function thingsStackDownTopic(at: ThingsStackDevice, how: 'push' | 'replace'): string {
  return `${thingsStackRoot(at)}/down/${how}`;
}

/** Uplinks of network servers that have no format of their own here. */
export function genericUplinkTopic(at: { application: string; devEui: string }): string {
  return `uplink/${at.application}/${at.devEui}`;
}

export function alarmTopic(at: { department: string; severity: string; device: string }): string {
  return `alarms/${at.department}/${at.severity}/${at.device}`;
}

/** Health of a service, retained, published by the service itself over MQTT every second. */
export function serviceTopic(service: string): string {
  return `lamplighter/services/${service}/status`;
}
