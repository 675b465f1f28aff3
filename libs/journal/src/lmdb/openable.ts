import { accessSync, closeSync, constants, existsSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { LamplighterError } from '#core';
import { pagesOf, readMetas } from './page-walk.js';

/*
 * lmdb 3.5 reads memory that it has just freed when LMDB refuses to open an environment (`EnvWrap::openEnv` calls `closeEnv`
 * after it has deleted what that looks at), and now and then this ends the process with a segmentation fault. So whatever LMDB
 * would refuse is found out here, before it is asked.
 */

export const dataFile = (directory: string): string => join(directory, 'data.mdb');
const lockFile = (directory: string): string => join(directory, 'lock.mdb');

/** LMDB's own; the umask takes away from it. */
const FILE_MODE = 0o664;
/** Both meta pages of the smallest pages there are; LMDB writes them at once. */
const SMALLEST_BYTES = 2 * 4096;

/**
 * Makes the directory and LMDB's files where they are missing; LMDB takes an empty file for a new environment.
 *
 * @throws LamplighterError `journal-unwritable` when this process may not
 */
export function makeWritable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    for (const path of [dataFile(directory), lockFile(directory)]) closeSync(openSync(path, 'a+', FILE_MODE));
  } catch (cause) {
    throw refused(directory, 'written', cause);
  }
}

/**
 * Whether a writer has created an environment there.
 *
 * @throws LamplighterError `journal-unwritable` when something else is there, or this process may not read it
 */
export function isThereToRead(directory: string): boolean {
  const path = dataFile(directory);
  if (!existsSync(path) || !existsSync(lockFile(directory))) return false;
  let file: number | undefined;
  try {
    // Readers mark in the lock file which pages they still need.
    accessSync(lockFile(directory), constants.R_OK | constants.W_OK);
    file = openSync(path, 'r');
    if (fstatSync(file).size < SMALLEST_BYTES) return false;
    if (readMetas(pagesOf(file)) === null) throw notLmdb(path);
    return true;
  } catch (cause) {
    throw refused(directory, 'read', cause);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

export const notLmdb = (path: string): LamplighterError =>
  new LamplighterError('journal-unwritable', `${path} is not an LMDB file, or lost its first pages.`);

function refused(directory: string, what: 'read' | 'written', cause: unknown): LamplighterError {
  if (cause instanceof LamplighterError) return cause;
  const message = `The journal in ${directory} cannot be ${what}: ${(cause as Error).message}`;
  return new LamplighterError('journal-unwritable', message, { cause });
}
