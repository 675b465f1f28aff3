import type { FrameIdentity } from '../frame.js';

/**
 * Key of a frame in LMDB: u64 frame number, u64 first sequence, u32 count, u32 bytes, all big-endian so that keys sort by frame.
 * A scan of keys alone tells positions, backlog and size; and the facts survive when the frame itself is spoilt.
 */
export interface FrameKey extends FrameIdentity {
  readonly bytes: number;
}

const KEY_BYTES = 24;

export function encodeFrameKey(key: FrameKey): Buffer {
  const out = Buffer.allocUnsafe(KEY_BYTES);
  writeUint64(out, key.frame, 0);
  writeUint64(out, key.firstSequence, 8);
  out.writeUInt32BE(key.count, 16);
  out.writeUInt32BE(key.bytes, 20);
  return out;
}

export function decodeFrameKey(key: Uint8Array): FrameKey {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return {
    frame: readUint64(view, 0),
    firstSequence: readUint64(view, 8),
    count: view.getUint32(16),
    bytes: view.getUint32(20),
  };
}

/** Sorts before every frame numbered `frame` or later, and after all earlier ones. */
export function firstKeyOf(frame: number): Buffer {
  const out = Buffer.allocUnsafe(8);
  writeUint64(out, frame, 0);
  return out;
}

function writeUint64(out: Buffer, value: number, at: number): void {
  out.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at);
  out.writeUInt32BE(value % 0x1_0000_0000, at + 4);
}

function readUint64(view: DataView, at: number): number {
  return view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}
