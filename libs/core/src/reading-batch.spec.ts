import fc from 'fast-check';
import type { DeviceIdentity, Reading } from './message.js';
import { decodeReadingBatch, encodeReadingBatch, ReadingBatchBuilder, type ReadingBatch } from './reading-batch.js';

const METRICS = ['temperature', 'humidity'];

const device = (id: string): DeviceIdentity => ({
  id,
  kind: 'lpwan-node',
  department: 'emsd',
  district: 'J',
  latitude: 22.3,
  longitude: 114.2,
});

const reading: fc.Arbitrary<Reading> = fc.record({
  device: fc.constantFrom('a', '燈', 'b"\\').map(device),
  time: fc.nat(),
  receivedAt: fc.nat(),
  boot: fc.option(fc.string()),
  seq: fc.option(fc.nat()),
  sequence: fc.nat(),
  values: fc.tuple(fc.double(), fc.double()).map((values) => Float64Array.from(values)),
});

function batchOf(readings: readonly Reading[]): ReadingBatch {
  const builder = new ReadingBatchBuilder('lpwan-node', METRICS);
  for (const one of readings) builder.add(one);
  return builder.build();
}

describe('a reading batch', () => {
  it('holds its rows by column, each device once', () => {
    const batch = batchOf([
      { device: device('a'), time: 1, receivedAt: 2, boot: 'x', seq: 3, sequence: 4, values: Float64Array.of(5, NaN) },
      {
        device: device('b'),
        time: 6,
        receivedAt: 7,
        boot: null,
        seq: null,
        sequence: 8,
        values: Float64Array.of(NaN, 9),
      },
      {
        device: device('a'),
        time: 10,
        receivedAt: 11,
        boot: null,
        seq: 12,
        sequence: 13,
        values: Float64Array.of(14, 15),
      },
    ]);
    expect(batch.devices.map(({ id }) => id)).toEqual(['a', 'b']);
    expect([...batch.device]).toEqual([0, 1, 0]);
    expect([...batch.seq]).toEqual([3, NaN, 12]);
    expect(batch.columns.map((column) => [...column])).toEqual([
      [5, NaN, 14],
      [NaN, 9, 15],
    ]);
  });

  it('survives encoding, wherever its bytes begin in a larger buffer', () => {
    fc.assert(
      fc.property(
        fc.array(reading, { maxLength: 20 }),
        fc.nat({ max: 15 }),
        fc.boolean(),
        (readings, offset, asBuffer) => {
          const batch = batchOf(readings);
          const bytes = encodeReadingBatch(batch);
          const larger = asBuffer ? Buffer.alloc(bytes.length + offset) : new Uint8Array(bytes.length + offset);
          larger.set(bytes, offset);
          expect(decodeReadingBatch(larger.subarray(offset))).toEqual(batch);
        },
      ),
    );
  });

  it('refuses bytes that are no batch', () => {
    expect(() => decodeReadingBatch(Uint8Array.of(1, 2, 3))).toThrow(RangeError);
    expect(() => decodeReadingBatch(new Uint8Array(16))).toThrow('not a reading batch');
  });
});
