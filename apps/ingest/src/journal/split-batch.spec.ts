import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JournalBatch } from '#journal';
import { payloadBytes, splitBatch } from './split-batch.js';

/** A batch of messages of these sizes; those of size 0 are corrupt records. */
function batchOf(first: number, sizes: readonly number[]): JournalBatch {
  const at = (i: number): { sequence: number; frame: number; index: number; receivedAt: number } => ({
    sequence: first + i,
    frame: 1 + Math.floor(i / 3),
    index: i % 3,
    receivedAt: 0,
  });
  return {
    records: sizes.flatMap((size, i) =>
      size === 0 ? [] : [{ ...at(i), source: 'a', topic: 't', payload: new Uint8Array(size) }],
    ),
    corrupt: sizes.flatMap((size, i) =>
      size === 0 ? [{ ...at(i), bytes: new Uint8Array(3), reason: 'checksum' }] : [],
    ),
    next: { frame: 99, index: 0 },
    nextSequence: first + sizes.length,
  };
}

describe('splitting a batch', () => {
  it('loses no record, keeps the order, stays within the size and joins without gaps', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 100 }),
        (first, sizes, maxBytes) => {
          const batch = batchOf(first, sizes);
          const parts = splitBatch(batch, maxBytes);
          expect(parts.flatMap((part) => part.records)).toEqual(batch.records);
          expect(parts.flatMap((part) => part.corrupt)).toEqual(batch.corrupt);
          expect(parts.at(-1)).toMatchObject({ next: batch.next, nextSequence: batch.nextSequence });
          let sequence = first;
          for (const part of parts) {
            const sequences = [...part.records, ...part.corrupt].map((record) => record.sequence);
            expect(Math.min(...sequences)).toBe(sequence);
            expect(part.nextSequence - sequence).toBe(sequences.length);
            if (sequences.length > 1) expect(payloadBytes(part)).toBeLessThanOrEqual(maxBytes);
            const following = [...batch.records, ...batch.corrupt].find(
              (record) => record.sequence === part.nextSequence,
            );
            if (following !== undefined) expect(part.next).toEqual({ frame: following.frame, index: following.index });
            sequence = part.nextSequence;
          }
        },
      ),
    );
  });
});
