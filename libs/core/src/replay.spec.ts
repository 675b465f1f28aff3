import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeReplay, encodeReplay, parseReplayTopic, replayTopic, type ReplayedLetter } from './replay.js';

const replayed: ReplayedLetter = {
  job: 'job-1',
  letter: {
    id: '7-0',
    sequence: 7,
    source: 'gateway/1',
    receivedAt: 1_700_000_000_000,
    device: null,
    department: null,
    code: 'bad-json',
  },
  partial: false,
  pointers: [''],
  topic: 'application/a/device/0101010101010101/event/up',
  payload: Uint8Array.from([0, 255, 10]),
};

describe('replay envelopes', () => {
  it('carry any payload', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string({ unit: 'grapheme' }), (payload, topic) => {
        expect(decodeReplay(encodeReplay({ ...replayed, payload, topic }))).toEqual({ ...replayed, payload, topic });
      }),
    );
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a telemetry payload', Buffer.from('{"values":{}}')],
    ['a cut envelope', encodeReplay(replayed).subarray(0, 20)],
  ])('are not read from %s', (_, bytes) => {
    expect(() => decodeReplay(bytes)).toThrow(RangeError);
  });
});

describe('replay topics', () => {
  it('carry any source in one level without wildcards', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (source) => {
        const topic = replayTopic(source);
        expect(topic).toMatch(/^lamplighter\/replay\/[A-Za-z0-9_-]+$/);
        expect(parseReplayTopic(topic)).toBe(source);
      }),
    );
  });

  it.each([
    'lamplighter/replay/',
    'lamplighter/replay/a',
    'lamplighter/replay/YQ/x',
    'lamplighter/services/api/status',
  ])('are not %s', (topic) => expect(parseReplayTopic(topic)).toBeNull());
});
