import type { RawMessage } from '#core';
import { FrameBuilder } from '../frame.js';

export type Done = (error: Error | null) => void;

/** A frame is a few milliseconds of a busy broker; these limits hold when a commit takes much longer. */
const FRAME_BYTES = 4 * 2 ** 20;
const FRAME_MESSAGES = 16_384;

/** Messages that will become one frame, with what is to be told when it is durable. */
export class PendingFrame {
  readonly builder = new FrameBuilder();
  readonly done: Done[] = [];
  readonly sources: string[] = [];
  readonly receivedAt: number[] = [];

  get isFull(): boolean {
    return this.builder.count >= FRAME_MESSAGES || this.builder.bytes >= FRAME_BYTES;
  }

  add(message: RawMessage, done: Done): void {
    this.builder.add(message);
    this.done.push(done);
    this.sources.push(message.source);
    this.receivedAt.push(message.receivedAt);
  }

  reset(): void {
    this.builder.reset();
    this.done.length = this.sources.length = this.receivedAt.length = 0;
  }
}

/** Messages in order of arrival, already encoded, cut into frames. */
export class AppendQueue {
  private readonly frames: PendingFrame[] = [];
  private readonly spare: PendingFrame[] = [];

  get isEmpty(): boolean {
    return this.frames.length === 0;
  }

  push(message: RawMessage, done: Done): void {
    let last = this.frames.at(-1);
    if (last === undefined || last.isFull) {
      last = this.spare.pop() ?? new PendingFrame();
      this.frames.push(last);
    }
    last.add(message, done);
  }

  /** The next frame to commit; what is pushed from now on goes into later ones. */
  take(): PendingFrame | null {
    return this.frames.shift() ?? null;
  }

  /** The frame has been dealt with; its buffers serve again. */
  recycle(frame: PendingFrame): void {
    frame.reset();
    if (this.spare.length < 2) this.spare.push(frame);
  }
}
