import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LogWriter } from './log-writer.js';

export interface ServiceDefinition {
  readonly name: string;
  /** Compiled entry point. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How long it may take to drain after SIGTERM before it is killed. */
  readonly stopTimeoutMs: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** A service that lived this long is considered healthy again: the pause starts over. */
const HEALTHY_AFTER_MS = 30_000;
const GUARD = fileURLToPath(new URL('./child-guard.js', import.meta.url));

/** One child process: started, watched, started again when it dies, stopped in order. */
export class ServiceProcess {
  private child: ChildProcess | null = null;
  private stopping = false;
  private pauseMs = FIRST_PAUSE_MS;
  private startedAt = 0;
  private restartTimer: NodeJS.Timeout | null = null;
  private everReady = false;

  constructor(
    readonly definition: ServiceDefinition,
    private readonly log: LogWriter,
    private readonly onRestart: (service: string, reason: string) => void,
    private readonly spawnProcess: typeof spawn = spawn,
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Resolves when the service says that it is ready.
   * Rejects when it ends before it was ready for the first time: that is a fault of configuration, not a crash to retry.
   */
  start(): Promise<void> {
    this.startedAt = performance.now();
    const child = this.spawnProcess(
      process.execPath,
      ['--enable-source-maps', '--no-warnings', '--import', GUARD, this.definition.entry],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ...this.definition.environment },
      },
    );
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8');
      stream?.on('data', (chunk: string) => this.log.write(chunk));
    }
    return new Promise((resolve, reject) => {
      child.on('message', (message: unknown) => {
        if ((message as { type?: unknown } | null)?.type !== 'ready') return;
        this.everReady = true;
        resolve();
      });
      let isGone = false;
      const gone = (reason: string): void => {
        if (isGone) return;
        isGone = true;
        this.child = null;
        if (!this.everReady)
          reject(
            new Error(
              `${this.definition.name} could not start (${reason}).\n  ${this.log.complaints.slice(-6).join('\n  ')}`,
            ),
          );
        else if (!this.stopping) this.restartAfterPause(reason);
      };
      // A process that could not be made (no memory, no process number) emits no 'exit', and must be tried again like one that died.
      child.on('error', (error) => {
        if (child.pid === undefined) gone(error.message);
      });
      child.on('exit', (code, signal) => gone(signal === null ? `exit code ${code}` : signal));
    });
  }

  /** SIGTERM, then SIGKILL when it does not end in time. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.restartTimer) clearTimeout(this.restartTimer);
    const child = this.child;
    if (child?.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), this.definition.stopTimeoutMs);
      await gone;
      clearTimeout(kill);
    }
    this.log.close();
  }

  private restartAfterPause(reason: string): void {
    if (performance.now() - this.startedAt > HEALTHY_AFTER_MS) this.pauseMs = FIRST_PAUSE_MS;
    this.onRestart(this.definition.name, reason);
    this.restartTimer = setTimeout(() => {
      this.start().catch(() => undefined);
    }, this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
