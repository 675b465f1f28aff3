import type { NetworkServer as NetworkServerName } from '#core';

/**
 * What a LoRaWAN network server says of a device beside its readings: how it is reached, its battery, its log, where it is, and what
 * became of what was sent to it. All times are milliseconds since the epoch, never later than the receipt of the event.
 */
export interface DeviceState {
  readonly device: string;
  readonly network: NetworkState | null;
  readonly battery: BatteryState | null;
  readonly location: LocationState | null;
  /** Newest first, `KEPT_LOGS` at most. */
  readonly log: readonly NetworkLogEntry[];
  /** Newest first, `KEPT_DOWNLINKS` at most; downlinks that somebody else sent are among them. */
  readonly downlinks: readonly DownlinkState[];
  readonly updatedAt: number;
}

/** The way to the device: what a downlink has to know. */
export interface NetworkState {
  readonly server: NetworkServerName;
  /** User name of the credential that published the event: the id of the network server in the registry. */
  readonly source: string;
  readonly application: string;
  /** Of The Things Stack; null elsewhere. */
  readonly tenant: string | null;
  /** The network server's own id of the device: the DevEUI with ChirpStack, `device_id` with The Things Stack. */
  readonly deviceId: string;
  readonly deviceName: string | null;
  readonly devEui: string | null;
  /** Eight hexadecimal digits; null until the network server has told it. */
  readonly devAddr: string | null;
  readonly joinedAt: number | null;
  readonly lastUplinkAt: number | null;
  readonly lastFrameCounter: number | null;
  /** EUI, or another id, of the gateway that heard the last uplink best. */
  readonly lastGateway: string | null;
  /** Time of the event that the routing was taken from. */
  readonly at: number;
}

export interface BatteryState {
  /** 0 to 100; null when the device does not know, or runs on external power. */
  readonly percent: number | null;
  readonly externalPower: boolean;
  /** Demodulation margin of the device in dB, as LoRaWAN's DevStatusAns reports it. */
  readonly margin: number | null;
  readonly at: number;
}

export interface LocationState {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitudeM: number | null;
  readonly accuracyM: number | null;
  readonly at: number;
}

export type LogLevel = 'info' | 'warning' | 'error';

export interface NetworkLogEntry {
  readonly level: LogLevel;
  /** As the network server names it, such as 'UPLINK_MIC'. */
  readonly code: string;
  readonly description: string;
  readonly at: number;
}

/** A step in the life of a downlink, in the network servers' words. */
export type DownlinkStep = 'queued' | 'sent' | 'acknowledged' | 'not-acknowledged' | 'failed';

export interface DownlinkState {
  readonly id: string;
  readonly step: DownlinkStep;
  readonly frameCounter: number | null;
  readonly fPort: number | null;
  readonly gateway: string | null;
  readonly reason: string | null;
  readonly at: number;
}

/** What one event, or several of one device, change. Absent members stay as they are. */
export interface DeviceStateChange {
  readonly device: string;
  /** `null` members of it leave what is known already. */
  readonly network?: NetworkState;
  readonly battery?: BatteryState;
  readonly location?: LocationState;
  readonly log?: readonly NetworkLogEntry[];
  readonly downlinks?: readonly DownlinkState[];
}

export const KEPT_LOGS = 20;
const KEPT_DOWNLINKS = 20;

export interface DeviceStateRepository {
  get(device: string): Promise<DeviceState | null>;
  getMany(devices: readonly string[]): Promise<DeviceState[]>;
  /**
   * Takes changes over in one transaction. Of each part the one with the newer event time wins, so changes may come late or
   * again. One process writes (ingest): two at once could lose each other's change of the same device.
   */
  apply(changes: readonly DeviceStateChange[]): Promise<void>;
}

/** A LoRaWAN gateway that was heard of; its number stands in readings, whose values are numbers (ADR 005). */
export interface NetworkGateway {
  readonly number: number;
  /** 16 lower-case hexadecimal digits, or the name of a gateway that has no EUI. */
  readonly eui: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface NetworkGatewayRepository {
  /** In order of number. */
  list(query: { readonly after?: number; readonly limit: number }): Promise<NetworkGateway[]>;
  getMany(numbers: readonly number[]): Promise<NetworkGateway[]>;
  /** Numbers those that are new, notes when the others were heard last, and resolves with the number of each. */
  note(seen: readonly { readonly eui: string; readonly at: number }[]): Promise<ReadonlyMap<string, number>>;
}

/** The state after a change. Of each part the newer one stays; equal times let the later caller win. */
export function changedState(before: DeviceState | null, change: DeviceStateChange, now: number): DeviceState {
  const state = before ?? EMPTY;
  return {
    device: change.device,
    network: change.network === undefined ? state.network : changedNetwork(state.network, change.network),
    battery: newer(state.battery, change.battery),
    location: newer(state.location, change.location),
    log: mergedLog(state.log, change.log ?? []),
    downlinks: mergedDownlinks(state.downlinks, change.downlinks ?? []),
    updatedAt: now,
  };
}

/** One change of the same effect as two, one after the other. */
export function combinedChange(first: DeviceStateChange, second: DeviceStateChange): DeviceStateChange {
  const network =
    first.network === undefined || second.network === undefined
      ? (second.network ?? first.network)
      : changedNetwork(first.network, second.network);
  const battery = newer(first.battery ?? null, second.battery);
  const location = newer(first.location ?? null, second.location);
  return {
    device: first.device,
    ...(network === undefined ? {} : { network }),
    ...(battery === null ? {} : { battery }),
    ...(location === null ? {} : { location }),
    log: mergedLog(first.log ?? [], second.log ?? []),
    downlinks: mergedDownlinks(first.downlinks ?? [], second.downlinks ?? []),
  };
}

const EMPTY: Omit<DeviceState, 'device' | 'updatedAt'> = {
  network: null,
  battery: null,
  location: null,
  log: [],
  downlinks: [],
};

function newer<T extends { readonly at: number }>(before: T | null, change: T | undefined): T | null {
  return change !== undefined && (before === null || change.at >= before.at) ? change : before;
}

function changedNetwork(before: NetworkState | null, change: NetworkState): NetworkState {
  if (before === null) return change;
  const [older, latest] = change.at >= before.at ? [before, change] : [change, before];
  const [heardBefore, heard] = (change.lastUplinkAt ?? -Infinity) >= (before.lastUplinkAt ?? -Infinity) ? [before, change] : [change, before]; // prettier-ignore
  const sameSession = latest.devAddr === null || older.devAddr === null || latest.devAddr === older.devAddr;
  return {
    ...latest,
    deviceName: latest.deviceName ?? older.deviceName,
    devEui: latest.devEui ?? older.devEui,
    devAddr: latest.devAddr ?? older.devAddr,
    joinedAt: latest.joinedAt === null ? older.joinedAt : Math.max(latest.joinedAt, older.joinedAt ?? -Infinity),
    lastUplinkAt: heard.lastUplinkAt,
    // After a join the counter of the session before says nothing any more.
    lastFrameCounter: heard.lastFrameCounter ?? (sameSession ? heardBefore.lastFrameCounter : null),
    lastGateway: heard.lastGateway ?? heardBefore.lastGateway,
  };
}

function mergedLog(before: readonly NetworkLogEntry[], added: readonly NetworkLogEntry[]): readonly NetworkLogEntry[] {
  if (added.length === 0) return before;
  const entries = new Map<string, NetworkLogEntry>();
  for (const entry of [...added, ...before]) {
    const key = JSON.stringify([entry.at, entry.code, entry.description]);
    if (!entries.has(key)) entries.set(key, entry);
  }
  return [...entries.values()].sort((a, b) => b.at - a.at).slice(0, KEPT_LOGS);
}

const STEPS: readonly DownlinkStep[] = ['queued', 'sent', 'failed', 'not-acknowledged', 'acknowledged'];

/** Steps may come out of order, and with equal times: the later step in the life of a downlink stays. */
function mergedDownlinks(before: readonly DownlinkState[], added: readonly DownlinkState[]): readonly DownlinkState[] {
  if (added.length === 0) return before;
  const byId = new Map(before.map((downlink) => [downlink.id, downlink]));
  for (const downlink of added) {
    const known = byId.get(downlink.id);
    if (known === undefined || STEPS.indexOf(downlink.step) >= STEPS.indexOf(known.step))
      byId.set(downlink.id, {
        ...downlink,
        frameCounter: downlink.frameCounter ?? known?.frameCounter ?? null,
        fPort: downlink.fPort ?? known?.fPort ?? null,
        gateway: downlink.gateway ?? known?.gateway ?? null,
      });
  }
  return [...byId.values()].sort((a, b) => b.at - a.at).slice(0, KEPT_DOWNLINKS);
}
