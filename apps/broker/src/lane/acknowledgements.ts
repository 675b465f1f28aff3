import type { Duplex } from 'node:stream';

const PUBACK_BYTES = 4;

/**
 * PUBACKs of one connection. They are written in the order of the PUBLISH packets [MQTT-4.6.0-2], all those of one group
 * commit in a single write.
 */
export class Acknowledgements {
  private ids: number[] = [];
  private scheduled = false;

  constructor(private readonly socket: Duplex) {}

  add(messageId: number): void {
    this.ids.push(messageId);
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Writes what is due now, before something else of this connection may be written. */
  flush(): void {
    this.scheduled = false;
    const { ids } = this;
    if (ids.length === 0) return;
    this.ids = [];
    if (this.socket.destroyed || !this.socket.writable) return;
    const packets = Buffer.allocUnsafe(ids.length * PUBACK_BYTES);
    let at = 0;
    for (const id of ids) {
      packets[at] = 0x40;
      packets[at + 1] = 0x02;
      packets[at + 2] = id >> 8;
      packets[at + 3] = id & 0xff;
      at += PUBACK_BYTES;
    }
    this.socket.write(packets);
  }
}
