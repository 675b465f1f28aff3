import { deflateRawSync, inflateRawSync } from 'node:zlib';

const RAW = 0;
const DEFLATED = 1;

/** Messages of one hour by source id. */
export class HourCounts {
  private counts: Uint32Array;

  constructor(counts: Uint32Array = new Uint32Array(64)) {
    this.counts = counts;
  }

  add(source: number): void {
    if (source >= this.counts.length) {
      const larger = new Uint32Array(Math.max(source + 1, this.counts.length * 2));
      larger.set(this.counts);
      this.counts = larger;
    }
    this.counts[source]!++;
  }

  of(source: number): number {
    return this.counts[source] ?? 0;
  }

  *entries(): Generator<[source: number, messages: number]> {
    for (let source = 0; source < this.counts.length; source++) {
      if (this.counts[source] !== 0) yield [source, this.counts[source]!];
    }
  }

  /** `closed` hours are written once more and kept for weeks, so they are worth compressing; the running one is not. */
  encode(closed: boolean): Buffer {
    let used = this.counts.length;
    while (used > 0 && this.counts[used - 1] === 0) used--;
    const bytes = Buffer.alloc(used * 4);
    for (let i = 0; i < used; i++) bytes.writeUInt32LE(this.counts[i]!, i * 4);
    return Buffer.concat([Buffer.of(closed ? DEFLATED : RAW), closed ? deflateRawSync(bytes, { level: 1 }) : bytes]);
  }

  static decode(blob: Uint8Array): HourCounts {
    const body = Buffer.from(blob.buffer, blob.byteOffset + 1, blob.byteLength - 1);
    const bytes = blob[0] === DEFLATED ? inflateRawSync(body) : body;
    const counts = new Uint32Array(Math.max(64, bytes.length >> 2));
    for (let i = 0; i < bytes.length >> 2; i++) counts[i] = bytes.readUInt32LE(i * 4);
    return new HourCounts(counts);
  }
}
