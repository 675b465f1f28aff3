import type { NetworkServer, Rejection } from '#core';

/**
 * What a LoRaWAN network server tells of a device, in one shape for all of them. Times are milliseconds since the epoch; null is what
 * the server did not say.
 */
export type NetworkEvent =
  UplinkEvent | RepeatEvent | JoinEvent | StatusEvent | LogEvent | LocationEvent | DownlinkEvent | IntegrationEvent;

/** How the network server names the device, and where. */
export interface EventOrigin {
  readonly server: NetworkServer;
  readonly application: string;
  readonly tenant: string | null;
  /** The server's own id of the device: what its downlinks are addressed to. */
  readonly deviceId: string;
  readonly deviceName: string | null;
  /** 16 lower-case hexadecimal digits; null for a device that was given none (The Things Stack, activation by personalisation). */
  readonly devEui: string | null;
}

interface EventBase {
  readonly origin: EventOrigin;
  readonly time: number | null;
}

export interface UplinkEvent extends EventBase {
  readonly type: 'uplink';
  /** The same for all copies of a frame that one network server hands out; null where it has none. */
  readonly deduplicationId: string | null;
  /** Eight lower-case hexadecimal digits: a session of the device, because a rejoin gives a new one. */
  readonly devAddr: string | null;
  readonly frameCounter: number | null;
  /** 1 to 223 for payloads of the device; 0 when the frame had none, or MAC commands only; null when the server does not say. */
  readonly fPort: number | null;
  /** Decrypted payload; null when the frame had none. */
  readonly bytes: Uint8Array | null;
  /** What the network server's own codec made of it. */
  readonly object: Readonly<Record<string, unknown>> | null;
  /** Pointer to `object` in the event. */
  readonly objectPointer: string;
  /** What the codec's `normalizeUplink` made of that, one measurement or a list of them; null where the server says no such thing. */
  readonly normalized: Readonly<Record<string, unknown>> | readonly unknown[] | null;
  readonly receptions: readonly Reception[];
  readonly spreadingFactor: number | null;
  readonly bandwidthHz: number | null;
  readonly frequencyHz: number | null;
  /** What the server remembers of the device's last status, when it says so beside the uplink. */
  readonly battery: BatteryReport | null;
}

/** One gateway that heard a frame. */
export interface Reception {
  /** EUI in lower case, or the name of a gateway that has none. */
  readonly gateway: string | null;
  readonly rssi: number | null;
  readonly snr: number | null;
}

export interface BatteryReport {
  /** 0 to 100. */
  readonly percent: number | null;
  readonly externalPower: boolean;
  /** Demodulation margin in dB. */
  readonly margin: number | null;
  /** When the device reported it; null: with the event. */
  readonly at: number | null;
}

/** The server says an uplink again, in other words (normalised names): it adds nothing to the uplink itself. */
export interface RepeatEvent extends EventBase {
  readonly type: 'repeat';
}

export interface JoinEvent extends EventBase {
  readonly type: 'join';
  readonly devAddr: string | null;
}

export interface StatusEvent extends EventBase {
  readonly type: 'status';
  readonly battery: BatteryReport;
}

export interface LogEvent extends EventBase {
  readonly type: 'log';
  readonly level: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly description: string;
  /** The item of its queue that ChirpStack threw away, when that is what it says. */
  readonly discarded: string | null;
}

export interface LocationEvent extends EventBase {
  readonly type: 'location';
  readonly latitude: number;
  readonly longitude: number;
  readonly altitudeM: number | null;
  readonly accuracyM: number | null;
}

export interface DownlinkEvent extends EventBase {
  readonly type: 'downlink';
  readonly step: 'queued' | 'sent' | 'acknowledged' | 'not-acknowledged' | 'failed';
  /** ChirpStack's id of the item of its queue. */
  readonly queueItemId: string | null;
  /** Of The Things Stack; whoever sent the downlink may have put an id of its own among them. */
  readonly correlationIds: readonly string[];
  readonly frameCounter: number | null;
  readonly fPort: number | null;
  readonly gateway: string | null;
  readonly reason: string | null;
}

/** What a service of the network server (geolocation, device management) says. */
export interface IntegrationEvent extends EventBase {
  readonly type: 'integration';
  readonly service: string;
  readonly event: string;
}

/** An event, or why it is refused and of which device it seems to be. */
export type DecodedEvent =
  | { readonly event: NetworkEvent; readonly refused: null }
  | {
      readonly event: null;
      readonly refused: { readonly device: string | null; readonly rejections: readonly Rejection[] };
    };

/** The name under which the registry finds the device of an event. */
export function registryNameOf({ devEui, deviceId }: EventOrigin): string {
  return devEui ?? deviceId;
}

export function refusedEvent(device: string | null, ...rejections: Rejection[]): DecodedEvent {
  return { event: null, refused: { device, rejections } };
}
