import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { ServerTCP } from '@nestjs/microservices';
import { LamplighterError } from '#core';
import type { TelemetryQueries } from '../telemetry-store.js';
import { FrameSocket } from './frame-socket.js';
import { type Answer, METHODS, pack, toAnswer } from './wire.js';

export interface ServedQueries {
  /** Cuts the connections and removes the socket. The store stays open. */
  close(): Promise<void>;
}

/**
 * Answers queries of other processes of this machine over a Unix socket (Nest's TCP transport on a path), which only this user may use.
 * A socket file that a killed process left behind is replaced.
 *
 * @throws LamplighterError `data-directory-in-use` when another process answers on the socket
 */
export async function serveTelemetryQueries(store: TelemetryQueries, socketPath: string): Promise<ServedQueries> {
  mkdirSync(dirname(socketPath), { recursive: true, mode: 0o700 });
  if (existsSync(socketPath)) {
    if (await answers(socketPath))
      throw new LamplighterError('data-directory-in-use', `Another process answers on ${socketPath}.`);
    rmSync(socketPath);
  }
  const server = new QueryServer(socketPath);
  for (const method of METHODS) server.addHandler(method, (args: unknown[]) => answer(store, method, args));
  await new Promise<void>((resolve, reject) =>
    server.listen((error?: unknown) => (error === undefined ? resolve() : reject(error as Error))),
  );
  chmodSync(socketPath, 0o600);
  return {
    close: async () => {
      server.close();
      rmSync(socketPath, { force: true });
    },
  };
}

async function answer(store: TelemetryQueries, method: keyof TelemetryQueries, args: unknown[]): Promise<Answer> {
  try {
    const result = await (store[method] as (...args: unknown[]) => Promise<unknown>).apply(store, args);
    return { ok: true, result: pack(method, result) };
  } catch (error) {
    return toAnswer(error);
  }
}

class QueryServer extends ServerTCP {
  constructor(socketPath: string) {
    // Node takes a text for the path of a socket; Nest's type does not say so.
    super({ port: socketPath as unknown as number, socketClass: FrameSocket });
  }

  override listen(callback: (error?: unknown) => void): void {
    this.server.once('error', callback);
    super.listen(callback);
  }

  /** Events are not part of this protocol. */
  override async handleEvent(): Promise<void> {}

  /** Broken connections are the clients' business; they see it and ask again. */
  protected override handleError(): void {}
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(socketPath);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
