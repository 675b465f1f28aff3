import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 20_000;

/** Resolves when something on this machine answers on the port. */
export async function whenListening(port: number, name: string): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (!(await answers(port))) {
    if (performance.now() > deadline) throw new Error(`${name} does not listen on port ${port}`);
    await sleep(50);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
