import { connect, type Socket } from 'node:net';
import { FIRST_SEQUENCE, lamppostPayload, writeSequence, writeTime } from './lamppost-payload.js';
import { checkConnack, connectPacket, PubackCounter, publishPacket, type Credentials } from './mqtt-wire.js';

/** Messages of different values, so that neither side sees the same bytes over and over. */
const VARIANTS = 16;

/**
 * One device. Its window is a ring of finished packets: the slot of an acknowledged message gets a new time and sequence and
 * is sent again, several slots in one write. A slot is free only when its PUBACK came, so nothing in flight is overwritten.
 */
export class Publisher {
  sent = 0;
  acknowledged = 0;
  private readonly ring: Buffer;
  private readonly packetBytes: number;
  private readonly timeAt: number;
  private readonly sequenceAt: number;
  private readonly pubacks = new PubackCounter();
  private lastTime = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly window: number,
    credentials: Credentials,
    boot: string,
    private readonly onAcknowledged: (publisher: Publisher) => void,
  ) {
    const payloads = Array.from({ length: VARIANTS }, () => lamppostPayload(boot, Math.random));
    // Numbers of different length would make packets of different length: pad with the spaces that JSON allows.
    const bytes = Math.max(...payloads.map((payload) => payload.bytes.length));
    const padded = payloads.map((payload) =>
      Buffer.concat([payload.bytes, Buffer.alloc(bytes - payload.bytes.length, ' ')]),
    );
    const packets = Array.from({ length: window }, (_, slot) =>
      publishPacket(credentials.topic, slot + 1, padded[slot % VARIANTS]!),
    );
    this.packetBytes = packets[0]!.length;
    const payloadAt = this.packetBytes - bytes;
    this.timeAt = payloadAt + payloads[0]!.timeAt;
    this.sequenceAt = payloadAt + payloads[0]!.sequenceAt;
    this.ring = Buffer.concat(packets);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
  }

  /** Connects and waits for the CONNACK. */
  static open(
    port: number,
    credentials: Credentials,
    options: {
      window: number;
      boot: string;
      onAcknowledged: (publisher: Publisher) => void;
      onClosed: (error: Error) => void;
    },
  ): Promise<Publisher> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => socket.write(connectPacket(credentials)));
      socket.once('data', (chunk: Buffer) => {
        try {
          checkConnack(chunk);
        } catch (error) {
          reject(error as Error);
          return;
        }
        socket.off('error', reject).on('error', options.onClosed);
        socket.on('close', () =>
          options.onClosed(new Error(`the broker closed the connection of ${credentials.clientId}`)),
        );
        resolve(new Publisher(socket, options.window, credentials, options.boot, options.onAcknowledged));
      });
    });
  }

  get room(): number {
    return this.window - (this.sent - this.acknowledged);
  }

  /** Sends up to `count` messages, as many as the window has room for. */
  send(count: number): number {
    const sending = Math.min(count, this.room);
    let left = sending;
    while (left > 0) {
      const slot = this.sent % this.window;
      const run = Math.min(left, this.window - slot);
      this.refresh(slot, run);
      this.socket.write(this.ring.subarray(slot * this.packetBytes, (slot + run) * this.packetBytes));
      this.sent += run;
      left -= run;
    }
    return sending;
  }

  close(): void {
    this.socket.removeAllListeners().on('error', () => undefined);
    this.socket.destroy();
  }

  private refresh(slot: number, count: number): void {
    const now = Date.now();
    for (let i = 0; i < count; i++) {
      const at = (slot + i) * this.packetBytes;
      // A device never has two readings of one time.
      this.lastTime = Math.max(this.lastTime + 1, now);
      writeTime(this.ring, at + this.timeAt, this.lastTime);
      writeSequence(this.ring, at + this.sequenceAt, FIRST_SEQUENCE + this.sent + i);
    }
  }

  private take(chunk: Buffer): void {
    const { count, lastId } = this.pubacks.count(chunk);
    if (count === 0) return;
    this.acknowledged += count;
    const expected = ((this.acknowledged - 1) % this.window) + 1;
    if (lastId !== expected) throw new Error(`expected the PUBACK of packet ${expected}, got ${lastId}`);
    this.onAcknowledged(this);
  }
}
