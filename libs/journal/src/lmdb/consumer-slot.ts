import { closeSync, fdatasyncSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { JournalOffset } from '#core';
import { syncDirectory } from './environment.js';

/**
 * The committed offset of one consumer: a file of its own with two slots written in turn, so that a consumer never takes
 * LMDB's write lock from the journal's writer, and a torn write leaves the slot before it. The writer reads the file to know
 * what it may trim.
 *
 * Slot: f64 version, f64 frame, f64 index, f64 sequence, u32 CRC.
 */
export interface CommittedOffset extends JournalOffset {
  readonly sequence: number;
}

const SLOT_BYTES = 36;
/** The slots lie in different disk sectors. */
const SLOT_STRIDE = 4096;
const FILE_BYTES = SLOT_STRIDE + SLOT_BYTES;

export const consumerDirectory = (journalDirectory: string): string => join(journalDirectory, 'consumers');

export class ConsumerSlot {
  private constructor(
    private readonly path: string,
    private version: number,
    private current: CommittedOffset | null,
  ) {}

  /** Opens the slot of a consumer; a new one is registered durably before this returns. */
  static open(journalDirectory: string, name: string): ConsumerSlot {
    if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) throw new RangeError(`'${name}' cannot name a consumer`);
    const directory = consumerDirectory(journalDirectory);
    mkdirSync(directory, { recursive: true });
    const path = join(directory, name);
    const handle = openSync(path, 'a+');
    try {
      if (fstatSync(handle).size === 0) writeSync(handle, Buffer.alloc(FILE_BYTES));
      fdatasyncSync(handle);
    } finally {
      closeSync(handle);
    }
    syncDirectory(directory);
    syncDirectory(journalDirectory);
    const found = readSlots(path);
    return new ConsumerSlot(path, found.version, found.committed);
  }

  get committed(): CommittedOffset | null {
    return this.current;
  }

  /** Durable before it resolves. Calls must not overlap. */
  async write(offset: CommittedOffset): Promise<void> {
    const version = this.version + 1;
    const slot = Buffer.alloc(SLOT_BYTES);
    [version, offset.frame, offset.index, offset.sequence].forEach((value, i) => slot.writeDoubleLE(value, i * 8));
    slot.writeUInt32LE(crc32(slot.subarray(0, 32)), 32);
    const handle = await open(this.path, 'r+');
    try {
      await handle.write(slot, 0, SLOT_BYTES, (version % 2) * SLOT_STRIDE);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    this.version = version;
    this.current = offset;
  }
}

/** What a consumer has committed, read from outside: null when it is registered and has committed nothing. */
export function readCommitted(path: string): CommittedOffset | null {
  return readSlots(path).committed;
}

function readSlots(path: string): { version: number; committed: CommittedOffset | null } {
  const handle = openSync(path, 'r');
  const file = Buffer.alloc(FILE_BYTES);
  try {
    readSync(handle, file, 0, FILE_BYTES, 0);
  } finally {
    closeSync(handle);
  }
  const slots = [0, 1].map((n) => parseSlot(file.subarray(n * SLOT_STRIDE, n * SLOT_STRIDE + SLOT_BYTES)));
  return slots.reduce((a, b) => (b.version > a.version ? b : a));
}

function parseSlot(slot: Buffer): { version: number; committed: CommittedOffset | null } {
  const version = slot.readDoubleLE(0);
  // The checksum of nothing but zeros is not zero, so an unwritten slot fails here as a torn one does.
  if (crc32(slot.subarray(0, 32)) !== slot.readUInt32LE(32)) return { version: 0, committed: null };
  return {
    version,
    committed: { frame: slot.readDoubleLE(8), index: slot.readDoubleLE(16), sequence: slot.readDoubleLE(24) },
  };
}
