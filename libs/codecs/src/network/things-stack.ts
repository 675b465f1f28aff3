import type { NetworkTopic, Rejection, ThingsStackEvent } from '#core';
import { rejection } from '../decoded.js';
import { MAX_FRAME_COUNTER, notAnObject, positionOf, unknownEvent } from './chirpstack.js';
import { Fields } from './fields.js';
import {
  type BatteryReport,
  type DecodedEvent,
  type DownlinkEvent,
  type EventOrigin,
  type NetworkEvent,
  type Reception,
  refusedEvent,
  registryNameOf,
} from './network-event.js';

type ThingsStackTopic = Extract<NetworkTopic, { server: 'the-things-stack' }>;

interface Message {
  /** The whole message. */
  readonly message: Fields;
  /** The part that belongs to its type. */
  readonly body: Fields;
  readonly origin: EventOrigin;
  readonly time: number | null;
  readonly devAddr: string | null;
}

interface Entry {
  /** Member of the message that holds its body. */
  readonly body: string;
  read(message: Message): NetworkEvent;
}

const downlink = (step: DownlinkEvent['step'], body: string): Entry => ({
  body,
  read: (message) => readDownlink(message, step),
});

/** Upstream messages of The Things Stack v3, MQTT and webhooks alike. Members that are zero or empty are left out. */
const EVENTS: Readonly<Record<ThingsStackEvent, Entry>> = {
  up: { body: 'uplink_message', read: readUplink },
  'up/normalized': {
    body: 'uplink_normalized',
    read: ({ origin, body, time }) => ({ type: 'repeat', origin, time: body.time('received_at') ?? time }),
  },
  join: {
    body: 'join_accept',
    read: ({ origin, body, time, devAddr }) => ({
      type: 'join',
      origin,
      time: body.time('received_at') ?? time,
      devAddr,
    }),
  },
  'down/queued': downlink('queued', 'downlink_queued'),
  'down/sent': downlink('sent', 'downlink_sent'),
  'down/ack': downlink('acknowledged', 'downlink_ack'),
  'down/nack': downlink('not-acknowledged', 'downlink_nack'),
  'down/failed': downlink('failed', 'downlink_failed'),
  'down/invalidated': { body: 'downlink_queue_invalidated', read: readInvalidated },
  'service/data': {
    body: 'service_data',
    read: ({ origin, body, time }) => ({
      type: 'integration',
      origin,
      time,
      service: body.text('service') ?? 'unnamed',
      event: '',
    }),
  },
  'location/solved': { body: 'location_solved', read: readLocation },
};

export function decodeThingsStack(topic: ThingsStackTopic, value: unknown): DecodedEvent {
  const entry = Object.hasOwn(EVENTS, topic.event) ? EVENTS[topic.event as ThingsStackEvent] : null;
  if (entry === null) return refusedEvent(null, unknownEvent(topic.event, Object.keys(EVENTS)));
  const faults: Rejection[] = [];
  const message = Fields.of(value, '', faults);
  if (message === null) return refusedEvent(null, notAnObject(value));
  const ids = message.object('end_device_ids');
  const named = ids?.text('device_id') ?? null;
  if (named !== null && named !== topic.deviceId) {
    const detail = 'The event is of another device than its topic.';
    return refusedEvent(null, rejection('wrong-topic', '/end_device_ids/device_id', detail, topic.deviceId, named));
  }
  const origin: EventOrigin = {
    server: 'the-things-stack',
    application: topic.application,
    tenant: topic.tenant,
    deviceId: topic.deviceId,
    deviceName: null,
    devEui: ids?.hex('dev_eui', 16) ?? null,
  };
  const device = registryNameOf(origin);
  const body = message.object(entry.body);
  if (body === null) {
    if (faults.length === 0) message.fault(entry.body, 'The message has not the body of its topic.', 'an object');
    return refusedEvent(device, ...faults);
  }
  const event = entry.read({
    message,
    body,
    origin,
    time: message.time('received_at'),
    devAddr: ids?.hex('dev_addr', 8, 'bad-sequence') ?? null,
  });
  return faults.length > 0 ? refusedEvent(device, ...faults) : { event, refused: null };
}

/** Where {@link UplinkEvent.normalized} stands in the event. */
export const NORMALIZED_POINTER = '/uplink_message/normalized_payload';

function readUplink({ body, origin, time, devAddr }: Message): NetworkEvent {
  const settings = body.object('settings');
  const lora = settings?.object('data_rate')?.object('lora') ?? null;
  const metadata = body.list('rx_metadata');
  const heardAt = metadata.map((reception) => reception.time('time') ?? reception.time('received_at'));
  return {
    type: 'uplink',
    origin,
    // The network server's clock before those of gateways, which are not always set.
    time: body.time('received_at') ?? time ?? settings?.time('time') ?? heardAt.find((each) => each !== null) ?? null,
    deduplicationId: null,
    devAddr,
    frameCounter: body.whole('f_cnt', MAX_FRAME_COUNTER, 'bad-sequence') ?? 0,
    fPort: body.whole('f_port', 255) ?? 0,
    bytes: body.base64('frm_payload'),
    object: body.record('decoded_payload'),
    objectPointer: '/uplink_message/decoded_payload',
    normalized: body.recordOrList('normalized_payload'),
    receptions: metadata.map(receptionOf),
    spreadingFactor: lora?.whole('spreading_factor', 12) ?? null,
    bandwidthHz: lora?.whole('bandwidth') ?? null,
    frequencyHz: settings?.whole('frequency') ?? null,
    battery: lastBattery(body.object('last_battery_percentage')),
  };
}

function receptionOf(reception: Fields): Reception {
  const ids = reception.object('gateway_ids');
  // What another network heard and passed on names the gateway elsewhere.
  const forwarder = reception.object('packet_broker')?.text('forwarder_gateway_eui') ?? null;
  const gateway = forwarder ?? ids?.text('eui') ?? ids?.text('gateway_id') ?? null;
  return {
    gateway: gateway?.toLowerCase() ?? null,
    rssi: reception.number('rssi') ?? reception.number('channel_rssi'),
    snr: reception.number('snr') ?? 0,
  };
}

function lastBattery(status: Fields | null): BatteryReport | null {
  if (status === null) return null;
  return {
    percent: status.number('value') ?? 0,
    externalPower: false,
    margin: null,
    at: status.time('received_at'),
  };
}

function readDownlink({ message, body, origin, time }: Message, step: DownlinkEvent['step']): NetworkEvent {
  // `downlink_failed` wraps the downlink in the reason.
  const failed = body.object('downlink');
  const error = body.object('error');
  const sent = failed ?? body;
  return {
    type: 'downlink',
    origin,
    time,
    step,
    queueItemId: null,
    correlationIds: [...new Set([...sent.texts('correlation_ids'), ...message.texts('correlation_ids')])],
    frameCounter: sent.whole('f_cnt', MAX_FRAME_COUNTER),
    fPort: sent.whole('f_port', 255),
    gateway: null,
    reason: error === null ? null : (error.text('message_format') ?? error.text('name')),
  };
}

/** After a new session: The Things Stack queues them anew by itself, and says `down/failed` of those that it cannot. */
function readInvalidated({ body, origin, time }: Message): NetworkEvent {
  const count = body.list('downlinks').length;
  return {
    type: 'log',
    origin,
    time,
    level: 'warning',
    code: 'DOWNLINK_QUEUE_INVALIDATED',
    description: `${count} queued downlinks have to be encrypted anew`,
    discarded: null,
  };
}

function readLocation({ body, origin, time }: Message): NetworkEvent {
  const location = body.object('location') ?? body;
  return {
    type: 'location',
    origin,
    time,
    ...positionOf(location),
    altitudeM: location.number('altitude'),
    accuracyM: location.number('accuracy'),
  };
}
