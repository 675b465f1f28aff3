import type { Duplex } from 'node:stream';
import { Mqtt5Bridge } from './mqtt5-bridge.js';
import { bodyStart, INCOMPLETE, MALFORMED, MAX_HEADER_BYTES, packetLength, PacketType } from './packet-frame.js';

export type Violation =
  'connect-timeout' | 'not-connect' | 'malformed-length' | 'malformed-packet' | 'packet-too-large' | 'second-connect';

/** Sees every complete packet before the MQTT engine does. */
export interface PacketInspector {
  /** Whether bytes may be taken from the socket now. When not, the inspector calls {@link PacketGate.resume} later. */
  ready(): boolean;
  /** Packets that may be taken before it is asked again; at least one after {@link ready} said yes. */
  allowance(): number;
  /** Largest packet that may follow CONNECT, fixed header included. */
  maxPacketBytes(): number;
  /** One packet, `data[start, end)` with its variable header at `body`; true when it was dealt with and the engine must not see it. */
  packet(data: Buffer, start: number, body: number, end: number): boolean;
  /** Whether {@link packet} would deal with this PUBLISH, without doing so. */
  claims(data: Buffer, start: number, body: number, end: number): boolean;
  /** After each chunk: how much was in it. */
  taken(packets: number, bytes: number): void;
  /** The peer broke the protocol or a limit; the socket has been destroyed. */
  violation(reason: Violation): void;
}

export interface PacketLimits {
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
}

/** Chunks of one incomplete packet are joined beyond this number, so that one-byte segments cost bytes, not objects. */
const MAX_PIECES = 64;

/**
 * Stands between a socket and the MQTT engine by taking the place of the socket's `read()`: the engine gets whole packets,
 * none larger than allowed, and none before it can deal with them. Lengths are checked as soon as the fixed header is
 * there, so a packet that is too large is refused before it is buffered (THREATS 9).
 *
 * Nothing is copied unless a packet straddles two reads. While the gate is closed the socket is not read, so its buffer
 * and the peer's window fill up: that is the back-pressure.
 */
export class PacketGate {
  private readSocket: () => Buffer | null;
  /** Start of a packet that is not complete, or everything behind the CONNECT while that is being answered. */
  private pieces: Buffer[] = [];
  private pieceBytes = 0;
  /** Total bytes that make looking at the pieces worthwhile. */
  private wanted = 0;
  private phase: 'greeting' | 'connecting' | 'open' = 'greeting';
  /** The pieces hold whole packets that were more than the allowance: they come before anything is read again. */
  private heldBack = false;
  private handingOver = false;
  /** The engine asked while it was working on what it had got. */
  private askedAgain = false;

  constructor(
    private readonly socket: Duplex,
    private readonly inspector: PacketInspector,
    private readonly limits: PacketLimits,
  ) {
    const read = socket.read;
    const readPlain = (): Buffer | null => read.call(socket) as Buffer | null;
    const bridge = new Mqtt5Bridge(socket, limits, () => this.refuse('malformed-packet'));
    this.readSocket = () => {
      const chunk = readPlain();
      const data = chunk === null ? null : bridge.inbound(chunk);
      if (bridge.speaks5 === false) this.readSocket = readPlain;
      return data;
    };
    // Streams call `read(0)` themselves, to have their buffer filled; what it returns is looked at by nobody.
    socket.read = (size?: number) => (size === 0 ? read.call(socket, 0) : this.take());
  }

  /** Whether no CONNECT has come yet. */
  get silent(): boolean {
    return this.phase === 'greeting';
  }

  /** The CONNECT was accepted: what follows it may pass. */
  open(): void {
    this.phase = 'open';
    this.wanted = 0;
    this.resume();
  }

  /** Looks for bytes again, after {@link PacketInspector.ready} has said no. */
  resume(): void {
    queueMicrotask(() => {
      if (!this.socket.destroyed) this.socket.emit('readable');
    });
  }

  /** What the engine gets for `read()`: whole packets, or null. */
  private take(): Buffer | null {
    if (this.handingOver) {
      this.askedAgain = true;
      return null;
    }
    if (this.phase === 'connecting' || !this.inspector.ready()) return null;
    const data = this.gather();
    if (data === null) return null;
    const passed = this.phase === 'greeting' ? this.greet(data) : this.inspect(data);
    if (passed !== null) this.handOver();
    return passed;
  }

  /** The engine's parser is not re-entrant, and the engine may ask again while it still works on what it got. */
  private handOver(): void {
    this.handingOver = true;
    queueMicrotask(() => {
      this.handingOver = false;
      if (!this.askedAgain) return;
      this.askedAgain = false;
      this.resume();
    });
  }

  private gather(): Buffer | null {
    // What is over the allowance stays one chunk: reading on would pile up what the peer has to be kept from sending.
    if (this.heldBack) {
      this.heldBack = false;
      const [held] = this.pieces as [Buffer];
      this.pieces = [];
      this.pieceBytes = 0;
      this.resume();
      return held;
    }
    const chunk = this.readSocket();
    if (this.pieces.length === 0) return chunk;
    if (chunk !== null) {
      this.pieces.push(chunk);
      this.pieceBytes += chunk.length;
    }
    if (this.pieceBytes < this.wanted) {
      if (this.pieces.length > MAX_PIECES) this.pieces = [Buffer.concat(this.pieces)];
      return null;
    }
    const data = this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces);
    this.pieces = [];
    this.pieceBytes = 0;
    return data;
  }

  /** The first packet must be CONNECT [MQTT-3.1.0-1]; the rest waits until it was answered. */
  private greet(data: Buffer): Buffer | null {
    if (data[0]! >> 4 !== PacketType.connect) return this.refuse('not-connect');
    const length = packetLength(data, 0);
    if (length === MALFORMED) return this.refuse('malformed-length');
    if (length > this.limits.maxConnectBytes) return this.refuse('packet-too-large');
    if (length === INCOMPLETE || length > data.length) {
      this.keep(data, length);
      return null;
    }
    this.phase = 'connecting';
    if (length < data.length) this.keep(data.subarray(length), 0);
    this.inspector.taken(0, length);
    return length < data.length ? data.subarray(0, length) : data;
  }

  private inspect(data: Buffer): Buffer | null {
    let passed: Buffer[] | null = null;
    let passFrom = 0;
    let at = 0;
    let packets = 0;
    const allowance = this.inspector.allowance();
    const maxPacketBytes = this.inspector.maxPacketBytes();
    while (at < data.length) {
      if (packets >= allowance) {
        this.keep(data.subarray(at), 0);
        this.heldBack = true;
        this.resume();
        break;
      }
      const length = packetLength(data, at);
      if (length === MALFORMED) return this.refuse('malformed-length');
      if (length > maxPacketBytes) return this.refuse('packet-too-large');
      const end = at + length;
      if (length === INCOMPLETE || end > data.length) {
        this.keep(data.subarray(at), length);
        break;
      }
      if (data[at]! >> 4 === PacketType.connect) return this.refuse('second-connect'); // [MQTT-3.1.0-2]
      const body = bodyStart(data, at);
      if ((passed !== null || passFrom < at) && this.inspector.claims(data, at, body, end)) {
        // The engine has to see what comes before this packet first, or acknowledgements change their order [MQTT-4.6.0-2].
        this.keep(data.subarray(at), 0);
        this.askedAgain = true;
        break;
      }
      packets++;
      if (this.inspector.packet(data, at, body, end)) {
        if (this.socket.destroyed) return null;
        if (passFrom < at) (passed ??= []).push(data.subarray(passFrom, at));
        passFrom = end;
      }
      at = end;
    }
    this.inspector.taken(packets, at);
    if (passFrom === at) return passed === null ? null : join(passed);
    const rest = passFrom === 0 && at === data.length ? data : data.subarray(passFrom, at);
    return passed === null ? rest : join([...passed, rest]);
  }

  private keep(data: Buffer, length: number): void {
    this.pieces = [data];
    this.pieceBytes = data.length;
    this.wanted = length === INCOMPLETE ? Math.min(data.length + 1, MAX_HEADER_BYTES) : length;
  }

  private refuse(reason: Violation): null {
    this.socket.destroy();
    this.inspector.violation(reason);
    return null;
  }
}

function join(parts: Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
