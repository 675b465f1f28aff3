/**
 * The repeating part of a record: who sent it, on which topic. A fleet repeats the same few thousand pairs for ever, so both
 * directions keep what they worked out once.
 */

const CACHED_PAIRS = 200_000;

/** Source and topic as bytes, with the CRC-32 of those bytes, which the checksum of a record starts from. */
export interface EncodedHead {
  readonly source: string;
  readonly sourceLength: number;
  readonly topicLength: number;
  readonly bytes: Uint8Array;
  readonly crc: number;
}

export class HeadEncoder {
  private readonly byTopic = new Map<string, EncodedHead>();

  constructor(private readonly crc32: (bytes: Uint8Array) => number) {}

  /** @throws RangeError when source or topic exceed the 65,535 bytes of an MQTT string [MQTT-1.5.3] */
  encode(source: string, topic: string): EncodedHead {
    const known = this.byTopic.get(topic);
    if (known !== undefined && known.source === source) return known;
    const bytes = Buffer.from(source + topic, 'utf8');
    const sourceLength = Buffer.byteLength(source, 'utf8');
    const topicLength = bytes.length - sourceLength;
    if (sourceLength > 0xffff || topicLength > 0xffff)
      throw new RangeError('source and topic are limited to 65535 bytes each');
    const head = { source, sourceLength, topicLength, bytes, crc: this.crc32(bytes) };
    if (this.byTopic.size >= CACHED_PAIRS) this.byTopic.clear();
    this.byTopic.set(topic, head);
    return head;
  }
}

export interface DecodedHead {
  readonly source: string;
  readonly topic: string;
}

interface CachedHead extends DecodedHead {
  readonly sourceLength: number;
  readonly bytes: Uint8Array;
}

export class HeadDecoder {
  private readonly byHash = new Map<number, CachedHead>();

  /** Source and topic at `start`, as the same string objects each time. */
  decode(frame: Buffer, start: number, sourceLength: number, topicLength: number): DecodedHead {
    const end = start + sourceLength + topicLength;
    const hash = fnv1a(frame, start, end);
    const known = this.byHash.get(hash);
    if (known !== undefined && known.sourceLength === sourceLength && same(known.bytes, frame, start, end))
      return known;
    const head: CachedHead = {
      source: frame.toString('utf8', start, start + sourceLength),
      topic: frame.toString('utf8', start + sourceLength, end),
      sourceLength,
      bytes: Uint8Array.prototype.slice.call(frame, start, end),
    };
    if (this.byHash.size >= CACHED_PAIRS) this.byHash.clear();
    this.byHash.set(hash, head);
    return head;
  }
}

function fnv1a(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash | 0;
}

function same(cached: Uint8Array, frame: Uint8Array, start: number, end: number): boolean {
  if (cached.length !== end - start) return false;
  for (let i = 0; i < cached.length; i++) if (cached[i] !== frame[start + i]) return false;
  return true;
}
