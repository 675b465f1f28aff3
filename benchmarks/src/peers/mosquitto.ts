import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadGenerator } from '../load/load-generator.js';
import type { Credentials } from '../load/mqtt-wire.js';
import { startMosquitto } from './mosquitto-process.js';

export interface ForwardingResult {
  /** Messages a second that the subscriber had, counted until it had all. */
  readonly forwardedPerSecond: number;
  readonly acknowledgedPerSecond: number;
}

/** Bare Mosquitto with one QoS 1 subscriber to everything. */
export async function measureMosquitto(
  publishers: readonly Credentials[],
  options: { window: number; warmUpMs: number; durationMs: number },
): Promise<ForwardingResult> {
  const directory = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const broker = await startMosquitto(directory);
  let subscriber: ChildProcess | null = null;
  let load: LoadGenerator | null = null;
  try {
    subscriber = await startSubscriber(broker.port);
    load = await LoadGenerator.connect(broker.port, publishers, options.window);
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
    broker.stop();
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
