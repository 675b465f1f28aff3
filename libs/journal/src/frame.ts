import { crc32 } from 'node:zlib';
import type { JournalRecord, RawMessage } from '#core';
import type { CorruptRecord } from './journal.js';
import { HeadEncoder, type HeadDecoder } from './record-head.js';

/**
 * The frame: all messages of one group commit, little-endian.
 *
 *     header   u32 magic 'LLJF', u32 version, u32 count, u32 end of the records, f64 first sequence, f64 commit time (ms),
 *              u32 CRC of the records, u32 CRC of the index, u32 CRC of the header up to here, u32 zero
 *     records  u32 CRC, u32 payload length, f64 receivedAt, u16 source length, u16 topic length, source, topic, payload
 *     index    u32 offset of each record
 *
 * A sound frame costs one checksum over all its records. Only when that fails is each record checked by its own, so a flipped
 * byte spoils one record: the index still finds its neighbours, and a spoilt index is replaced by walking the records.
 * The CRC of a record covers source, topic and payload, then the fixed fields after the CRC.
 */
const MAGIC = 0x464a4c4c;
const VERSION = 1;
const HEADER_BYTES = 48;
const HEADER_CRC_AT = 40;
const RECORD_BYTES = 20;
const INITIAL_BYTES = 64 * 1024;

/** What the key of a frame says about it, apart from the frame's own bytes. */
export interface FrameIdentity {
  /** Number of the frame, counted from 1. */
  readonly frame: number;
  readonly firstSequence: number;
  readonly count: number;
}

/** Gathers messages into one frame; the buffer is kept and used again after `reset`. */
export class FrameBuilder {
  private buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  private offsets = new Uint32Array(512);
  private end = HEADER_BYTES;
  count = 0;

  constructor(private readonly heads = new HeadEncoder(crc32)) {}

  /** Size of the frame if it were sealed now. */
  get bytes(): number {
    return this.end + this.count * 4;
  }

  /** Copies the message; the caller's payload may be reused. */
  add(message: RawMessage): void {
    const { payload } = message;
    const head = this.heads.encode(message.source, message.topic);
    const start = this.end;
    const fixedEnd = start + RECORD_BYTES;
    const next = fixedEnd + head.bytes.length + payload.length;
    this.reserve(next);
    const { buffer } = this;
    writeUint32(buffer, payload.length, start + 4);
    buffer.writeDoubleLE(message.receivedAt, start + 8);
    writeUint32(buffer, head.sourceLength | (head.topicLength << 16), start + 16);
    buffer.set(head.bytes, fixedEnd);
    buffer.set(payload, fixedEnd + head.bytes.length);
    writeUint32(buffer, crcOfFixedFields(buffer, start, crc32(payload, head.crc)), start);
    this.offsets[this.count++] = start;
    this.end = next;
  }

  /** The finished frame, valid until `reset`. */
  seal(firstSequence: number, committedAt: number): Buffer {
    const indexAt = this.end;
    this.reserve(indexAt);
    const { buffer, count } = this;
    for (let i = 0; i < count; i++) writeUint32(buffer, this.offsets[i]!, indexAt + i * 4);
    buffer.writeUInt32LE(MAGIC, 0);
    buffer.writeUInt32LE(VERSION, 4);
    buffer.writeUInt32LE(count, 8);
    buffer.writeUInt32LE(indexAt, 12);
    buffer.writeDoubleLE(firstSequence, 16);
    buffer.writeDoubleLE(committedAt, 24);
    buffer.writeUInt32LE(crc32(buffer.subarray(HEADER_BYTES, indexAt)), 32);
    buffer.writeUInt32LE(crc32(buffer.subarray(indexAt, indexAt + count * 4)), 36);
    buffer.writeUInt32LE(crc32(buffer.subarray(0, HEADER_CRC_AT)), HEADER_CRC_AT);
    buffer.writeUInt32LE(0, HEADER_CRC_AT + 4);
    return buffer.subarray(0, indexAt + count * 4);
  }

  reset(): void {
    this.end = HEADER_BYTES;
    this.count = 0;
  }

  /** Makes room up to `end` and for an index of one more record. */
  private reserve(end: number): void {
    const needed = end + (this.count + 1) * 4;
    if (needed > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, this.end);
      this.buffer = larger;
    }
    if (this.count === this.offsets.length) {
      const larger = new Uint32Array(this.count * 2);
      larger.set(this.offsets);
      this.offsets = larger;
    }
  }
}

export interface FrameContents {
  readonly records: JournalRecord[];
  readonly corrupt: CorruptRecord[];
}

/**
 * Records `from` up to (not including) `to` of a frame. Payloads are views of `bytes`. Never throws on bad bytes: what cannot
 * be trusted comes back as corrupt, and `identity` (from the frame's key) says how many there have to be.
 */
export function decodeFrame(
  bytes: Buffer,
  identity: FrameIdentity,
  from: number,
  to: number,
  heads: HeadDecoder,
): FrameContents {
  const end = Math.min(to, identity.count);
  const trust = examineFrame(bytes, identity);
  const contents: FrameContents = { records: [], corrupt: [] };
  for (let index = from; index < end; index++) {
    const start = trust.offsets(index);
    const fault = start < 0 ? trust.reason : trust.sound ? null : recordFault(bytes, start, trust.recordsEnd);
    const place = { sequence: identity.firstSequence + index, frame: identity.frame, index };
    if (fault === null) contents.records.push(recordAt(bytes, start, place, heads));
    else
      contents.corrupt.push({
        ...place,
        bytes: spoiltBytes(bytes, start, index, trust),
        reason: fault,
        receivedAt: trust.committedAt,
      });
  }
  return contents;
}

interface Trust {
  /** All checksums of the frame hold: its records need no check of their own. */
  readonly sound: boolean;
  /** Offset of a record, or -1 when it cannot be found any more. */
  readonly offsets: (index: number) => number;
  /** Offset of the frame's last record where the index is sound, else -1. */
  readonly lastOffset: number;
  readonly recordsEnd: number;
  readonly committedAt: number;
  readonly reason: string;
}

function examineFrame(bytes: Buffer, identity: FrameIdentity): Trust {
  const indexAt = bytes.length - identity.count * 4;
  const headerFault = faultOfHeader(bytes, identity, indexAt);
  const committedAt = headerFault === null ? bytes.readDoubleLE(24) : 0;
  const common = {
    recordsEnd: indexAt,
    committedAt,
    reason: headerFault ?? 'the index of the frame failed its checksum',
  };
  if (headerFault === null && crc32(bytes.subarray(indexAt)) === bytes.readUInt32LE(36)) {
    const sound = crc32(bytes.subarray(HEADER_BYTES, indexAt)) === bytes.readUInt32LE(32);
    const offsets = (index: number): number => bytes.readUInt32LE(indexAt + index * 4);
    return { ...common, sound, offsets, lastOffset: offsets(identity.count - 1) };
  }
  const found = walkRecords(bytes, indexAt, identity.count);
  return { ...common, sound: false, offsets: (index) => found[index] ?? -1, lastOffset: -1 };
}

function faultOfHeader(bytes: Buffer, identity: FrameIdentity, indexAt: number): string | null {
  if (indexAt < HEADER_BYTES) return 'the frame is shorter than its header and index';
  if (crc32(bytes.subarray(0, HEADER_CRC_AT)) !== bytes.readUInt32LE(HEADER_CRC_AT))
    return 'the header of the frame failed its checksum';
  if (bytes.readUInt32LE(0) !== MAGIC) return 'the value is not a frame';
  if (bytes.readUInt32LE(4) !== VERSION) return `the frame has the unknown format version ${bytes.readUInt32LE(4)}`;
  if (bytes.readUInt32LE(8) !== identity.count || bytes.readUInt32LE(12) !== indexAt)
    return 'the frame is not the one that its key names';
  return bytes.readDoubleLE(16) === identity.firstSequence ? null : 'the frame is not the one that its key names';
}

/** Offsets found by following the lengths of records whose own checksum holds. */
function walkRecords(bytes: Buffer, recordsEnd: number, count: number): number[] {
  const offsets: number[] = [];
  let at = HEADER_BYTES;
  while (offsets.length < count && recordFault(bytes, at, recordsEnd) === null) {
    offsets.push(at);
    at = recordEnd(bytes, at);
  }
  return offsets;
}

function recordEnd(bytes: Buffer, start: number): number {
  return (
    start +
    RECORD_BYTES +
    bytes.readUInt16LE(start + 16) +
    bytes.readUInt16LE(start + 18) +
    bytes.readUInt32LE(start + 4)
  );
}

function recordFault(bytes: Buffer, start: number, limit: number): string | null {
  if (start + RECORD_BYTES > limit) return 'the record lies outside its frame';
  const end = recordEnd(bytes, start);
  if (end > limit) return 'the record lies outside its frame';
  const crc = crcOfFixedFields(bytes, start, crc32(bytes.subarray(start + RECORD_BYTES, end)));
  return crc === bytes.readUInt32LE(start) ? null : 'the record failed its checksum';
}

function recordAt(
  bytes: Buffer,
  start: number,
  place: { sequence: number; frame: number; index: number },
  heads: HeadDecoder,
): JournalRecord {
  const sourceLength = bytes[start + 16]! | (bytes[start + 17]! << 8);
  const topicLength = bytes[start + 18]! | (bytes[start + 19]! << 8);
  const headAt = start + RECORD_BYTES;
  const payloadAt = headAt + sourceLength + topicLength;
  const head = heads.decode(bytes, headAt, sourceLength, topicLength);
  return {
    source: head.source,
    topic: head.topic,
    payload: bytes.subarray(payloadAt, payloadAt + bytes.readUInt32LE(start + 4)),
    receivedAt: bytes.readDoubleLE(start + 8),
    sequence: place.sequence,
    frame: place.frame,
    index: place.index,
  };
}

/** The bytes of a spoilt record as far as its neighbours tell; of a lost run, the first one carries all of it. */
function spoiltBytes(bytes: Buffer, start: number, index: number, trust: Trust): Uint8Array {
  if (start >= 0) {
    const next = start === trust.lastOffset ? trust.recordsEnd : trust.offsets(index + 1);
    return bytes.subarray(start, next > start ? next : trust.recordsEnd);
  }
  const before = index === 0 ? HEADER_BYTES : trust.offsets(index - 1);
  return before < 0 ? bytes.subarray(0, 0) : bytes.subarray(index === 0 ? 0 : recordEnd(bytes, before));
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** Continues a CRC-32 over the sixteen bytes after the CRC field; too few for a native call to pay. */
function crcOfFixedFields(bytes: Buffer, start: number, crc: number): number {
  let c = ~crc;
  for (let i = start + 4; i < start + RECORD_BYTES; i++) c = CRC_TABLE[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}

function writeUint32(bytes: Buffer, value: number, at: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
