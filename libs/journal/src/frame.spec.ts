import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RawMessage } from '#core';
import { decodeFrame, FrameBuilder, type FrameIdentity } from './frame.js';
import { HeadDecoder } from './record-head.js';

const message = fc.record<RawMessage>({
  source: fc.string({ unit: 'grapheme', maxLength: 20 }),
  topic: fc.string({ unit: 'grapheme', maxLength: 40 }),
  payload: fc.uint8Array({ maxLength: 200 }),
  receivedAt: fc.double({ min: 0, max: 4e12, noNaN: true }),
});
const messages = fc.array(message, { minLength: 1, maxLength: 30 });

const sealed = (
  builder: FrameBuilder,
  from: readonly RawMessage[],
  firstSequence = 7,
): { bytes: Buffer; identity: FrameIdentity } => {
  for (const one of from) builder.add(one);
  const bytes = Buffer.from(builder.seal(firstSequence, 1_700_000_000_000));
  return { bytes, identity: { frame: 3, firstSequence, count: from.length } };
};

const decoded = (bytes: Buffer, identity: FrameIdentity, from = 0, to = Infinity) =>
  decodeFrame(bytes, identity, from, to, new HeadDecoder());

describe('frame', () => {
  it('gives back what was put in, in order, with running numbers', () => {
    fc.assert(
      fc.property(messages, (input) => {
        const { bytes, identity } = sealed(new FrameBuilder(), input);
        const { records, corrupt } = decoded(bytes, identity);
        expect(corrupt).toEqual([]);
        expect(records.map(({ source, topic, receivedAt }) => ({ source, topic, receivedAt }))).toEqual(
          input.map(({ source, topic, receivedAt }) => ({ source, topic, receivedAt })),
        );
        expect(records.map((r) => Buffer.from(r.payload))).toEqual(input.map((r) => Buffer.from(r.payload)));
        expect(records.map((r) => [r.sequence, r.frame, r.index])).toEqual(input.map((_, i) => [7 + i, 3, i]));
      }),
    );
  });

  it('decodes any part of itself', () => {
    fc.assert(
      fc.property(messages, fc.nat(40), fc.nat(40), (input, a, b) => {
        const { bytes, identity } = sealed(new FrameBuilder(), input);
        const part = decoded(bytes, identity, a, b);
        expect(part.records.map((r) => r.index)).toEqual(input.map((_, i) => i).slice(a, Math.max(a, b)));
      }),
    );
  });

  it('uses its buffer again without traces of what was there', () => {
    const builder = new FrameBuilder();
    sealed(builder, [{ source: 'long', topic: 'a/long/topic', payload: new Uint8Array(300).fill(9), receivedAt: 1 }]);
    builder.reset();
    const { bytes, identity } = sealed(builder, [
      { source: 's', topic: 't', payload: Uint8Array.of(1), receivedAt: 2 },
    ]);
    const { records } = decoded(bytes, identity);
    expect(records).toMatchObject([{ source: 's', topic: 't', receivedAt: 2 }]);
    expect([...records[0]!.payload]).toEqual([1]);
  });

  it('grows beyond its first buffer and its first index', () => {
    const input = Array.from({ length: 3000 }, (_, i) => ({
      source: `d${i}`,
      topic: `t/${i}`,
      payload: Buffer.alloc(100, i),
      receivedAt: i,
    }));
    const { bytes, identity } = sealed(new FrameBuilder(), input);
    expect(decoded(bytes, identity).records.map((r) => r.source)).toEqual(input.map((m) => m.source));
  });

  it('T23 a flipped bit anywhere spoils at most one record, and only that one is reported', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(7), (input, at, bit) => {
        const { bytes, identity } = sealed(new FrameBuilder(), input);
        const before = decoded(Buffer.from(bytes), identity).records;
        bytes[at % bytes.length]! ^= 1 << bit;
        const { records, corrupt } = decoded(bytes, identity);
        expect(corrupt.length).toBeLessThanOrEqual(1);
        expect(records.length + corrupt.length).toBe(input.length);
        for (const record of records) expect(record).toEqual(before[record.index]);
        for (const spoilt of corrupt) expect(spoilt.sequence).toBe(7 + spoilt.index);
      }),
      { numRuns: 500 },
    );
  });

  it('T23 a flipped bit inside a payload is always seen, and the bytes are kept', () => {
    const input = ['one', 'two', 'three'].map((text) => ({
      source: text,
      topic: 't',
      payload: Buffer.from(text),
      receivedAt: 1,
    }));
    const { bytes, identity } = sealed(new FrameBuilder(), input);
    const at = bytes.indexOf('twotwo'.slice(0, 3), bytes.indexOf('twot') + 3);
    bytes[at]! ^= 0x20;
    const { records, corrupt } = decoded(bytes, identity);
    expect(records.map((r) => r.source)).toEqual(['one', 'three']);
    expect(corrupt).toMatchObject([
      { index: 1, sequence: 8, reason: 'the record failed its checksum', receivedAt: 1_700_000_000_000 },
    ]);
    expect(Buffer.from(corrupt[0]!.bytes).includes('Two')).toBe(true);
  });

  it('T23 never throws on arbitrary bytes, and accounts for every record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 20 }), (bytes, count) => {
        const contents = decoded(Buffer.from(bytes), { frame: 1, firstSequence: 0, count });
        expect(contents.corrupt.length).toBe(count);
      }),
    );
  });

  it('refuses a source or topic that MQTT could not carry', () => {
    const tooLong = { source: 'x'.repeat(65_536), topic: 't', payload: new Uint8Array(), receivedAt: 0 };
    expect(() => new FrameBuilder().add(tooLong)).toThrow(RangeError);
  });
});
