import type { DecodedItem, Rejection } from '#core';
import { type Decoded, pointerLevel, refused, rejection } from './decoded.js';
import { parseIsoTime } from './device-time.js';
import { parseJson } from './json-text.js';
import type { Limits } from './limits.js';

/** The members of a ChirpStack v4 `up` event that we read; proto3 JSON leaves out zero, false and empty. */
interface UplinkEvent {
  readonly time?: unknown;
  readonly deviceInfo?: { readonly devEui?: unknown };
  readonly devAddr?: unknown;
  readonly fCnt?: unknown;
  readonly object?: unknown;
  readonly rxInfo?: unknown;
}

/**
 * An uplink event of ChirpStack v4 whose payload the network server has decoded (`object`).
 *
 * - time: when the network server received it, cut to milliseconds
 * - seq: the frame counter; boot: the device address, because a rejoin gives a new one and restarts the counter
 * - values: the leaves of `object`; a nested one is named by its path, joined with '.'
 * - link: RSSI and SNR at the gateway that heard it best
 *
 * @param devEui lower case, from the topic: that is what the broker has checked
 */
export function decodeUplink(devEui: string, payload: Uint8Array, limits: Limits): Decoded {
  const { value, fault } = parseJson(payload, limits);
  if (fault !== null) return refused(fault);
  if (!isObject(value))
    return refused(rejection('bad-payload', '', 'An uplink event is an object.', 'an object', value));
  const event = value as UplinkEvent;
  const named = event.deviceInfo?.devEui;
  if (named !== undefined && (typeof named !== 'string' || named.toLowerCase() !== devEui)) {
    return refused(
      rejection('wrong-topic', '/deviceInfo/devEui', 'The event is of another device than its topic.', devEui, named),
    );
  }
  if (!isObject(event.object)) {
    return refused(
      rejection(
        'unsupported-event',
        '/object',
        'The uplink carries no object; give its device profile a codec.',
        'a decoded object',
        event.object ?? 'none',
      ),
    );
  }
  const stamp = frameStamp(event);
  if ('code' in stamp) return refused(stamp);
  const pointers = new Map<string, string>();
  const values = new Map<string, unknown>();
  collectLeaves(event.object, '', '/object', values, pointers);
  return {
    items: [
      {
        pointer: '',
        device: devEui,
        ...stamp,
        values: Object.fromEntries(values),
        pointers,
        link: bestLink(event.rxInfo),
      },
    ],
    rejections: [],
  };
}

type FrameStamp = Pick<DecodedItem, 'time' | 'seq' | 'boot'>;

function frameStamp({ time, fCnt = 0, devAddr }: UplinkEvent): FrameStamp | Rejection {
  const stamp: { time?: number; seq?: number; boot?: string } = {};
  if (time !== undefined) {
    const parsed = typeof time === 'string' ? parseIsoTime(time) : null;
    if (parsed === null)
      return rejection('bad-time', '/time', 'The time of the event cannot be read.', 'ISO 8601 with an offset', time);
    stamp.time = parsed;
  }
  if (!Number.isSafeInteger(fCnt) || (fCnt as number) < 0)
    return rejection('bad-sequence', '/fCnt', 'The frame counter cannot be used.', 'a whole number', fCnt);
  stamp.seq = fCnt as number;
  if (devAddr !== undefined) {
    if (typeof devAddr !== 'string' || !/^[0-9a-fA-F]{8}$/.test(devAddr))
      return rejection(
        'bad-sequence',
        '/devAddr',
        'The device address cannot be used.',
        'eight hexadecimal digits',
        devAddr,
      );
    stamp.boot = devAddr.toLowerCase();
  }
  return stamp;
}

function collectLeaves(
  value: object,
  path: string,
  pointer: string,
  values: Map<string, unknown>,
  pointers: Map<string, string>,
): void {
  for (const [key, member] of Object.entries(value)) {
    const name = path === '' ? key : `${path}.${key}`;
    const at = `${pointer}/${pointerLevel(key)}`;
    if (typeof member === 'object' && member !== null) {
      collectLeaves(member as object, name, at, values, pointers);
    } else if (member !== null && !values.has(name)) {
      values.set(name, member);
      pointers.set(name, at);
    }
  }
}

/** The reception with the highest SNR; of equals the one with the highest RSSI. */
function bestLink(rxInfo: unknown): Record<string, number> {
  let best: { rssi: number; snr: number } | null = null;
  for (const reception of Array.isArray(rxInfo) ? (rxInfo as unknown[]) : []) {
    if (!isObject(reception)) continue;
    const { rssi = 0, snr = 0 } = reception as { rssi?: unknown; snr?: unknown };
    if (typeof rssi !== 'number' || typeof snr !== 'number' || !Number.isFinite(rssi) || !Number.isFinite(snr))
      continue;
    if (best === null || snr > best.snr || (snr === best.snr && rssi > best.rssi)) best = { rssi, snr };
  }
  return best ?? {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
