import { CHIRPSTACK_EVENTS, chirpStackDownTopic, genericUplinkTopic, THINGS_STACK_EVENTS } from '#core';

type Json = { [key: string]: unknown };

const APPLICATION = { description: 'Id of an application; of The Things Stack with @ and the tenant.' };
const DEV_EUI = { description: 'DevEUI, 16 hexadecimal digits in lower case.' };
const DEVICE_ID = { description: 'What The Things Stack calls the device.' };
const BODY: Json = { type: 'object', description: 'As the network server sends it.' };
const BASE64: Json = { type: 'string', contentEncoding: 'base64' };

const CHIRPSTACK_DOWN: Json = {
  type: 'object',
  required: ['devEui', 'fPort', 'data'],
  properties: {
    id: { type: 'string', format: 'uuid', description: '`queueItemId` of its txack and ack.' },
    devEui: { type: 'string' },
    confirmed: { type: 'boolean' },
    fPort: { type: 'integer', minimum: 1, maximum: 223 },
    data: BASE64,
  },
};

const THINGS_STACK_DOWN: Json = {
  type: 'object',
  required: ['downlinks'],
  properties: {
    downlinks: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          f_port: { type: 'integer' },
          frm_payload: BASE64,
          priority: { type: 'string' },
          confirmed: { type: 'boolean' },
          correlation_ids: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
};

/** Topics of LoRaWAN network servers; who has a credential for its application may use them. */
export function networkChannels(): Json {
  const channel = (address: string, title: string, parameters: Json, payload: Json): Json => ({
    address,
    title,
    parameters: { application: APPLICATION, ...parameters },
    messages: { message: { payload } },
  });
  const device = { application: '{application}', devEui: '{devEui}' };
  return {
    chirpStackEvent: channel(
      'application/{application}/device/{devEui}/event/{event}',
      'Events of ChirpStack v4; of one with topics of its own behind chirpstack/{id}/',
      { devEui: DEV_EUI, event: { enum: [...CHIRPSTACK_EVENTS] } },
      BODY,
    ),
    chirpStackDownlink: channel(
      chirpStackDownTopic(device),
      'Downlinks for ChirpStack v4; for one with topics of its own behind chirpstack/{id}/',
      { devEui: DEV_EUI },
      CHIRPSTACK_DOWN,
    ),
    thingsStackEvent: channel(
      'v3/{application}/devices/{deviceId}/{event}',
      'Events of The Things Stack v3',
      { deviceId: DEVICE_ID, event: { description: 'One or two levels.', enum: [...THINGS_STACK_EVENTS] } },
      BODY,
    ),
    thingsStackDownlink: channel(
      'v3/{application}/devices/{deviceId}/down/push',
      'Downlinks for The Things Stack v3',
      { deviceId: DEVICE_ID },
      THINGS_STACK_DOWN,
    ),
    uplink: channel(genericUplinkTopic(device), 'Uplinks of other network servers', { devEui: DEV_EUI }, BODY),
  };
}

/** As the one who connects sees them: a network server sends events and receives downlinks. */
export const NETWORK_OPERATIONS: Readonly<Record<string, readonly ['send' | 'receive', string]>> = {
  publishChirpStackEvent: ['send', 'chirpStackEvent'],
  receiveChirpStackDownlink: ['receive', 'chirpStackDownlink'],
  publishThingsStackEvent: ['send', 'thingsStackEvent'],
  receiveThingsStackDownlink: ['receive', 'thingsStackDownlink'],
  publishUplink: ['send', 'uplink'],
};
