import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  acknowledged,
  type Connect5,
  connackFor,
  connectFrom,
  disconnectFrom,
  publishFor,
  publishFrom,
  subackFor,
  subscribeFrom,
  unsubackFor,
  unsubscribeFrom,
} from './mqtt5-packets.js';
import { bodyStart, INCOMPLETE, MALFORMED, packetLength, PacketType } from './packet-frame.js';

export interface BridgeLimits {
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
}

/** Chunks of one incomplete packet are joined beyond this number, so that one-byte segments cost bytes, not objects. */
const MAX_PIECES = 64;
/** From the start of the variable header: the protocol's name (six bytes), then its level. */
const LEVEL_AT = 6;
const MQTT_5 = 5;
const NAME = Buffer.from('\0\x04MQTT', 'latin1');

/**
 * Lets clients of MQTT 5 in (ChirpStack from 4.7 on speaks nothing else), though the engine speaks 3.1.1: what they send is
 * rewritten to 3.1.1 before anybody looks at it, what they get is rewritten the other way, so gate, lane and engine know one protocol.
 * What the broker cannot do it says in CONNACK, as MQTT 5 wants it: no shared subscriptions, no subscription identifiers, no topic
 * aliases, its own session expiry (docs/adr/016). Clients of 3.1.1 pay one look at their CONNECT.
 */
export class Mqtt5Bridge {
  /** Whether the peer speaks MQTT 5; null until its CONNECT told. */
  speaks5: boolean | null = null;
  private pieces: Buffer[] = [];
  private pieceBytes = 0;
  private wanted = 0;
  private unsent: Buffer | null = null;
  private greeting: Connect5 | null = null;
  private broken = false;
  /** Filters of each UNSUBSCRIBE that was not answered: MQTT 5 wants a reason for each of them. */
  private readonly unsubscribed = new Map<number, number>();

  constructor(
    private readonly socket: Duplex,
    private readonly limits: BridgeLimits,
    private readonly malformed: () => void,
  ) {}

  /** What of this, and of what came before, can be handed on as MQTT 3.1.1; null when nothing is whole. */
  inbound(chunk: Buffer): Buffer | null {
    if (this.broken) return null;
    const data = this.gather(chunk);
    if (data === null) return null;
    this.speaks5 ??= this.look(data);
    if (this.speaks5 === null) return this.keep(data, INCOMPLETE);
    if (!this.speaks5) return data;
    try {
      return this.translate(data);
    } catch {
      this.broken = true;
      this.malformed();
      return null;
    }
  }

  /** Whether the CONNECT at the start is of MQTT 5; null while that cannot be seen. What is no CONNECT others will refuse. */
  private look(data: Buffer): boolean | null {
    if (data[0]! >> 4 !== PacketType.connect) return false;
    const length = packetLength(data, 0);
    if (length === INCOMPLETE) return null;
    if (length === MALFORMED || length > this.limits.maxConnectBytes) return false;
    const body = bodyStart(data, 0);
    const level = body + LEVEL_AT;
    if (level >= length) return false;
    if (level >= data.length) return null;
    if (data[level] !== MQTT_5 || !data.subarray(body, level).equals(NAME)) return false;
    this.rewriteAnswers();
    return true;
  }

  private translate(data: Buffer): Buffer | null {
    const translated: Buffer[] = [];
    let at = 0;
    while (at < data.length) {
      const length = packetLength(data, at);
      const limit = this.greeting === null ? this.limits.maxConnectBytes : this.limits.maxPacketBytes;
      if (length === MALFORMED || length > limit) {
        // The gate refuses it, before it is buffered (THREATS 9).
        translated.push(data.subarray(at));
        break;
      }
      if (length === INCOMPLETE || at + length > data.length) {
        this.keep(data.subarray(at), length);
        break;
      }
      const packet = this.received(data.subarray(at, at + length));
      if (packet !== null) translated.push(packet);
      at += length;
    }
    return translated.length === 0 ? null : Buffer.concat(translated);
  }

  /** One whole packet as MQTT 3.1.1; null when there is none like it. @throws Error when it is malformed */
  private received(packet: Buffer): Buffer | null {
    switch (packet[0]! >> 4) {
      case PacketType.connect: {
        this.greeting = connectFrom(packet, () => `mqtt5-${randomBytes(8).toString('hex')}`);
        return this.greeting.packet;
      }
      case PacketType.publish:
        return publishFrom(packet);
      case PacketType.puback:
      case PacketType.pubrec:
      case PacketType.pubrel:
      case PacketType.pubcomp:
        return acknowledged(packet);
      case PacketType.subscribe:
        return subscribeFrom(packet);
      case PacketType.unsubscribe: {
        const { packet: plain, id, filters } = unsubscribeFrom(packet);
        this.unsubscribed.set(id, filters);
        return plain;
      }
      case PacketType.disconnect: {
        const plain = disconnectFrom(packet);
        // It wants its will published: that is what happens to who goes without a word [MQTT-3.1.2-8].
        if (plain === null) this.socket.destroy();
        return plain;
      }
      default:
        return packet;
    }
  }

  private rewriteAnswers(): void {
    const write = this.socket.write.bind(this.socket);
    this.socket.write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : (chunk as Buffer);
      const done = (typeof encoding === 'function' ? encoding : callback) as (() => void) | undefined;
      const answers = this.outbound(bytes);
      if (answers !== null) return write(answers, done);
      if (done !== undefined) process.nextTick(done);
      return !this.socket.writableNeedDrain;
    };
  }

  /** The engine writes packets in pieces; what is whole of them goes out. */
  private outbound(bytes: Uint8Array): Buffer | null {
    const data = this.unsent === null ? Buffer.from(bytes) : Buffer.concat([this.unsent, bytes]);
    this.unsent = null;
    const translated: Buffer[] = [];
    let at = 0;
    while (at < data.length) {
      const length = packetLength(data, at);
      if (length === INCOMPLETE || at + length > data.length) {
        this.unsent = data.subarray(at);
        break;
      }
      translated.push(this.sent(data.subarray(at, at + length)));
      at += length;
    }
    return translated.length === 0 ? null : Buffer.concat(translated);
  }

  private sent(packet: Buffer): Buffer {
    switch (packet[0]! >> 4) {
      case PacketType.connack:
        return connackFor(packet, this.greeting!, this.limits.maxPacketBytes);
      case PacketType.publish:
        return publishFor(packet);
      case PacketType.suback:
        return subackFor(packet);
      case PacketType.unsuback: {
        const id = packet.readUInt16BE(2);
        const filters = this.unsubscribed.get(id) ?? 1;
        this.unsubscribed.delete(id);
        return unsubackFor(packet, filters);
      }
      default:
        return packet;
    }
  }

  private gather(chunk: Buffer): Buffer | null {
    this.pieces.push(chunk);
    this.pieceBytes += chunk.length;
    if (this.pieceBytes < this.wanted) {
      if (this.pieces.length > MAX_PIECES) this.pieces = [Buffer.concat(this.pieces)];
      return null;
    }
    const data = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces);
    this.pieces = [];
    this.pieceBytes = 0;
    this.wanted = 0;
    return data;
  }

  private keep(data: Buffer, length: number): null {
    this.pieces = [data];
    this.pieceBytes = data.length;
    this.wanted = length === INCOMPLETE ? data.length + 1 : length;
    return null;
  }
}
