import { fork, type ChildProcess } from 'node:child_process';
import { pause } from '#core/testing';
import type { PublishersCommand, PublishersConfiguration, PublishersReport } from './messages.js';

/** Handle on `publishers-process.ts`. */
export class Publishers {
  sent = 0;
  acknowledged = 0;
  private failure: Error | null = null;
  private readonly child: ChildProcess;
  private onSettled: (() => void) | null = null;

  constructor(configuration: PublishersConfiguration) {
    this.child = fork(new URL('./publishers-process.js', import.meta.url));
    this.child.on('message', (message: PublishersReport) => this.take(message));
    this.child.on('exit', (code) => (this.failure ??= new Error(`the publishers ended with exit code ${code}`)));
    this.send({ type: 'start', configuration });
  }

  /** Resolves when all is acknowledged, the last messages too. */
  async settle(timeoutMs: number): Promise<void> {
    const settled = new Promise<void>((resolve) => (this.onSettled = resolve));
    this.send({ type: 'settle' });
    const deadline = performance.now() + timeoutMs;
    while ((await Promise.race([settled.then(() => 'settled'), pause(200)])) !== 'settled') {
      this.check();
      if (performance.now() > deadline)
        throw new Error(`${this.sent - this.acknowledged} messages were never acknowledged`);
    }
  }

  check(): void {
    if (this.failure !== null) throw this.failure;
  }

  close(): void {
    this.child.removeAllListeners('exit');
    this.child.kill();
  }

  private take(message: PublishersReport): void {
    if (message.type === 'failed') this.failure = new Error(message.reason);
    else if (message.type === 'settled') this.onSettled?.();
    else ({ sent: this.sent, acknowledged: this.acknowledged } = message);
  }

  private send(command: PublishersCommand): void {
    this.child.send(command);
  }
}
