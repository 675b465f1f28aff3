import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchOf, SCHEMA, T0 } from '../contract/samples.contract.js';
import { pointTime, readingLines } from './line-protocol.js';

describe('pointTime', () => {
  it('is the same for the same message and another for any other of the next million, in the same millisecond', () => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.nat(1e15), fc.integer({ min: 1, max: 999_999 }), (time, sequence, distance) => {
        expect(pointTime(time, sequence)).toBe(pointTime(time, sequence));
        expect(pointTime(time, sequence)).not.toBe(pointTime(time, sequence + distance));
        expect(pointTime(time, sequence) / 1_000_000n).toBe(BigInt(time));
      }),
    );
  });

  it('takes a time with a fraction', () => {
    expect(pointTime(1.75, 2)).toBe(1_000_002n);
  });
});

describe('readingLines', () => {
  const weather = SCHEMA[0]!;

  it('gives one line a row, without the metrics that are absent', () => {
    const batch = batchOf('weather', [
      { device: 'lamp 1', time: T0, sequence: 7, boot: 'b"', seq: 3, values: { humidity: 50.5 } },
    ]);
    const names = 'received_at=1772380800250i,journal_sequence=7i,metric_names="humidity"';
    expect(readingLines(batch, weather, true).rows.map((each) => each.line)).toEqual([
      `weather,device=lamp\\ 1 ${names},device_boot="b\\"",device_seq=3i,humidity=50.5 1772380800000000007`,
    ]);
  });

  it('puts derived metrics on a line of their own, whose time does not depend on the sequence', () => {
    const batch = batchOf(
      'weather',
      [{ device: 'a', time: T0, sequence: 7, values: { aqhi: 3, humidity: 50 } }],
      ['aqhi', 'humidity'],
    );
    const [derived, sent] = readingLines(batch, weather, false).rows.map((each) => each.line);
    expect(derived).toBe('weather_derived,device=a received_at=1772380800250i,aqhi=3 1772380800000000000');
    expect(sent).toContain('journal_sequence=-1i,metric_names="humidity",humidity=50 ');
  });

  it('puts what is kept less long on a line of its own, so that it can be removed', () => {
    const batch = batchOf('weather', [
      { device: 'a', time: T0, sequence: 7, values: { temperature: 20, humidity: 50 } },
      { device: 'b', time: T0, sequence: 8, values: { temperature: 21 } },
    ]);
    const { rows, values } = readingLines(batch, weather, true);
    expect(rows[0]!.line).toContain('weather,device=a received_at=');
    expect(rows[0]!.line).toContain('metric_names="temperature,humidity",humidity=50 ');
    // A reading that has nothing of what is kept longest is a row all the same.
    expect(rows[1]!.line).toMatch(/^weather,device=b received_at=.*,metric_names="temperature" /);
    expect(values.map(({ line }) => line)).toEqual([
      'weather,device=a,kept_days=30 temperature=20 1772380800000000007',
      'weather,device=b,kept_days=30 temperature=21 1772380800000000008',
    ]);
    expect([rows[0]!.columns, values[0]!.columns]).toEqual([[0, 1, 2], [0]]);
  });
});
