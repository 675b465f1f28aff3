import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashText, type ReadingKey, RecentReadings, SAME_PAYLOAD_WITHIN_MS } from './recent-readings.js';

interface Sent {
  readonly time: number;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly metricSet: number;
  readonly hasClock: boolean;
  readonly toleranceMs: number;
  readonly payload: number;
}

const key = ({ payload, ...rest }: Sent): ReadingKey => ({ ...rest, payloadHash: () => payload });
const sent = (parts: Partial<Sent>): Sent => ({
  time: 1_000,
  boot: null,
  seq: null,
  metricSet: 1,
  hasClock: true,
  toleranceMs: 0,
  payload: 0,
  ...parts,
});

/** docs/architecture.md, De-duplication, word by word. */
function repeats(a: Sent, b: Sent): boolean {
  if (a.seq === null || b.seq === null)
    return a.seq === b.seq && Math.abs(a.time - b.time) <= a.toleranceMs && a.metricSet === b.metricSet;
  if (a.boot !== null || b.boot !== null) return a.boot === b.boot && a.seq === b.seq;
  if (a.seq !== b.seq || a.hasClock !== b.hasClock) return false;
  return a.hasClock
    ? a.time === b.time
    : a.payload === b.payload && Math.abs(a.time - b.time) <= SAME_PAYLOAD_WITHIN_MS;
}

/** What a device sends: runs of readings in order, out of order, after reboots; any earlier one may come again. */
function traffic(make: (step: number, jump: number) => Sent): fc.Arbitrary<Sent[]> {
  const steps = fc.array(fc.tuple(fc.integer({ min: -12, max: 4 }), fc.integer({ min: 0, max: 40 }), fc.boolean()), {
    minLength: 60,
    maxLength: 120,
  });
  return steps.map((list) => {
    const history: Sent[] = [];
    list.forEach(([jump, back, again], step) => {
      history.push(again && history.length > 0 ? history[Math.max(0, history.length - 1 - back)]! : make(step, jump));
    });
    return history;
  });
}

describe('recent readings', () => {
  it.each<[string, fc.Arbitrary<Sent[]>]>([
    [
      'without sequence',
      traffic((step, jump) => sent({ time: 10_000 + (step + jump) * 10, metricSet: 1 + (step % 2) })),
    ],
    [
      'without sequence, whose times are counted back from a receipt that is never quite the same',
      traffic((step, jump) => sent({ time: 10_000 + (step + jump) * 10 + (step % 3), toleranceMs: 3 })),
    ],
    [
      'with sequence and clock',
      traffic((step, jump) => sent({ time: 10_000 + (step + jump) * 10, seq: (step + jump + 12) % 30 })),
    ],
    [
      'with boot and sequence',
      traffic((step, jump) =>
        sent({ time: 10_000 + (step + jump) * 10, boot: `b${Math.floor(step / 25)}`, seq: step }),
      ),
    ],
  ])('agree with the rules on readings %s', (_, histories) => {
    fc.assert(
      fc.property(histories, (history) => {
        const recent = new RecentReadings(0);
        history.forEach((reading, i) => {
          const verdict = recent.check('a', key(reading));
          const isRepeated = history.slice(0, i).some((earlier) => repeats(reading, earlier));
          // 'unsure' is answered by the store; the other two must be right.
          if (verdict !== 'unsure') expect(verdict).toBe(isRepeated ? 'duplicate' : 'fresh');
        });
      }),
      { numRuns: 300 },
    );
  });

  it('are sure of every reading of a device that sends in order, and ask about those they have forgotten', () => {
    const recent = new RecentReadings(0);
    const make: ((i: number) => Sent)[] = [
      (i) => sent({ time: 1 + i * 1_000 }),
      (i) => sent({ time: 1 + Math.floor(i / 2) * 1_000, metricSet: 1 + (i % 2) }),
      (i) => sent({ time: 1 + i * 1_000, seq: i }),
      (i) => sent({ time: 1 + i * 1_000, boot: i < 50 ? 'x' : 'y', seq: i % 50 }),
      (i) => sent({ time: 1 + i * 1_000, seq: i, hasClock: false, payload: i }),
      (i) => sent({ time: 1 + i * 1_000, boot: 'x', seq: i, hasClock: false }),
    ];
    make.forEach((reading, device) => {
      for (let i = 0; i < 100; i++) expect(recent.check(`d${device}`, key(reading(i)))).toBe('fresh');
      for (let i = 93; i < 100; i++) expect(recent.check(`d${device}`, key(reading(i)))).toBe('duplicate');
      expect(recent.check(`d${device}`, key(reading(60)))).toBe('unsure');
    });
  });

  it('without boot and clock tell repetitions by payload within ten minutes', () => {
    const recent = new RecentReadings(0);
    const at = (time: number, payload: number): string =>
      recent.check('a', key(sent({ time, seq: 5, hasClock: false, payload })));
    expect([at(1_000, 1), at(2_000, 2), at(601_000, 1), at(1_300_000, 1)]).toEqual([
      'fresh',
      'fresh',
      'duplicate',
      'fresh',
    ]);
  });

  it('keep devices apart', () => {
    const recent = new RecentReadings(0);
    for (let i = 0; i < 3_000; i++) expect(recent.check(`d${i}`, key(sent({})))).toBe('fresh');
    for (let i = 0; i < 3_000; i++) expect(recent.check(`d${i}`, key(sent({})))).toBe('duplicate');
    expect(recent.devices).toBe(3_000);
  });

  it('after a restore are sure above what is known, and ask below', () => {
    const recent = new RecentReadings(500);
    const keys = Array.from({ length: 8 }, (_, i) => sent({ time: 1_000 + i, boot: 'x', seq: i }));
    recent.restore('full', keys, false);
    recent.restore('all', keys.slice(0, 3), true);
    const check = (device: string, seq: number, time: number): string =>
      recent.check(device, key(sent({ boot: 'x', seq, time })));
    expect([
      check('full', 7, 1_007),
      check('full', 8, 1_008),
      check('all', 3, 900),
      check('new', 1, 501),
      check('new', 0, 500),
    ]).toEqual(['duplicate', 'fresh', 'fresh', 'fresh', 'unsure']);
    recent.restore('older', keys.slice(2), false);
    expect(check('older', 1, 1_001)).toBe('unsure');
  });

  it('hash texts to whole numbers that stay apart', () => {
    const hashes = new Set(Array.from({ length: 20_000 }, (_, i) => hashText(`boot-${i}`)));
    expect(hashes.size).toBe(20_000);
    expect([...hashes].every((hash) => Number.isSafeInteger(hash) && hash > 0)).toBe(true);
  });
});
