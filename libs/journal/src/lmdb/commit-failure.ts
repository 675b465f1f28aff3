import { closeSync, fdatasyncSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { dataFile } from './openable.js';

const MDB_MAP_FULL = -30792;
const { ENOSPC, EFBIG, EDQUOT, EIO } = constants.errno;

/**
 * 'no-space': the transaction was rolled back and may be tried again once there is room.
 * 'fatal': the disk may hold anything now, and a later fsync that succeeds would prove nothing; the process must exit.
 */
export type CommitFailure = 'no-space' | 'fatal';

/**
 * LMDB reports a short write, which is how a disk usually runs full in the middle of a frame, as EIO (`mdb_page_flush`). So an
 * EIO is looked into: when a scratch file of the same size cannot be written for want of room either, that was it.
 */
export function classifyCommitFailure(error: unknown, directory: string, frameBytes: number): CommitFailure {
  const code = errorNumber(error);
  if (code === ENOSPC || code === EFBIG || code === EDQUOT || code === MDB_MAP_FULL) return 'no-space';
  return code === EIO && lacksSpace(directory, frameBytes) ? 'no-space' : 'fatal';
}

function errorNumber(error: unknown): number | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : null;
}

function lacksSpace(directory: string, bytes: number): boolean {
  const path = join(directory, 'space.probe');
  try {
    const handle = openSync(path, 'w');
    try {
      const size = statSync(dataFile(directory)).size;
      const written = writeSync(handle, Buffer.alloc(bytes), 0, bytes, size);
      fdatasyncSync(handle);
      return written < bytes;
    } finally {
      closeSync(handle);
      unlinkSync(path);
    }
  } catch (error) {
    return ['ENOSPC', 'EFBIG', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
