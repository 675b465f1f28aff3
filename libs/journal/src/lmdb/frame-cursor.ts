import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalOffset, JournalRecord } from '#core';
import { decodeFrame } from '../frame.js';
import type { CorruptRecord, JournalBatch, ReadOptions } from '../journal.js';
import { HeadDecoder } from '../record-head.js';
import type { Environment } from './environment.js';
import { encodeFrameKey, type FrameKey } from './frame-key.js';

/** Keys looked up at a time; a frame is one group commit, so this is a good part of a second. */
const KEYS_AHEAD = 64;
const HOT_POLL_MS = 1;
const WARM_POLL_MS = 4;
const IDLE_POLL_MS = 20;

/** A position in the journal that moves forward as it is read. */
export class FrameCursor {
  private readonly heads = new HeadDecoder();
  private opened: { key: FrameKey; bytes: Buffer } | null = null;
  private lastRecordAt = 0;

  constructor(
    private readonly environment: Environment,
    private position: JournalOffset,
    /** Sequence of the record at `position`; null until the frame it stands in has been seen. */
    private sequence: number | null,
    private readonly onCorrupt: (count: number) => void,
  ) {}

  get offset(): JournalOffset {
    return this.position;
  }

  seek(offset: JournalOffset): void {
    this.position = { frame: offset.frame, index: offset.index };
    this.sequence = null;
  }

  async read(options: ReadOptions): Promise<JournalBatch & { skipped: number }> {
    const deadline = performance.now() + options.waitMs;
    for (;;) {
      const batch = this.readNow(options.maxMessages);
      const found = batch.records.length + batch.corrupt.length > 0;
      const now = performance.now();
      if (found) this.lastRecordAt = now;
      if (found || now >= deadline || options.signal?.aborted === true) return batch;
      await this.pause(Math.min(this.pollMs(now), deadline - now), options.signal);
    }
  }

  private readNow(maxMessages: number): JournalBatch & { skipped: number } {
    const records: JournalRecord[] = [];
    const corrupt: CorruptRecord[] = [];
    let skipped = 0;
    // A fresh snapshot, given back at the end: a snapshot that is kept stops LMDB from using trimmed pages again.
    this.environment.root.resetReadTxn();
    let taken = 0;
    for (const key of this.keysAhead()) {
      const from = key.frame === this.position.frame ? this.position.index : 0;
      const to = Math.min(key.count, from + maxMessages - taken);
      if (taken > 0 && to < key.count) break;
      const bytes = this.open(key);
      if (bytes === null) continue;
      skipped += this.gapBefore(key.firstSequence + from);
      const contents = decodeFrame(bytes, key, from, to, this.heads);
      for (const record of contents.records) records.push(record);
      for (const record of contents.corrupt) corrupt.push(record);
      taken += Math.max(0, to - from);
      this.advance(key, to);
      if (taken >= maxMessages) break;
    }
    this.environment.root.resetReadTxn();
    if (corrupt.length > 0) this.onCorrupt(corrupt.length);
    return { records, corrupt, next: this.position, nextSequence: this.sequence ?? this.sequenceOfPosition(), skipped };
  }

  private *keysAhead(): Generator<FrameKey> {
    if (this.opened !== null && this.opened.key.frame === this.position.frame) yield this.opened.key;
    for (;;) {
      const keys = this.environment.frames.keysFrom(this.position.frame, KEYS_AHEAD);
      yield* keys;
      if (keys.length < KEYS_AHEAD) return;
    }
  }

  private open(key: FrameKey): Buffer | null {
    if (this.opened?.key.frame === key.frame) return this.opened.bytes;
    const bytes = this.environment.frames.get(encodeFrameKey(key));
    if (bytes === undefined) return null;
    this.opened = { key, bytes };
    return bytes;
  }

  private gapBefore(sequence: number): number {
    const gap = this.sequence === null ? 0 : sequence - this.sequence;
    this.sequence = sequence;
    return gap;
  }

  private advance(key: FrameKey, index: number): void {
    const whole = index >= key.count;
    this.position = whole ? { frame: key.frame + 1, index: 0 } : { frame: key.frame, index };
    this.sequence = key.firstSequence + Math.min(index, key.count);
    if (whole) this.opened = null;
  }

  private sequenceOfPosition(): number {
    this.sequence = sequenceAt(this.environment, this.position);
    return this.sequence;
  }

  private pollMs(now: number): number {
    const idle = now - this.lastRecordAt;
    return idle < 100 ? HOT_POLL_MS : idle < 5_000 ? WARM_POLL_MS : IDLE_POLL_MS;
  }

  private async pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

/** Sequence of the record at an offset; that of the next record to be written for an offset at the head. */
export function sequenceAt(environment: Environment, offset: JournalOffset): number {
  const frame = environment.frames.keysFrom(offset.frame, 1)[0];
  if (frame !== undefined)
    return frame.firstSequence + (frame.frame === offset.frame ? Math.min(offset.index, frame.count) : 0);
  return headOf(environment).sequence;
}

/** Where the next record will be written. */
export function headOf(environment: Environment): { frame: number; sequence: number } {
  const newest = environment.frames.newest();
  return newest === null
    ? { frame: 1, sequence: 0 }
    : { frame: newest.frame + 1, sequence: newest.firstSequence + newest.count };
}
