import type { NetworkTopic, Rejection } from '#core';
import { rejection } from '../decoded.js';
import { MAX_FRAME_COUNTER, notAnObject } from './chirpstack.js';
import { Fields } from './fields.js';
import { type DecodedEvent, type NetworkEvent, refusedEvent } from './network-event.js';

type GenericTopic = Extract<NetworkTopic, { server: 'generic' }>;

/**
 * An uplink of a network server that has no format of its own here: a flat object with `data` (base64), `hex` or `object`, and
 * optionally `fPort`, `time`, `fCnt`, `devAddr`, `rssi`, `snr`, `spreadingFactor`, `bandwidth` and `frequency` (Hz), `gateway`,
 * `battery` (percent). Absent members are not known; none stands for 0.
 */
export function decodeGenericUplink(topic: GenericTopic, value: unknown): DecodedEvent {
  const { devEui } = topic;
  const faults: Rejection[] = [];
  const uplink = Fields.of(value, '', faults);
  if (uplink === null) return refusedEvent(devEui, notAnObject(value));
  const named = uplink.text('devEui');
  if (named !== null && named.toLowerCase() !== devEui) {
    const detail = 'The uplink is of another device than its topic.';
    return refusedEvent(devEui, rejection('wrong-topic', '/devEui', detail, devEui, named));
  }
  const event = readUplink(uplink, topic);
  return faults.length > 0 ? refusedEvent(devEui, ...faults) : { event, refused: null };
}

function readUplink(uplink: Fields, { application, devEui }: GenericTopic): NetworkEvent {
  const [rssi, snr] = [uplink.number('rssi'), uplink.number('snr')];
  const gateway = uplink.text('gateway')?.toLowerCase() ?? null;
  const battery = uplink.number('battery');
  return {
    type: 'uplink',
    origin: { server: 'generic', application, tenant: null, deviceId: devEui, deviceName: null, devEui },
    time: uplink.time('time'),
    deduplicationId: uplink.text('deduplicationId'),
    devAddr: uplink.hex('devAddr', 8, 'bad-sequence'),
    frameCounter: uplink.whole('fCnt', MAX_FRAME_COUNTER, 'bad-sequence'),
    fPort: uplink.whole('fPort', 255),
    bytes: uplink.base64('data') ?? uplink.hexBytes('hex'),
    object: uplink.record('object'),
    objectPointer: '/object',
    normalized: null,
    receptions: rssi === null && snr === null && gateway === null ? [] : [{ gateway, rssi, snr }],
    spreadingFactor: uplink.whole('spreadingFactor', 12),
    bandwidthHz: uplink.whole('bandwidth'),
    frequencyHz: uplink.whole('frequency'),
    battery: battery === null ? null : { percent: battery, externalPower: false, margin: null, at: null },
  };
}
