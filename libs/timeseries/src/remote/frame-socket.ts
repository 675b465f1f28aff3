import type { Socket } from 'node:net';
import { TcpSocket } from '@nestjs/microservices';
import { Encoder } from 'cbor-x';

/** Length of a frame, big-endian, before its CBOR. */
const HEADER_BYTES = 4;
/** A larger frame is a fault: queries are limited long before. */
const MAX_FRAME_BYTES = 512 * 1024 * 1024;

const codec = new Encoder({ useRecords: true, mapsAsObjects: false, tagUint8Array: false });

/**
 * Framing for Nest's TCP transport in place of its JsonSocket: CBOR carries bytes, Maps, NaN and typed arrays as they are, takes half
 * the space of JSON and less than half the time to decode.
 */
export class FrameSocket extends TcpSocket {
  private readonly parts: Buffer[] = [];
  private buffered = 0;
  private expected: number | null = null;

  constructor(socket: Socket) {
    super(socket);
    socket.on('drain', () => socket.resume());
  }

  protected handleSend(message: unknown, callback?: (error?: unknown) => void): void {
    const body = codec.encode(message);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(body.length);
    this.socket.write(header);
    // A peer that does not read its answers gets no further questions in.
    if (!this.socket.write(body, callback)) this.socket.pause();
  }

  protected handleData(data: Buffer | string): void {
    this.parts.push(data as Buffer);
    this.buffered += data.length;
    for (let frame = this.nextFrame(); frame !== null; frame = this.nextFrame())
      this.socket.emit('message', codec.decode(frame));
  }

  private nextFrame(): Buffer | null {
    if (this.expected === null) {
      if (this.buffered < HEADER_BYTES) return null;
      this.expected = this.take(HEADER_BYTES).readUInt32BE();
      if (this.expected > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${this.expected} bytes`);
    }
    if (this.buffered < this.expected) return null;
    const frame = this.take(this.expected);
    this.expected = null;
    return frame;
  }

  /** The parts are joined once a frame is whole, not with every part that arrives. */
  private take(bytes: number): Buffer {
    if (this.parts[0]!.length < bytes) this.parts.splice(0, this.parts.length, Buffer.concat(this.parts));
    const first = this.parts[0]!;
    if (first.length === bytes) this.parts.shift();
    else this.parts[0] = first.subarray(bytes);
    this.buffered -= bytes;
    return first.subarray(0, bytes);
  }
}
