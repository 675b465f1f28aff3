/**
 * The little of MQTT 3.1.1 that a load generator needs, made once and patched in place: a client library would take more of
 * the processor than the broker that is being measured.
 */

export interface Credentials {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  readonly topic: string;
}

const CONNACK = 0x20;
const PUBLISH_QOS_1 = 0x32;
const PUBACK = 0x40;
const KEEP_ALIVE_S = 300;

/** CONNECT with clean session [MQTT-3.1.2]. */
export function connectPacket({ clientId, username, password }: Credentials): Buffer {
  const flags = 0x02 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const fields = [clientId, username, password].filter((field) => field !== undefined).map(utf8);
  return packet(0x10, [utf8('MQTT'), Buffer.of(4, flags, KEEP_ALIVE_S >> 8, KEEP_ALIVE_S & 0xff), ...fields]);
}

/** PUBLISH with QoS 1 [MQTT-3.3]; the payload is the end of the packet. */
export function publishPacket(topic: string, packetId: number, payload: Uint8Array): Buffer {
  return packet(PUBLISH_QOS_1, [utf8(topic), uint16(packetId), payload]);
}

/** SUBSCRIBE to one filter with QoS 1 [MQTT-3.8]. */
export function subscribePacket(filter: string): Buffer {
  return packet(0x82, [uint16(1), utf8(filter), Buffer.of(1)]);
}

/** @throws Error when the broker refused, with its return code [MQTT-3.2.2.3] */
export function checkConnack(bytes: Buffer): void {
  if (bytes.length < 4 || bytes[0] !== CONNACK || bytes[3] !== 0) {
    throw new Error(`the broker refused the connection: ${bytes.subarray(0, 8).toString('hex')}`);
  }
}

/**
 * Counts the PUBACKs of a connection that receives nothing else. They are four bytes each and come in the order of the
 * PUBLISHes [MQTT-4.6.0-2], so only the last of a chunk is looked at closely.
 */
export class PubackCounter {
  private carried = Buffer.alloc(0);

  /** @returns how many came, and the packet id of the last, 0 when none is complete */
  count(chunk: Buffer): { count: number; lastId: number } {
    const bytes = this.carried.length === 0 ? chunk : Buffer.concat([this.carried, chunk]);
    const count = bytes.length >> 2;
    this.carried = Buffer.from(bytes.subarray(count << 2));
    if (count === 0) return { count, lastId: 0 };
    const last = (count - 1) << 2;
    if (bytes[0] !== PUBACK || bytes[last] !== PUBACK) throw new Error('expected nothing but PUBACKs');
    return { count, lastId: bytes.readUInt16BE(last + 2) };
  }
}

function packet(type: number, parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(type), remainingLength(body.length), body]);
}

/** [MQTT-2.2.3]: seven bits a byte, least significant first. */
function remainingLength(length: number): Buffer {
  const bytes: number[] = [];
  let left = length;
  do {
    const digit = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? digit | 0x80 : digit);
  } while (left > 0);
  return Buffer.from(bytes);
}

function utf8(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint16(bytes.length), bytes]);
}

const uint16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
