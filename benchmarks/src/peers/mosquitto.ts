import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../tests/acceptance/platform.js';
import { LoadGenerator } from '../load/load-generator.js';
import type { Credentials } from '../load/mqtt-wire.js';

/**
 * Bare Mosquitto with one QoS 1 subscriber to everything. Its queue is unlimited, because by default it drops what the
 * subscriber is late for, and its window to the subscriber is wide, because the default of 20 measures round trips.
 */
const CONFIGURATION = (port: number): string =>
  [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'max_queued_messages 0',
    'max_inflight_messages 1000',
    'log_type error',
    '',
  ].join('\n');

export interface ForwardingResult {
  /** Messages a second that the subscriber had, counted until it had all. */
  readonly forwardedPerSecond: number;
  readonly acknowledgedPerSecond: number;
}

export async function measureMosquitto(
  publishers: readonly Credentials[],
  options: { window: number; warmUpMs: number; durationMs: number },
): Promise<ForwardingResult> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  writeFileSync(join(directory, 'mosquitto.conf'), CONFIGURATION(port));
  const broker = spawn('mosquitto', ['-c', join(directory, 'mosquitto.conf')], { stdio: 'ignore' });
  let subscriber: ChildProcess | null = null;
  let load: LoadGenerator | null = null;
  try {
    await answers(port);
    subscriber = await startSubscriber(port);
    load = await LoadGenerator.connect(port, publishers, options.window);
    const warmUp = await load.run(options.warmUpMs);
    await receivedAll(subscriber, warmUp.messages);
    const result = await load.run(options.durationMs);
    const lastAt = await receivedAll(subscriber, warmUp.messages + result.messages);
    return {
      forwardedPerSecond: (result.messages / (lastAt - result.startedAt)) * 1000,
      acknowledgedPerSecond: (result.messages / result.ms) * 1000,
    };
  } finally {
    load?.close();
    subscriber?.kill();
    broker.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

function startSubscriber(port: number): Promise<ChildProcess> {
  const child = fork(new URL('./counting-subscriber.js', import.meta.url), [String(port), '#']);
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', () => reject(new Error('the subscriber of Mosquitto ended')));
  });
}

/** Time of the last message, once `count` have come. */
async function receivedAll(subscriber: ChildProcess, count: number): Promise<number> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const state = await new Promise<{ received: number; lastAt: number }>((resolve) => {
      subscriber.once('message', (answer) => resolve(answer as { received: number; lastAt: number }));
      subscriber.send('state');
    });
    if (state.received >= count) return state.lastAt;
    if (performance.now() > deadline) throw new Error(`Mosquitto forwarded ${state.received} of ${count} messages`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function answers(port: number): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (performance.now() > deadline) throw new Error('Mosquitto does not listen');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
