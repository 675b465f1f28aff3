import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { decodeFrameKey, firstKeyOf, type FrameKey } from './frame-key.js';
import { isThereToRead, makeWritable } from './openable.js';

/** Address space, not memory or disk; LMDB enlarges it by itself when the file outgrows it. */
const MAP_BYTES = 16 * 2 ** 30;

/** The LMDB environment of a journal. */
export interface Environment {
  readonly root: RootDatabase;
  readonly frames: FrameTable;
  /** Tally: id of a source -> its name. */
  readonly sources: Database<Uint8Array, number>;
  /** Tally: hour -> counts by id of the source. */
  readonly hours: Database<Uint8Array, number>;
  readonly facts: Database<unknown, string>;
}

/**
 * Opens the environment for the one writer, creating it. `overlappingSync: false` is what makes a resolved put durable: LMDB
 * then writes the pages, calls fdatasync and writes the meta page through a descriptor opened with O_DSYNC before it resolves.
 *
 * @throws LamplighterError `journal-unwritable`
 */
export function openForWriting(directory: string): Environment {
  makeWritable(directory);
  const root = open({
    path: directory,
    maxDbs: 8,
    mapSize: MAP_BYTES,
    overlappingSync: false,
    // With it, lmdb makes a promise that nobody can hold, and a failed commit becomes an unhandled rejection.
    eventTurnBatching: false,
  });
  const environment = openTables(root);
  if (environment === null) throw new Error(`the tables of ${directory} could not be created`);
  syncDirectory(directory);
  syncDirectory(dirname(directory));
  return environment;
}

/**
 * The environment for reading only, or null while no writer has created it yet.
 *
 * @throws LamplighterError `journal-unwritable`
 */
export function openForReading(directory: string): Environment | null {
  if (!isThereToRead(directory)) return null;
  const root = open({ path: directory, maxDbs: 8, mapSize: MAP_BYTES, readOnly: true });
  const environment = openTables(root);
  if (environment === null) void root.close();
  return environment;
}

/** A new file is durable only when the directory that names it is. */
export function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function openTables(root: RootDatabase): Environment | null {
  const frames = root.openDB<Uint8Array, Buffer>('frames', { encoding: 'binary', keyEncoding: 'binary' });
  const sources = root.openDB<Uint8Array, number>('sources', { encoding: 'binary' });
  const hours = root.openDB<Uint8Array, number>('hours', { encoding: 'binary' });
  const facts = root.openDB<unknown, string>('facts', { encoding: 'json' });
  // The types of lmdb do not say that a missing table of a read-only environment is undefined.
  if ([frames, sources, hours, facts].includes(undefined as never)) return null;
  return { root, frames: new FrameTable(frames), sources, hours, facts };
}

export class FrameTable {
  constructor(private readonly table: Database<Uint8Array, Buffer>) {}

  put(key: Buffer, frame: Uint8Array): Promise<boolean> {
    return this.table.put(key, frame);
  }

  remove(key: Buffer): void {
    void this.table.remove(key);
  }

  /** Keys of the frames numbered `frame` and later, oldest first. */
  keysFrom(frame: number, limit?: number): FrameKey[] {
    return this.keys({ start: firstKeyOf(frame), ...(limit === undefined ? {} : { limit }) });
  }

  oldest(): FrameKey | null {
    return this.keysFrom(0, 1)[0] ?? null;
  }

  newest(): FrameKey | null {
    return this.keys({ reverse: true, limit: 1 })[0] ?? null;
  }

  /** The frame, copied out of the map; undefined when it was trimmed. */
  get(key: Buffer): Buffer | undefined {
    const bytes = this.table.getBinary(key) as Uint8Array | undefined;
    return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Room that the frames take in the file. */
  bytes(): number {
    const { overflowPages, treeLeafPageCount, pageSize } = this.table.getStats() as Record<string, number>;
    return ((overflowPages ?? 0) + (treeLeafPageCount ?? 0)) * (pageSize ?? 0);
  }

  private keys(options: { start?: Buffer; reverse?: boolean; limit?: number }): FrameKey[] {
    const found: FrameKey[] = [];
    for (const key of this.table.getKeys(options)) found.push(decodeFrameKey(key));
    return found;
  }
}
