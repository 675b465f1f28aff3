import { hash32 } from '../random.js';
import type { Values } from '../scenarios/scenario-run.js';
import { uuidOf, type Application } from './names.js';
import type { Reception } from './radio.js';

/**
 * Events of the MQTT integration of ChirpStack v4, in the JSON form of protobuf: members that are zero, false or empty are left
 * out, as the first frame of a session has no `fCnt`.
 */

export interface EndDevice {
  readonly devEui: string;
  readonly name: string;
  readonly profile: string;
  readonly application: Application;
}

export interface Frame {
  readonly device: EndDevice;
  readonly devAddr: string;
  readonly fCnt: number;
  readonly fPort: number;
  readonly dataRate: number;
  readonly data: Buffer;
  /** What the codec of the device profile made of the data; null when it has none, or failed. */
  readonly object: Values | null;
  readonly receptions: readonly Reception[];
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Tells copies of one frame apart that were not recognised as copies. */
  readonly copy: number;
}

const TENANT_ID = uuidOf('tenant');
const TENANT_NAME = 'Simulated city';
const REGION = { region_config_id: 'as923', region_common_name: 'AS923' };
/** Default channels of AS923 and those that a network server adds. */
const CHANNELS = [923.2e6, 923.4e6, 923.6e6, 923.8e6, 924.0e6, 924.2e6, 924.4e6, 924.6e6] as const;

export function upEvent(frame: Frame): string {
  const { device, devAddr, fCnt, fPort, dataRate, data, object, receptions, time, copy } = frame;
  const drawn = hash32(`${device.devEui}/${devAddr}/${fCnt}/${copy}`);
  const channel = drawn % CHANNELS.length;
  return JSON.stringify({
    deduplicationId: uuidOf(`${device.devEui}/${devAddr}/${fCnt}/${copy}`),
    time: timeOf(time, drawn),
    deviceInfo: deviceInfoOf(device),
    devAddr,
    adr: true,
    dr: unlessZero(dataRate),
    fCnt: unlessZero(fCnt),
    fPort,
    data: data.toString('base64'),
    object: object ?? undefined,
    rxInfo: receptions.map(({ gateway, rssi, snr }, n) => ({
      gatewayId: gateway.id,
      uplinkId: (drawn + n * 7919) >>> 0,
      rssi,
      snr: unlessZero(snr),
      channel: unlessZero(channel),
      location: { latitude: gateway.latitude, longitude: gateway.longitude },
      context: Buffer.from([drawn & 0xff, (drawn >>> 8) & 0xff, (drawn >>> 16) & 0xff, n]).toString('base64'),
      metadata: REGION,
      crcStatus: 'CRC_OK',
    })),
    txInfo: {
      frequency: CHANNELS[channel],
      modulation: { lora: { bandwidth: 125_000, spreadingFactor: 12 - dataRate, codeRate: 'CR_4_5' } },
    },
  });
}

export function joinEvent(device: EndDevice, devAddr: string, time: number): string {
  const drawn = hash32(`${device.devEui}/${devAddr}/join`);
  return JSON.stringify({
    deduplicationId: uuidOf(`${device.devEui}/${devAddr}/join`),
    time: timeOf(time, drawn),
    deviceInfo: deviceInfoOf(device),
    devAddr,
  });
}

/** @param battery percent; null for a device on the mains */
export function statusEvent(device: EndDevice, battery: number | null, margin: number, time: number): string {
  return JSON.stringify({
    deduplicationId: uuidOf(`${device.devEui}/status/${time}`),
    time: timeOf(time, hash32(device.devEui)),
    deviceInfo: deviceInfoOf(device),
    margin: unlessZero(margin),
    externalPowerSource: battery === null ? true : undefined,
    batteryLevel: unlessZero(battery ?? 0),
  });
}

export interface LogEntry {
  readonly level: 'WARNING' | 'ERROR';
  readonly code: 'UPLINK_CODEC' | 'UPLINK_F_CNT_RETRANSMISSION' | 'UPLINK_MIC';
  readonly description: string;
}

export function logEvent(device: EndDevice, entry: LogEntry, time: number): string {
  const drawn = hash32(`${device.devEui}/${time}`);
  return JSON.stringify({
    time: timeOf(time, drawn),
    deviceInfo: deviceInfoOf(device),
    ...entry,
    context: { deduplication_id: uuidOf(`${device.devEui}/log/${time}`) },
  });
}

function deviceInfoOf({ application, devEui, name, profile }: EndDevice): object {
  return {
    tenantId: TENANT_ID,
    tenantName: TENANT_NAME,
    applicationId: application.id,
    applicationName: application.name,
    deviceProfileId: uuidOf(`profile/${profile}`),
    deviceProfileName: profile,
    deviceName: name,
    devEui,
    deviceClassEnabled: 'CLASS_A',
  };
}

/** `JSON.stringify` leaves out what is undefined. */
function unlessZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}

/** RFC 3339 with nanoseconds, as the network server writes the time of the gateway that heard the frame first. */
function timeOf(time: number, drawn: number): string {
  return `${new Date(time).toISOString().slice(0, -1)}${String(drawn % 1_000_000).padStart(6, '0')}+00:00`;
}
