import { fork, type ChildProcess } from 'node:child_process';
import type { LoadCommand, LoadReport, LoadResult } from './load-messages.js';
import type { Credentials } from './mqtt-wire.js';

/** A fleet of publishers in a process of its own, so that its work is not that of the benchmark's event loop. */
export class LoadGenerator {
  private constructor(
    private readonly child: ChildProcess,
    readonly connectMs: number,
  ) {}

  /** Connects all publishers. `window` is how many messages of one publisher may wait for their PUBACK. */
  static async connect(port: number, publishers: readonly Credentials[], window: number): Promise<LoadGenerator> {
    const child = fork(new URL('./load-process.js', import.meta.url), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const connected = await ask(child, { type: 'connect', port, publishers, window }, 'connected');
    return new LoadGenerator(child, connected.ms);
  }

  /** Publishes for `durationMs`, then waits until everything sent is acknowledged. */
  async run(durationMs: number, rate: number | null = null): Promise<LoadResult> {
    this.start(rate);
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    return this.stop();
  }

  start(rate: number | null = null): void {
    this.child.send({ type: 'run', rate } satisfies LoadCommand);
  }

  stop(): Promise<LoadResult> {
    return ask(this.child, { type: 'stop' }, 'stopped');
  }

  close(): void {
    this.child.kill();
  }
}

function ask<T extends LoadReport['type']>(
  child: ChildProcess,
  command: LoadCommand,
  answer: T,
): Promise<Extract<LoadReport, { type: T }>> {
  return new Promise((resolve, reject) => {
    const onExit = (): void => settle(() => reject(new Error('the load generator ended')));
    const onMessage = (message: LoadReport): void => {
      if (message.type === 'failed') settle(() => reject(new Error(`load generator: ${message.reason}`)));
      else if (message.type === answer) settle(() => resolve(message as Extract<LoadReport, { type: T }>));
    };
    const settle = (then: () => void): void => {
      child.off('message', onMessage).off('exit', onExit);
      then();
    };
    child.on('message', onMessage).once('exit', onExit);
    child.send(command);
  });
}
