import { deviceTopic } from '#core';
import type { DeviceChannel } from '#core';
import { deviceKinds, jsonSchemaOf, SEVERITIES } from '#kinds';
import type { Kind } from '#kinds';
import type { Reach } from '../network/reach.js';
import { NETWORK_OPERATIONS, networkChannels } from './asyncapi-networks.js';
import { QUALITY_GRADES } from '#registry';

type Json = { [key: string]: unknown };

const PARAMETER = (description: string, more: Json = {}): Json => ({ description, ...more });
const DEVICE = PARAMETER('Id of the device; its MQTT user name and client id.');
const DEPARTMENT = PARAMETER('Id of the department that owns the device.');

/** AsyncAPI 3.0 of everything that goes over MQTT, from the kinds and the topics that the code itself uses. */
export function asyncApiDocument(version: string, { url, mqttHost, mqttPort }: Reach): Json {
  const web = new URL(url);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Lamplighter over MQTT',
      version,
      description: 'MQTT 3.1.1 and 5. A PUBACK means that the message is on disk.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      mqtt: {
        host: `${mqttHost}:${mqttPort}`,
        protocol: 'mqtt',
        protocolVersion: '3.1.1',
        security: [{ $ref: '#/components/securitySchemes/key' }],
      },
      webSocket: {
        host: web.host,
        pathname: '/mqtt',
        protocol: web.protocol === 'https:' ? 'wss' : 'ws',
        protocolVersion: '3.1.1',
        security: [{ $ref: '#/components/securitySchemes/key' }],
      },
    },
    channels: {
      ...Object.assign({}, ...deviceKinds.map(telemetryChannel)),
      ...deviceChannels(),
      ...alarmChannel(),
      ...networkChannels(),
    },
    operations: operations(),
    components: {
      securitySchemes: {
        key: { type: 'userPassword', description: 'Device id and key, as POST /v1/devices gave them.' },
      },
      messages: Object.assign({}, ...deviceKinds.map(telemetryMessage)),
    },
  };
}

const channelName = (kind: Kind): string => `telemetry-${kind.name}`;

function telemetryChannel(kind: Kind): Json {
  return {
    [channelName(kind)]: {
      address: address(kind.name, 'telemetry'),
      title: kind.titles.en,
      parameters: { department: { ...DEPARTMENT, default: kind.department }, device: DEVICE },
      messages: { reading: { $ref: `#/components/messages/${kind.name}` } },
    },
  };
}

function telemetryMessage(kind: Kind): Json {
  const { $schema: _dialect, $id: _id, ...schema } = jsonSchemaOf(kind);
  return {
    [kind.name]: {
      title: kind.titles.en,
      summary: 'One reading or an array of them; SenML JSON and CBOR are taken on the same topic.',
      contentType: 'application/json',
      // A schema of its own document: its `#/$defs` are meant within it.
      payload: {
        schemaFormat: 'application/schema+json;version=draft-2020-12',
        schema: { $id: `urn:lamplighter:kind:${kind.name}`, ...schema },
      },
    },
  };
}

function deviceChannels(): Json {
  const channel = (name: DeviceChannel, title: string, payload: Json): Json => ({
    address: address('{kind}', name),
    title,
    parameters: {
      department: DEPARTMENT,
      kind: PARAMETER('Name of the kind.', { enum: deviceKinds.map((kind) => kind.name) }),
      device: DEVICE,
    },
    messages: { message: { payload } },
  });
  return {
    status: channel('status', 'Birth and last will, retained', { type: 'object' }),
    command: channel('command', 'Commands to the device', { type: 'object' }),
    commandAck: channel('command/ack', 'What became of a command', { type: 'object' }),
    quota: channel('quota', 'Whether the device is above its quota, retained; at most every ten minutes', {
      type: 'object',
      properties: {
        device: { type: 'string' },
        state: { enum: ['throttled', 'within'] },
        at: { type: 'string', format: 'date-time' },
        since: { type: ['string', 'null'], format: 'date-time' },
        quota: { type: 'string' },
        messagesLastMinute: { type: 'integer' },
        throttled: { type: 'integer' },
        path: { enum: ['mqtt', 'http', 'gateway'] },
        detail: { type: 'string' },
      },
    }),
    rejected: channel('rejected', 'Why a message was refused', {
      type: 'object',
      properties: {
        code: { type: 'string' },
        pointer: { type: 'string', format: 'json-pointer' },
        detail: { type: 'string' },
        expected: { type: 'string' },
        actual: { type: 'string' },
      },
    }),
    quality: channel('quality', 'Data quality, when the grade of a device changes', {
      type: 'object',
      properties: {
        device: { type: 'string' },
        grade: { enum: [...QUALITY_GRADES] },
        before: { type: ['string', 'null'], description: 'The grade before.' },
        score: { type: 'integer', minimum: 0, maximum: 100 },
        at: { type: 'string', format: 'date-time' },
        reasons: { type: 'array', items: { type: 'object' } },
      },
    }),
  };
}

function alarmChannel(): Json {
  return {
    alarms: {
      address: 'alarms/{department}/{severity}/{device}',
      title: 'Transitions of alarms',
      parameters: {
        department: DEPARTMENT,
        severity: PARAMETER('Severity.', { enum: [...SEVERITIES] }),
        device: DEVICE,
      },
      messages: { transition: { payload: { type: 'object' } } },
    },
  };
}

function operations(): Json {
  const operation = (action: 'send' | 'receive', channel: string): Json => ({
    action,
    channel: { $ref: `#/channels/${channel}` },
  });
  return {
    ...Object.fromEntries(deviceKinds.map((kind) => [`publish-${kind.name}`, operation('send', channelName(kind))])),
    publishStatus: operation('send', 'status'),
    acknowledgeCommand: operation('send', 'commandAck'),
    receiveCommand: operation('receive', 'command'),
    receiveRejection: operation('receive', 'rejected'),
    receiveQuota: operation('receive', 'quota'),
    receiveQuality: operation('receive', 'quality'),
    receiveAlarms: operation('receive', 'alarms'),
    ...Object.fromEntries(
      Object.entries(NETWORK_OPERATIONS).map(([name, [action, channel]]) => [name, operation(action, channel)]),
    ),
  };
}

function address(kind: string, channel: DeviceChannel): string {
  return deviceTopic({ department: '{department}', kind, device: '{device}' }, channel);
}
