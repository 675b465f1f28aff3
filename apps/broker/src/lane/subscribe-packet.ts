/** A SUBSCRIBE packet as far as permissions need it (MQTT 3.1.1 section 3.8). */
export interface SubscribeRequest {
  readonly messageId: number;
  readonly filters: readonly string[];
}

/** Null when the packet is malformed; the engine closes such a connection. */
export function parseSubscribe(data: Buffer, body: number, end: number): SubscribeRequest | null {
  if (body + 2 > end) return null;
  const messageId = data.readUInt16BE(body);
  const filters: string[] = [];
  let at = body + 2;
  while (at < end) {
    if (at + 2 > end) return null;
    const filterEnd = at + 2 + data.readUInt16BE(at);
    if (filterEnd + 1 > end) return null; // the requested QoS follows
    filters.push(data.toString('utf8', at + 2, filterEnd));
    at = filterEnd + 1;
  }
  return messageId === 0 || filters.length === 0 ? null : { messageId, filters };
}

/** A SUBACK that refuses every filter of the request [MQTT-3.9.3-2]. */
export function refusingSuback(request: SubscribeRequest): Buffer {
  const body = Buffer.alloc(2 + request.filters.length, 0x80);
  body.writeUInt16BE(request.messageId, 0);
  return Buffer.concat([Buffer.from([0x90]), remainingLength(body.length), body]);
}

function remainingLength(length: number): Buffer {
  const digits: number[] = [];
  do {
    digits.push((length % 128) | (length >= 128 ? 0x80 : 0));
    length = Math.floor(length / 128);
  } while (length > 0);
  return Buffer.from(digits);
}
