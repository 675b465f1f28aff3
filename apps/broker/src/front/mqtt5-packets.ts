import { bodyStart } from './packet-frame.js';

/**
 * Packets of MQTT 5 as packets of MQTT 3.1.1 and back: the variable header has properties more, acknowledgements have reasons. Each function takes
 * one whole packet. Those of the peer throw on what is malformed; those of our own engine are taken to be sound.
 */

export interface Connect5 {
  /** The CONNECT of MQTT 3.1.1. */
  readonly packet: Buffer;
  /** The client asked for a session from scratch: it ends with the connection. */
  readonly clean: boolean;
  /** Null when the client named itself. */
  readonly assignedId: string | null;
}

const CLEAN_START = 0x02;
const WILL = 0x04;
const PASSWORD = 0x40;
const USERNAME = 0x80;

const PROPERTY = { sessionExpiry: 0x11, assignedId: 0x12, maxPacketSize: 0x27, identifiers: 0x29, shared: 0x2a };
const NEVER = 0xffff_ffff;

/** Return codes of 3.1.1 (table 3.1) -> reason codes of MQTT 5 (table 3-1). */
const CONNACK_REASONS = [0x00, 0x84, 0x85, 0x88, 0x86, 0x87];

const NO_PROPERTIES = Buffer.from([0]);
const DISCONNECT = Buffer.from([0xe0, 0]);

/** Section 3.1. Properties are not taken over: the will is published at once, and CONNACK says how long the session lasts. */
export function connectFrom(packet: Buffer, makeId: () => string): Connect5 {
  const reader = new Reader(packet);
  const name = reader.field();
  reader.bytes(1);
  const flags = reader.bytes(1);
  const keepAlive = reader.bytes(2);
  reader.skipProperties();
  const id = reader.field();
  const assignedId = id.length === 2 ? makeId() : null;
  const parts = [name, Buffer.from([4]), flags, keepAlive, assignedId === null ? id : fieldOf(assignedId)];
  if ((flags[0]! & WILL) !== 0) {
    reader.skipProperties();
    parts.push(reader.field(), reader.field());
  }
  if ((flags[0]! & USERNAME) !== 0) parts.push(reader.field());
  if ((flags[0]! & PASSWORD) !== 0) parts.push(reader.field());
  reader.expectEnd();
  return { packet: packetOf(packet[0]!, ...parts), clean: (flags[0]! & CLEAN_START) !== 0, assignedId };
}

/** Section 3.3. A topic alias was not offered, so a topic is there [MQTT-3.3.2-9]. */
export function publishFrom(packet: Buffer): Buffer {
  const reader = new Reader(packet);
  const topic = reader.field();
  if (topic.length === 2) throw new Error('A topic alias is used, but none was offered.');
  const id = reader.bytes(hasId(packet) ? 2 : 0);
  reader.skipProperties();
  return packetOf(packet[0]!, topic, id, reader.rest());
}

/** Sections 3.4 to 3.7: the identifier; a reason why not leaves nothing else to do either. */
export function acknowledged(packet: Buffer): Buffer {
  return packetOf(packet[0]!, new Reader(packet).bytes(2));
}

/** Section 3.8. Of the options only the QoS has a counterpart. */
export function subscribeFrom(packet: Buffer): Buffer {
  const reader = new Reader(packet);
  const parts = [reader.bytes(2)];
  reader.skipProperties();
  while (!reader.atEnd) parts.push(reader.field(), Buffer.from([reader.bytes(1)[0]! & 0x03]));
  return packetOf(packet[0]!, ...parts);
}

export function unsubscribeFrom(packet: Buffer): {
  readonly packet: Buffer;
  readonly id: number;
  readonly filters: number;
} {
  const reader = new Reader(packet);
  const id = reader.bytes(2);
  reader.skipProperties();
  const parts: Buffer[] = [];
  while (!reader.atEnd) parts.push(reader.field());
  return { packet: packetOf(packet[0]!, id, ...parts), id: id.readUInt16BE(0), filters: parts.length };
}

/** Null when the client wants its will published all the same (reason 0x04) or leaves because of an error. */
export function disconnectFrom(packet: Buffer): Buffer | null {
  const reader = new Reader(packet);
  return reader.atEnd || reader.bytes(1)[0] === 0 ? DISCONNECT : null;
}

/** Section 3.2: what the broker does otherwise than the client may think. */
export function connackFor(packet: Buffer, { clean, assignedId }: Connect5, maxPacketBytes: number): Buffer {
  const [present = 0, code = 0] = new Reader(packet).rest();
  const reason = CONNACK_REASONS[code] ?? 0x80;
  if (reason !== 0) return packetOf(packet[0]!, Buffer.from([0, reason]), NO_PROPERTIES);
  const properties = Buffer.concat([
    wordOf(PROPERTY.sessionExpiry, clean ? 0 : NEVER),
    wordOf(PROPERTY.maxPacketSize, maxPacketBytes),
    Buffer.from([PROPERTY.identifiers, 0, PROPERTY.shared, 0]),
    ...(assignedId === null ? [] : [Buffer.from([PROPERTY.assignedId]), fieldOf(assignedId)]),
  ]);
  return packetOf(packet[0]!, Buffer.from([present, reason]), lengthOf(properties.length), properties);
}

export function publishFor(packet: Buffer): Buffer {
  const reader = new Reader(packet);
  const topic = reader.field();
  const id = reader.bytes(hasId(packet) ? 2 : 0);
  return packetOf(packet[0]!, topic, id, NO_PROPERTIES, reader.rest());
}

/** 0x80 is a failure in both. */
export function subackFor(packet: Buffer): Buffer {
  const reader = new Reader(packet);
  return packetOf(packet[0]!, reader.bytes(2), NO_PROPERTIES, reader.rest());
}

export function unsubackFor(packet: Buffer, filters: number): Buffer {
  return packetOf(packet[0]!, new Reader(packet).bytes(2), NO_PROPERTIES, Buffer.alloc(filters));
}

/** PUBLISH with QoS 1 or 2. */
function hasId(packet: Buffer): boolean {
  return (packet[0]! & 0x06) !== 0;
}

function packetOf(header: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([header]), lengthOf(length), ...parts]);
}

/** A variable byte integer (section 1.5.5). */
function lengthOf(value: number): Buffer {
  const digits: number[] = [];
  let rest = value;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    digits.push(rest > 0 ? digit | 0x80 : digit);
  } while (rest > 0);
  return Buffer.from(digits);
}

function wordOf(property: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(property);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

function fieldOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** Behind the fixed header of a packet. @throws Error when the packet ends before what is asked for */
class Reader {
  private at: number;

  constructor(private readonly packet: Buffer) {
    this.at = bodyStart(packet, 0);
  }

  get atEnd(): boolean {
    return this.at >= this.packet.length;
  }

  bytes(count: number): Buffer {
    const end = this.at + count;
    if (end > this.packet.length) throw new Error('The packet ends too early.');
    const bytes = this.packet.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /** A text or binary field with the two bytes of its length. */
  field(): Buffer {
    const from = this.at;
    this.bytes(this.bytes(2).readUInt16BE(0));
    return this.packet.subarray(from, this.at);
  }

  skipProperties(): void {
    let length = 0;
    for (let digit = 0; ; digit++) {
      const byte = this.bytes(1)[0]!;
      length += (byte & 0x7f) * 128 ** digit;
      if (byte < 0x80) break;
      if (digit === 3) throw new Error('The length of the properties takes more than four bytes.');
    }
    this.bytes(length);
  }

  rest(): Buffer {
    return this.bytes(this.packet.length - this.at);
  }

  expectEnd(): void {
    if (!this.atEnd) throw new Error('The packet goes on behind its end.');
  }
}
