/** Events in the shapes in which the network servers send them (their documentation's examples, with other values). */

export interface LoraDevice {
  /** 16 lower-case hexadecimal digits. */
  readonly devEui: string;
  /** What The Things Stack calls it. */
  readonly deviceId?: string;
}

const TIME = (at: number): string => new Date(at).toISOString().replace('Z', '000000+00:00');

function deviceInfo(application: string, { devEui }: LoraDevice): object {
  return {
    tenantId: '52f14cd4-c6f1-4fbd-8f87-4025e1d49242',
    tenantName: 'ChirpStack',
    applicationId: application,
    applicationName: 'Street lamps',
    deviceProfileId: '14855bf7-d10d-4aee-b618-ebfcb64dc7ad',
    deviceProfileName: 'Lamp',
    deviceName: `Lamp ${devEui}`,
    devEui,
    tags: { street: 'Nathan Road' },
  };
}

export interface Uplink {
  readonly fCnt: number;
  readonly fPort?: number;
  readonly data?: Uint8Array;
  /** What the network server's own codec made of the payload. */
  readonly object?: object;
  readonly at?: number;
}

const base64 = (bytes: Uint8Array = Uint8Array.of(0xaa)): string => Buffer.from(bytes).toString('base64');

/** proto3 JSON leaves out what is zero or empty. */
export function chirpStackUp(application: string, device: LoraDevice, uplink: Uplink): object {
  const { fCnt, fPort = 1, data, object, at = Date.now() } = uplink;
  return {
    deduplicationId: `3ac7e3c4-4401-4b8d-9386-${device.devEui.slice(4)}`,
    time: TIME(at),
    deviceInfo: deviceInfo(application, device),
    devAddr: '00189440',
    dr: 1,
    ...(fCnt === 0 ? {} : { fCnt }),
    fPort,
    data: base64(data),
    ...(object === undefined ? {} : { object }),
    rxInfo: [
      {
        gatewayId: '0016c001f153a14c',
        uplinkId: 4217106255,
        rssi: -36,
        snr: 10.5,
        context: 'E3OWOQ==',
        metadata: { region_name: 'as923', region_common_name: 'AS923' },
      },
    ],
    txInfo: {
      frequency: 923_200_000,
      modulation: { lora: { bandwidth: 125_000, spreadingFactor: 11, codeRate: 'CR_4_5' } },
    },
  };
}

export function chirpStackJoin(application: string, device: LoraDevice): object {
  return {
    deduplicationId: 'c9dbe358-2578-4fb7-b295-66b44edc45a6',
    time: TIME(Date.now()),
    deviceInfo: deviceInfo(application, device),
    devAddr: '00189440',
  };
}

export function chirpStackTxAck(application: string, device: LoraDevice, queueItemId: string): object {
  return {
    downlinkId: 3461958127,
    time: TIME(Date.now()),
    deviceInfo: deviceInfo(application, device),
    queueItemId,
    fCntDown: 2,
    gatewayId: '0016c001f153a14c',
    txInfo: {
      frequency: 923_200_000,
      power: 14,
      modulation: { lora: { bandwidth: 125_000, spreadingFactor: 7, codeRate: 'CR_4_5', polarizationInversion: true } },
      timing: { delay: { delay: '1s' } },
      context: 'ICYVGw==',
    },
  };
}

export function chirpStackAck(
  application: string,
  device: LoraDevice,
  queueItemId: string,
  acknowledged: boolean,
): object {
  return {
    deduplicationId: '856a03e7-80f6-4c26-b971-9dcb34a59c2e',
    time: TIME(Date.now()),
    deviceInfo: deviceInfo(application, device),
    queueItemId,
    ...(acknowledged ? { acknowledged } : {}),
    fCntDown: 3,
  };
}

function endDeviceIds(application: string, { devEui, deviceId = `eui-${devEui}` }: LoraDevice): object {
  return {
    device_id: deviceId,
    application_ids: { application_id: application },
    dev_eui: devEui.toUpperCase(),
    join_eui: '4200000000000000',
    dev_addr: '01DA1F15',
  };
}

let running = 0;
const correlation = (): string => `as:up:01D2CV8HNGJ57G25BW0F${String(++running).padStart(6, '0')}`;

/** @param application without the tenant, as messages name it */
export function thingsStackUp(application: string, device: LoraDevice, uplink: Uplink): object {
  const { fCnt, fPort = 15, data, object, at = Date.now() } = uplink;
  return {
    end_device_ids: endDeviceIds(application, device),
    correlation_ids: [correlation()],
    received_at: new Date(at).toISOString(),
    uplink_message: {
      session_key_id: 'AWiZpAyXrAfEkUNkBljRoA==',
      f_port: fPort,
      ...(fCnt === 0 ? {} : { f_cnt: fCnt }),
      frm_payload: base64(data),
      ...(object === undefined ? {} : { decoded_payload: object }),
      rx_metadata: [
        {
          gateway_ids: { gateway_id: 'eui-0242020000247803', eui: '0242020000247803' },
          time: new Date(at).toISOString(),
          timestamp: 1283325000,
          rssi: -35,
          channel_rssi: -35,
          snr: 5,
          uplink_token: 'CiIKIAoUZXVpLTAyNDIwMjAwMDAyNDc4MDMSCAJCAgAAJHgDEMj49+ME',
        },
      ],
      settings: {
        data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7, coding_rate: '4/5' } },
        frequency: '923200000',
      },
      received_at: new Date(at).toISOString(),
    },
  };
}

export function thingsStackJoin(application: string, device: LoraDevice): object {
  return {
    end_device_ids: endDeviceIds(application, device),
    correlation_ids: [correlation()],
    received_at: new Date().toISOString(),
    join_accept: { session_key_id: 'AWiZpAyXrAfEkUNkBljRoA==' },
  };
}

export interface ThingsStackDownlink {
  readonly f_port: number;
  readonly frm_payload: string;
  readonly priority?: string;
  readonly confirmed?: boolean;
  readonly correlation_ids?: readonly string[];
}

/** `down/queued`, `down/sent`, `down/ack`, `down/nack`. */
export function thingsStackDownlinkEvent(
  application: string,
  device: LoraDevice,
  what: 'queued' | 'sent' | 'ack' | 'nack',
  downlink: ThingsStackDownlink,
): object {
  const correlationIds = [...(downlink.correlation_ids ?? []), correlation()];
  return {
    end_device_ids: endDeviceIds(application, device),
    correlation_ids: correlationIds,
    received_at: new Date().toISOString(),
    [`downlink_${what}`]: {
      session_key_id: 'AWnj0318qrtJ7kbudd8Vmw==',
      f_cnt: 11,
      ...downlink,
      correlation_ids: correlationIds,
    },
  };
}
