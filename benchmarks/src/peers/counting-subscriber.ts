import { connect, type Socket } from 'node:net';
import { checkConnack, connectPacket, subscribePacket } from '../load/mqtt-wire.js';

/**
 * The one subscriber of a forwarding broker, in a process of its own: acknowledges every PUBLISH and counts it, nothing else.
 * Arguments: port, filter. Sends `{ready}` when subscribed and answers any message with `{received, lastAt}`.
 */
const [port, filter] = process.argv.slice(2);
let received = 0;
let lastAt = 0;
let buffered = Buffer.alloc(0);

const socket: Socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
socket.once('connect', () => socket.write(connectPacket({ clientId: 'benchmark-subscriber', topic: '' })));
socket.once('data', (chunk: Buffer) => {
  checkConnack(chunk);
  socket.write(subscribePacket(filter!));
  socket.once('data', () => {
    process.send!({ ready: true });
    socket.on('data', take);
  });
});
socket.on('close', () => process.exit(0));
process.on('message', () => process.send!({ received, lastAt }));
process.on('disconnect', () => process.exit(0));

function take(chunk: Buffer): void {
  const bytes = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
  const pubacks = Buffer.allocUnsafe((bytes.length >> 5) * 4 + 8);
  let acknowledged = 0;
  let at = 0;
  for (let packet = packetAt(bytes, at); packet !== null; packet = packetAt(bytes, at)) {
    if (bytes[at]! >> 4 === 3) {
      pubacks.writeUInt16BE(0x4002, acknowledged);
      bytes.copy(pubacks, acknowledged + 2, packet.idAt, packet.idAt + 2);
      acknowledged += 4;
      received++;
    }
    at = packet.end;
  }
  buffered = Buffer.from(bytes.subarray(at));
  lastAt = Date.now();
  if (acknowledged > 0) socket.write(pubacks.subarray(0, acknowledged));
}

/** Bounds of the packet at `at`, or null while it is incomplete. */
function packetAt(bytes: Buffer, at: number): { idAt: number; end: number } | null {
  let length = 0;
  let cursor = at + 1;
  for (let shift = 0; ; shift += 7) {
    if (cursor >= bytes.length) return null;
    const digit = bytes[cursor++]!;
    length += (digit & 0x7f) << shift;
    if (digit < 0x80) break;
  }
  const end = cursor + length;
  if (end > bytes.length) return null;
  return { idAt: cursor + 2 + bytes.readUInt16BE(cursor), end };
}
