import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FramePlace, FrameSessions } from './frame-sessions.js';

const MINUTE = 60_000;
const store = { latest: () => Promise.resolve([]), findStored: () => Promise.resolve([]) };

const sessions = (): FrameSessions => new FrameSessions(store);
const place = (
  of: FrameSessions,
  frameCounter: number | null,
  minute: number,
  devAddr: string | null = '00189440',
): FramePlace => of.place('a', { devAddr, frameCounter, time: minute * MINUTE, hasTime: true });

describe('the count of frames', () => {
  it('adds up: frames heard and missed are all that were sent', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 60 }), (skips) => {
        const of = sessions();
        let counter = 0;
        let missed = 0;
        skips.forEach((skip, i) => {
          counter += skip + 1;
          const { gap } = place(of, counter, i * 10);
          if (i > 0) missed += gap!;
        });
        expect(missed).toBe(skips.slice(1).reduce((sum, skip) => sum + skip, 0));
      }),
    );
  });

  it('never counts a repeated or late frame, and never below zero', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(20)), { maxLength: 60 }), (frames) => {
        const of = sessions();
        const heard = new Set<number>();
        for (const [counter] of frames) {
          // All within the minute in which a lower counter is only late.
          const { gap, boot } = of.place('a', { devAddr: 'ab', frameCounter: counter, time: counter, hasTime: true });
          expect(boot).toBe('ab');
          if (heard.has(counter)) expect(gap).toBeNull();
          else if (gap !== null) expect(gap).toBeGreaterThanOrEqual(0);
          heard.add(counter);
        }
      }),
    );
  });

  it.each([
    ['of 16 bits', 65_534],
    ['of 32 bits', 2 ** 32 - 2],
  ])('goes on over the end of a counter %s', (_, last) => {
    const of = sessions();
    place(of, last, 0);
    const { gap, boot } = place(of, 1, 10);
    expect(gap).toBe(2);
    // Another name, so that the counter's next round repeats nothing.
    expect(boot).toBe(`00189440@${10 * MINUTE}`);
    expect(place(of, 2, 20)).toEqual({ boot, gap: 0 });
  });

  it('starts again with a join, and knows late frames of the session before', () => {
    const of = sessions();
    place(of, 7, 0);
    expect(place(of, 0, 10, '00189441')).toEqual({ boot: '00189441', gap: 0 });
    expect(place(of, 8, -1)).toEqual({ boot: '00189440', gap: null });
    expect(place(of, 2, 20, '00189441')).toEqual({ boot: '00189441', gap: 1 });
  });

  it('takes a large step for another count', () => {
    const of = sessions();
    place(of, 0, 0);
    expect(place(of, 20_000, 10).gap).toBeNull();
    expect(place(of, 20_002, 20).gap).toBe(1);
  });

  it('takes the same counter much later for a device without memory, and soon after for a copy', () => {
    const of = sessions();
    place(of, 7, 0);
    expect(place(of, 7, 0.9)).toEqual({ boot: '00189440', gap: null });
    expect(place(of, 7, 5)).toEqual({ boot: `00189440@${5 * MINUTE}`, gap: null });
    // The first one, delivered again.
    expect(place(of, 7, 0)).toEqual({ boot: '00189440', gap: null });
  });

  it('does not take a late delivery without a time for a new count', () => {
    const of = sessions();
    place(of, 5, 0);
    const late = of.place('a', { devAddr: '00189440', frameCounter: 4, time: 60 * MINUTE, hasTime: false });
    expect(late).toEqual({ boot: '00189440', gap: null });
  });

  it('goes without an address or a counter', () => {
    const of = sessions();
    expect(place(of, null, 0)).toEqual({ boot: '00189440', gap: null });
    expect(place(of, 3, 1, null)).toEqual({ boot: null, gap: null });
    expect(place(of, 5, 2, null)).toEqual({ boot: null, gap: 1 });
  });

  it('is restored from stored readings, of the last day or when the device is heard', async () => {
    const of = new FrameSessions({
      latest: () =>
        Promise.resolve([{ device: 'a', time: 9, receivedAt: 9, values: { frameCounter: { time: 5, value: 7 } } }]),
      findStored: (kind, device, from) =>
        Promise.resolve([{ kind, device, time: from, boot: '00189440@3', seq: 7, metrics: [] }]),
    });
    await of.load(['a'], 100);
    expect(place(of, 9, 1)).toEqual({ boot: '00189440@3', gap: 1 });
    const other = sessions();
    other.restore({ kind: 'lorawan-link', device: 'a', time: 5, boot: '00189440', seq: 7, metrics: [] });
    other.restore({ kind: 'lorawan-link', device: 'a', time: 4, boot: '00189440', seq: 6, metrics: [] });
    other.restore({ kind: 'lpwan-node', device: 'a', time: 6, boot: '00189440', seq: 8, metrics: [] });
    expect(place(other, 9, 1).gap).toBe(1);
  });
});
