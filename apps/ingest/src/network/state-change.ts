import type { BatteryReport, DownlinkEvent, LogEvent, NetworkEvent, UplinkEvent } from '#codecs';
import type { JournalRecord } from '#core';
import {
  type BatteryState,
  type DeviceStateChange,
  downlinkIdOf,
  type DownlinkEvent as NotedDownlink,
  type DownlinkState,
  type NetworkState,
} from '#registry';
import type { IdentifiedEvent } from '../stages/messages.js';
import { bestReception } from './merge-copies.js';

/** What an event changes in the state of its device. */
export function changeOf({ record, device, event }: IdentifiedEvent): DeviceStateChange {
  const at = timeOf(event, record);
  return { device: device.identity.id, network: networkOf(event, record, at), ...partsOf(event, record, at) };
}

/** The state's own clock never runs ahead: an event from the future would otherwise be the newest for ever. */
export function timeOf(event: NetworkEvent, record: JournalRecord): number {
  return Math.min(event.time ?? record.receivedAt, record.receivedAt);
}

function networkOf({ origin, ...event }: NetworkEvent, record: JournalRecord, at: number): NetworkState {
  const { server, application, tenant, deviceId, deviceName, devEui } = origin;
  const isUplink = event.type === 'uplink';
  return {
    server,
    source: record.source,
    application,
    tenant,
    deviceId,
    deviceName,
    devEui,
    devAddr: isUplink || event.type === 'join' ? event.devAddr : null,
    joinedAt: event.type === 'join' ? at : null,
    lastUplinkAt: isUplink ? at : null,
    lastFrameCounter: isUplink ? event.frameCounter : null,
    lastGateway: isUplink ? (bestReception(event.receptions)?.gateway ?? null) : null,
    at,
  };
}

function partsOf(event: NetworkEvent, record: JournalRecord, at: number): Omit<DeviceStateChange, 'device'> {
  switch (event.type) {
    case 'uplink':
      return batteryPart(event, record, at);
    case 'repeat':
    case 'join':
      return {};
    case 'status':
      return { battery: batteryState(event.battery, record, at) };
    case 'log':
      return logPart(event, at);
    case 'integration': {
      const description = event.event === '' ? event.service : `${event.service}: ${event.event}`;
      return { log: [{ level: 'info', code: 'INTEGRATION', description, at }] };
    }
    case 'location': {
      const { latitude, longitude, altitudeM, accuracyM } = event;
      return { location: { latitude, longitude, altitudeM, accuracyM, at } };
    }
    case 'downlink': {
      const state = downlinkState(event, at);
      return state === null ? {} : { downlinks: [state] };
    }
  }
}

function batteryPart(event: UplinkEvent, record: JournalRecord, at: number): Omit<DeviceStateChange, 'device'> {
  return event.battery === null ? {} : { battery: batteryState(event.battery, record, at) };
}

function logPart({ level, code, description, discarded }: LogEvent, at: number): Omit<DeviceStateChange, 'device'> {
  const log = [{ level, code, description, at }];
  if (discarded === null) return { log };
  const unknown = { frameCounter: null, fPort: null, gateway: null };
  return { log, downlinks: [{ id: discarded, step: 'failed', ...unknown, reason: description, at }] };
}

function batteryState(report: BatteryReport, record: JournalRecord, at: number): BatteryState {
  const { percent, externalPower, margin } = report;
  const isSound = percent !== null && percent >= 0 && percent <= 100;
  return {
    percent: isSound ? percent : null,
    externalPower,
    margin,
    at: Math.min(report.at ?? at, record.receivedAt),
  };
}

function downlinkState(event: DownlinkEvent, at: number): DownlinkState | null {
  const id = ownId(event) ?? event.correlationIds[0] ?? null;
  if (id === null) return null;
  const { step, frameCounter, fPort, gateway, reason } = event;
  return { id, step, frameCounter, fPort, gateway, reason, at };
}

/** ChirpStack keeps the id that a downlink was queued with; with The Things Stack ours is among the correlation ids. */
function ownId({ queueItemId, correlationIds }: DownlinkEvent): string | null {
  return queueItemId ?? downlinkIdOf(correlationIds);
}

const NOTED = { queued: 'queued', sent: 'sent', acknowledged: 'acknowledged', failed: 'failed' } as const;

/** What the event says of a downlink of ours, for the table of downlinks; ids that are not ours are ignored there. */
export function notedDownlink({ record, event }: IdentifiedEvent): NotedDownlink | null {
  if (event.type === 'log' && event.discarded !== null)
    return { id: event.discarded, type: 'failed', at: timeOf(event, record), reason: event.description };
  if (event.type !== 'downlink') return null;
  const id = ownId(event);
  if (id === null) return null;
  const at = timeOf(event, record);
  if (event.step === 'not-acknowledged') return { id, type: 'failed', at, reason: 'the device did not acknowledge' };
  return { id, type: NOTED[event.step], at, reason: event.reason };
}
