import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketSegments, bucketStart } from './buckets.js';
import { offsetAt } from './time-zones.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const iso = (time: number) => new Date(time).toISOString().slice(0, 16);
const start = (at: string, everyMs: number, timeZone: string) => {
  const time = Date.parse(at);
  return iso(bucketStart(time, bucketSegments(time, time + 1, everyMs, timeZone)));
};

describe('buckets', () => {
  it.each([
    ['2026-03-02T15:59:59Z', DAY, 'Asia/Hong_Kong', '2026-03-01T16:00'],
    ['2026-03-02T16:00:00Z', DAY, 'Asia/Hong_Kong', '2026-03-02T16:00'],
    ['2026-03-08T15:00:00Z', 7 * DAY, 'Asia/Hong_Kong', '2026-03-01T16:00'],
    ['2026-03-02T05:10:00Z', 6 * HOUR, 'Asia/Hong_Kong', '2026-03-02T04:00'],
    ['2026-03-02T05:10:00Z', 5 * HOUR, 'Asia/Hong_Kong', '2026-03-02T02:00'],
    ['2026-03-29T12:00:00Z', DAY, 'Europe/London', '2026-03-29T00:00'],
    ['2026-03-29T22:59:00Z', DAY, 'Europe/London', '2026-03-29T00:00'],
    ['2026-03-29T23:00:00Z', DAY, 'Europe/London', '2026-03-29T23:00'],
    ['2026-10-25T23:30:00Z', DAY, 'Europe/London', '2026-10-24T23:00'],
    ['2026-10-26T00:00:00Z', DAY, 'Europe/London', '2026-10-26T00:00'],
    ['2026-10-25T00:30:00Z', HOUR, 'Europe/London', '2026-10-25T00:00'],
    ['2026-10-25T01:30:00Z', HOUR, 'Europe/London', '2026-10-25T01:00'],
    ['2026-03-02T05:10:00Z', HOUR, 'Asia/Kathmandu', '2026-03-02T04:15'],
    // Clocks in Egypt skip midnight: the day starts at 01:00 local.
    ['2026-04-24T12:00:00Z', DAY, 'Africa/Cairo', '2026-04-23T22:00'],
    ['1969-12-31T12:00:00Z', DAY, 'UTC', '1969-12-31T00:00'],
  ])('%s in buckets of %i ms in %s starts at %s', (at, everyMs, timeZone, expected) => {
    expect(start(at, everyMs, timeZone)).toBe(expected);
  });

  it('needs one segment for a year in Hong Kong and five for one in London', () => {
    const from = Date.parse('2026-01-01T00:00:00Z');
    expect(bucketSegments(from, from + 365 * DAY, HOUR, 'Asia/Hong_Kong')).toHaveLength(1);
    expect(bucketSegments(from, from + 365 * DAY, HOUR, 'Europe/London')).toHaveLength(5);
  });

  it.each([0, -1, 1.5, NaN, Infinity, DAY + 1, 36 * HOUR])('refuses a width of %p', (everyMs) => {
    expect(() => bucketSegments(0, DAY, everyMs, 'UTC')).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  it.each(['', 'Nowhere/Town', "'; --", '../etc/passwd'])('refuses %p as a time zone', (timeZone) => {
    expect(() => bucketSegments(0, DAY, HOUR, timeZone)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  it('covers the range without holes; starts never run backwards, never lie ahead, and are local midnights by day', () => {
    const zone = fc.constantFrom(
      'Asia/Hong_Kong',
      'Europe/London',
      'America/New_York',
      'Africa/Cairo',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'UTC',
    );
    const every = fc.constantFrom(60_000, 900_000, HOUR, 5 * HOUR, 6 * HOUR, DAY, 2 * DAY, 7 * DAY);
    const from = fc.integer({ min: Date.parse('2005-01-01'), max: Date.parse('2030-01-01') });
    fc.assert(
      fc.property(zone, every, from, fc.integer({ min: 1, max: 100 }), (timeZone, everyMs, begin, hours) => {
        const end = begin + hours * HOUR;
        const segments = bucketSegments(begin, end, everyMs, timeZone);
        expect(segments[0]!.from).toBeLessThanOrEqual(begin);
        expect(segments.at(-1)!.to).toBeGreaterThanOrEqual(end);
        segments.slice(1).forEach((segment, i) => expect(segment.from).toBe(segments[i]!.to));
        let last = -Infinity;
        for (let time = begin; time < end; time += Math.max(everyMs / 3, HOUR)) {
          const at = bucketStart(time, segments);
          expect(at).toBeLessThanOrEqual(time);
          expect(time - at).toBeLessThan(everyMs + 2 * HOUR);
          expect(at).toBeGreaterThanOrEqual(last);
          if (everyMs === DAY && timeZone !== 'Africa/Cairo' && timeZone !== 'Pacific/Apia') {
            expect(Math.abs((at + offsetAt(at, timeZone)) % DAY)).toBe(0);
          }
          last = at;
        }
      }),
      { numRuns: 100 },
    );
  });
});
