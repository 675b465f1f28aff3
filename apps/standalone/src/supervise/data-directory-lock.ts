import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { LamplighterError } from '#core';

/**
 * One supervisor per data directory. The lock is a listening Unix socket: the kernel drops the listener with the process,
 * so nothing stale can hold it, and asking is one connect.
 *
 * @throws LamplighterError `data-directory-in-use`
 */
export async function lockDataDirectory(socketPath: string): Promise<Server> {
  mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
  if (await answers(socketPath)) {
    throw new LamplighterError(
      'data-directory-in-use',
      `Lamplighter already runs over this data directory (${dirname(dirname(socketPath))}). Stop it, or set LAMPLIGHTER_DATA_DIR.`,
    );
  }
  rmSync(socketPath, { force: true });
  const server = createServer((socket) => socket.destroy());
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return server;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
