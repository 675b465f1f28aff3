import { Worker } from 'node:worker_threads';
import type { SandboxLimits } from './limits.js';
import {
  type BatchMessage,
  type CallAnswer,
  IDLE,
  monotonicMs32,
  type WorkerData,
  type WorkerMessage,
} from './protocol.js';

/** What became of a batch. */
export type BatchOutcome =
  /** In order; fewer than calls when the script had to be stopped too often. */
  | { readonly answers: readonly CallAnswer[] }
  /** The thread was ended, or died, while it was at this call (-1: while it loaded the script, or before it began). */
  | { readonly endedAt: number; readonly why: 'clock' | 'crash' };

export interface ThreadOptions {
  readonly program: URL;
  readonly wasm: object;
  readonly limits: SandboxLimits;
  readonly strikes: number;
}

/** A thread that does not come up is a fault of the installation, not of a script. */
const START_MS = 30_000;

/**
 * One worker thread and the clock over it. The thread itself stops what it can (loops, memory); code inside a built-in function of QuickJS runs on
 * regardless, and is ended from here together with its thread. A thread that was ended is of no further use.
 */
export class SandboxThread {
  private readonly marks: Int32Array;
  private readonly worker: Worker;
  private readonly ready: Promise<void>;
  private settle: ((outcome: BatchOutcome) => void) | null = null;
  private watch: NodeJS.Timeout | null = null;
  private sentAt = 0;
  private sent = 0;
  private gone = false;

  constructor(private readonly options: ThreadOptions) {
    const progress = new SharedArrayBuffer(12);
    this.marks = new Int32Array(progress);
    this.marks[0] = IDLE;
    const { limits, wasm, strikes } = options;
    this.worker = new Worker(options.program, {
      workerData: { limits, wasm, progress, strikes } satisfies WorkerData,
      // A script sees nothing of them, but neither does a flaw in QuickJS.
      env: {},
      stdin: false,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 },
    });
    this.ready = this.start();
    // Waited for in `run`; until then nobody listens.
    this.ready.catch(() => undefined);
  }

  get usable(): boolean {
    return !this.gone;
  }

  /** One batch at a time. @throws Error when the thread cannot be started */
  async run(batch: BatchMessage): Promise<BatchOutcome> {
    await this.ready;
    if (this.gone) return { endedAt: -1, why: 'crash' };
    return new Promise((resolve) => {
      this.settle = resolve;
      this.sentAt = monotonicMs32();
      this.sent++;
      this.watch = setInterval(() => this.look(), this.options.limits.watchEveryMs);
      this.worker.postMessage(batch);
    });
  }

  async close(): Promise<void> {
    this.finish({ endedAt: this.marks[0] ?? -1, why: 'crash' });
    this.gone = true;
    await this.worker.terminate();
  }

  private start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`The sandbox did not start within ${START_MS} ms`)), START_MS);
      late.unref();
      this.worker.on('message', (message: WorkerMessage) => {
        if (message.type === 'done') {
          if (message.outgrown) this.end();
          return this.finish({ answers: message.answers });
        }
        clearTimeout(late);
        resolve();
      });
      this.worker.on('error', reject);
      this.worker.on('exit', (code) => {
        this.gone = true;
        clearTimeout(late);
        reject(new Error(`The sandbox exited with code ${code}`));
        this.finish({ endedAt: Math.max(-1, Atomics.load(this.marks, 0)), why: 'crash' });
      });
    });
  }

  private look(): void {
    const call = Atomics.load(this.marks, 0);
    const now = monotonicMs32();
    // Before the thread has picked the batch up, its marks are of the one before.
    const since = Math.min(elapsed(Atomics.load(this.marks, 1), now), elapsed(this.sentAt, now));
    if (since <= this.options.limits.wallMs) return;
    // The answer is on its way, and only this thread was too busy to take it.
    if (Atomics.load(this.marks, 2) === this.sent) return;
    this.end();
    this.finish({ endedAt: Math.max(-1, call), why: 'clock' });
  }

  private end(): void {
    this.gone = true;
    void this.worker.terminate();
  }

  private finish(outcome: BatchOutcome): void {
    if (this.watch !== null) clearInterval(this.watch);
    this.watch = null;
    this.settle?.(outcome);
    this.settle = null;
  }
}

/** Milliseconds between two marks of the 32-bit clock. */
function elapsed(from: number, to: number): number {
  return (to - from) | 0;
}
