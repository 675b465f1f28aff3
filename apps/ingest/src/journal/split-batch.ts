import type { JournalOffset, JournalRecord } from '#core';
import type { CorruptRecord, JournalBatch } from '#journal';

/**
 * Cuts a batch into batches whose payloads take at most about `maxBytes` together; a single larger message stands alone. A payload byte can
 * become many bytes of columns, so this is what bounds the memory of a batch, whatever devices send.
 */
export function splitBatch(batch: JournalBatch, maxBytes: number): JournalBatch[] {
  if (payloadBytes(batch) <= maxBytes) return [batch];
  const all = [...batch.records, ...batch.corrupt].sort((a, b) => a.sequence - b.sequence);
  const cuts: number[] = [];
  let bytes = 0;
  all.forEach((record, i) => {
    const size = sizeOf(record);
    if (bytes > 0 && bytes + size > maxBytes) {
      cuts.push(i);
      bytes = 0;
    }
    bytes += size;
  });
  return [0, ...cuts].map((from, part) => partOf(batch, all, from, cuts[part] ?? all.length));
}

export function payloadBytes({ records, corrupt }: JournalBatch): number {
  let bytes = 0;
  for (const record of records) bytes += sizeOf(record);
  for (const record of corrupt) bytes += sizeOf(record);
  return bytes;
}

function partOf(
  batch: JournalBatch,
  all: readonly (JournalRecord | CorruptRecord)[],
  from: number,
  to: number,
): JournalBatch {
  const part = new Set(all.slice(from, to));
  const following = all[to];
  const next: JournalOffset = following === undefined ? batch.next : { frame: following.frame, index: following.index };
  return {
    records: batch.records.filter((record) => part.has(record)),
    corrupt: batch.corrupt.filter((record) => part.has(record)),
    next,
    nextSequence: following?.sequence ?? batch.nextSequence,
  };
}

function sizeOf(record: JournalRecord | CorruptRecord): number {
  return 'payload' in record ? record.payload.length : record.bytes.length;
}
