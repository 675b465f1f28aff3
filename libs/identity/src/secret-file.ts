import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LamplighterError } from '#core';

/**
 * The secret that the file holds; makes it on first use with mode 0600.
 *
 * Processes that start at the same moment agree on one value: each writes its own temporary file completely, and the
 * hard link to the final name succeeds for exactly one. A file is therefore never seen half written, and a crash leaves
 * either no secret or a whole one.
 *
 * @param make number of random bytes (kept as base64url), or what makes the text
 * @throws LamplighterError `bad-configuration` when the file is there but empty, or cannot be read or made
 */
export function loadOrCreateSecret(path: string, make: number | (() => string)): string {
  try {
    return (
      readSecret(path) ??
      createSecret(path, typeof make === 'number' ? randomBytes(make).toString('base64url') : make())
    );
  } catch (cause) {
    if (cause instanceof LamplighterError) throw cause;
    throw new LamplighterError(
      'bad-configuration',
      `The secret file '${path}' cannot be read or made: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function readSecret(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  if (text === '')
    throw new LamplighterError(
      'bad-configuration',
      `The secret file '${path}' is empty; delete it to have a new secret made.`,
    );
  return text;
}

function createSecret(path: string, secret: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(file, `${secret}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(temporary, path);
    syncDirectory(dirname(path));
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readSecret(path)!;
  } finally {
    unlinkSync(temporary);
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
