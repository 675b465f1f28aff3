import { closeSync, existsSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { LamplighterError } from '#core';
import { dataFile, notLmdb } from './openable.js';
import { pagesOf, readMetas, treesLieWithin, type Meta, type PageSource } from './page-walk.js';

/**
 * Makes an LMDB file that lost its end readable again, before LMDB maps it: reading a page beyond the end of the file would
 * kill the process with SIGBUS.
 *
 * LMDB keeps two meta pages, each the root of a whole snapshot, written in turn. When pages that the newest snapshot uses are
 * missing, the file is set back to the one before it. LMDB syncs the pages before it writes the meta page that names them, so
 * this costs nothing that was acknowledged unless the disk lied about a sync or the file was cut by hand; whatever it costs is
 * reported.
 *
 * @returns what was done, or null when nothing had to be
 * @throws LamplighterError `journal-unwritable` when neither snapshot is whole
 */
export function repairTail(directory: string): string | null {
  const path = dataFile(directory);
  if (!existsSync(path)) return null;
  const file = openSync(path, 'r+');
  try {
    return repair(file, path);
  } finally {
    closeSync(file);
  }
}

function repair(file: number, path: string): string | null {
  const { size } = fstatSync(file);
  if (size === 0) return null;
  const read = pagesOf(file);
  const metas = readMetas(read);
  if (metas === null) throw notLmdb(path);
  const [older, newest] = metas.toSorted((a, b) => a.transaction - b.transaction) as [Meta, Meta];
  if (isWhole(read, newest, size)) return null;
  if (!isWhole(read, older, size)) {
    throw new LamplighterError(
      'journal-unwritable',
      `${path} lost pages that both of its snapshots need; restore it or move it away.`,
    );
  }
  forget(file, newest);
  return `The file ended at ${size} bytes, before the pages of transaction ${newest.transaction}; set back to transaction ${older.transaction}.`;
}

/**
 * The last page may lie beyond the end when it is free: LMDB does not write pages that it gave back in the same transaction.
 * So a file that looks too short is walked before it is called torn.
 */
function isWhole(read: PageSource, meta: Meta, size: number): boolean {
  if ((meta.lastPage + 1) * meta.pageSize <= size) return true;
  return treesLieWithin(read, meta, Math.floor(size / meta.pageSize));
}

/** A meta page of transaction 0 is never the newest; LMDB will write over it with its next commit. */
function forget(file: number, meta: Meta): void {
  writeSync(file, Buffer.alloc(8), 0, 8, meta.transactionAt);
  fsyncSync(file);
}
