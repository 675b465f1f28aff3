import { LamplighterError, type Clock, type RawMessage } from '#core';
import type { JournalState } from '../journal.js';
import { AppendQueue, type Done, type PendingFrame } from './append-queue.js';
import { classifyCommitFailure } from './commit-failure.js';
import type { Environment } from './environment.js';
import { encodeFrameKey, type FrameKey } from './frame-key.js';
import type { KeptFrames } from './kept-frames.js';
import type { Tally } from './tally.js';

export interface CommitLoopOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly retainBytes: number;
  readonly onFatal: (error: LamplighterError) => void;
}

const CHECKPOINT_MS = 1_000;
const RETRY_MS = 1_000;
/** Trimming rides on the commit of a frame; more at a time would delay that frame's acknowledgements. */
const TRIM_FRAMES = 128;

/**
 * Group commit: what arrives while a commit is under way becomes the next frame. One commit is in flight at a time, so a slow
 * disk makes frames larger, not more numerous, and `done` callbacks run in the order of the appends.
 */
export class CommitLoop {
  private readonly queue = new AppendQueue();
  private committedFrame = 0;
  private checkpointAt: number;
  private failed: LamplighterError | null = null;
  /** A commit that found no room. Its frame is tried again, unchanged, before any other. */
  private waiting: { frame: PendingFrame | null; retryAt: number; reason: string } | null = null;
  private scheduled = false;
  private running: Promise<void> | null = null;

  constructor(
    private readonly environment: Environment,
    private readonly kept: KeptFrames,
    private readonly tally: Tally,
    private next: { frame: number; sequence: number },
    private readonly options: CommitLoopOptions,
  ) {
    this.checkpointAt = options.clock.monotonic() + CHECKPOINT_MS;
  }

  get nextSequence(): number {
    return this.next.sequence;
  }

  append(message: RawMessage, done: Done): void {
    if (this.failed !== null) {
      done(this.failed);
      return;
    }
    this.queue.push(message, done);
    if (this.scheduled || this.running !== null) return;
    // Not at once: the other sockets that are readable in this turn of the event loop join the same commit.
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.run();
    });
  }

  condition(): { condition: JournalState['condition']; reason?: string } {
    if (this.failed !== null) return { condition: 'unwritable', reason: this.failed.message };
    if (this.waiting !== null) return { condition: 'unwritable', reason: this.waiting.reason };
    if (this.isFull) return { condition: 'full', reason: `${this.kept.heldBytes} bytes wait for consumers to commit` };
    return { condition: 'writable' };
  }

  /** Frames before `frame` are committed by every consumer. Goes back when a consumer registers anew. */
  release(frame: number): void {
    this.committedFrame = frame;
    this.kept.release(this.committedFrame);
    this.run();
  }

  run(): void {
    if (this.running !== null || !this.hasWork()) return;
    this.running = this.commitWhileThereIsWork().finally(() => {
      this.running = null;
    });
  }

  /** Commits what can be committed, and answers what cannot. */
  async stop(): Promise<void> {
    this.run();
    await this.running;
    if (this.failed !== null) return;
    await this.commit(null, true).catch(() => undefined);
    this.fail(new LamplighterError('journal-unwritable', 'The journal was closed before the message was durable.'));
  }

  private get isFull(): boolean {
    return this.kept.heldBytes >= this.options.maxBytes;
  }

  private hasWork(): boolean {
    if (this.failed !== null) return false;
    if (this.waiting !== null) return this.options.clock.monotonic() >= this.waiting.retryAt;
    return (!this.queue.isEmpty && !this.isFull) || this.checkpointIsDue() || this.trimmable().length > 0;
  }

  private checkpointIsDue(): boolean {
    return this.tally.isDirty && this.options.clock.monotonic() >= this.checkpointAt;
  }

  private trimmable(): FrameKey[] {
    return this.kept.trimmable({
      committedFrame: this.committedFrame,
      talliedFrame: this.tally.savedThrough,
      retainBytes: this.options.retainBytes,
      maxFrames: TRIM_FRAMES,
    });
  }

  private async commitWhileThereIsWork(): Promise<void> {
    while (this.hasWork()) {
      const frame = this.nextPending();
      try {
        await this.commit(frame, this.checkpointIsDue());
        this.waiting = null;
      } catch (error) {
        this.handleFailure(error, frame);
      }
    }
  }

  private nextPending(): PendingFrame | null {
    if (this.waiting !== null) return this.waiting.frame;
    return this.isFull ? null : this.queue.take();
  }

  /** One transaction: the frame, the tally when it is due, and as much trimming as is allowed. */
  private async commit(frame: PendingFrame | null, checkpoint: boolean): Promise<void> {
    const { frames, root } = this.environment;
    const trimmed = this.trimmable();
    const key = frame === null ? null : this.keyOf(frame);
    let checkpointed = (): void => undefined;
    const transaction = root.batch(() => {
      if (key !== null) void frames.put(encodeFrameKey(key.key), key.sealed);
      if (checkpoint) checkpointed = this.tally.stageCheckpoint();
      for (const old of trimmed) frames.remove(encodeFrameKey(old));
    });
    await transaction.catch(rethrowCause);
    this.kept.removed(trimmed.length);
    checkpointed();
    if (checkpoint) this.checkpointAt = this.options.clock.monotonic() + CHECKPOINT_MS;
    if (frame !== null && key !== null) this.frameIsDurable(frame, key.key);
  }

  private keyOf(frame: PendingFrame): { key: FrameKey; sealed: Buffer } {
    const sealed = frame.builder.seal(this.next.sequence, this.options.clock.now());
    const { count } = frame.builder;
    return { key: { frame: this.next.frame, firstSequence: this.next.sequence, count, bytes: sealed.length }, sealed };
  }

  private frameIsDurable(frame: PendingFrame, key: FrameKey): void {
    this.kept.append(key);
    this.kept.release(this.committedFrame);
    this.tally.count(key.frame, frame.sources, frame.receivedAt);
    this.next = { frame: key.frame + 1, sequence: key.firstSequence + key.count };
    settle(frame, null);
    this.queue.recycle(frame);
  }

  private handleFailure(cause: unknown, frame: PendingFrame | null): void {
    const detail = cause instanceof Error ? cause.message : String(cause);
    if (classifyCommitFailure(cause, this.options.directory, frame?.builder.bytes ?? 0) === 'no-space') {
      const reason = `There is no room to write the journal (${detail}); it is tried again every second.`;
      this.waiting = { frame, retryAt: this.options.clock.monotonic() + RETRY_MS, reason };
      return;
    }
    const error = new LamplighterError('journal-unwritable', `The journal could not be made durable: ${detail}`, {
      cause,
    });
    if (frame !== null) settle(frame, error);
    this.fail(error);
    this.options.onFatal(error);
  }

  private fail(error: LamplighterError): void {
    this.failed = error;
    if (this.waiting?.frame) settle(this.waiting.frame, error);
    for (let frame = this.queue.take(); frame !== null; frame = this.queue.take()) settle(frame, error);
  }
}

function settle(frame: PendingFrame, error: Error | null): void {
  for (const done of frame.done) {
    try {
      done(error);
    } catch (thrown) {
      // A faulty callback must not cost the others theirs; it surfaces as an uncaught exception of its own.
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}

/** lmdb rejects with a general error and keeps the cause, with LMDB's own code, in a promise on it. */
async function rethrowCause(error: Error & { commitError?: Promise<never> }): Promise<never> {
  await error.commitError;
  throw error;
}
