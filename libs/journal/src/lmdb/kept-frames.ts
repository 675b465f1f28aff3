import type { FrameKey } from './frame-key.js';

export interface TrimLimits {
  /** Frames before this one are committed by every consumer. */
  readonly committedFrame: number;
  /** Frames up to this one are in the saved tally. */
  readonly talliedFrame: number;
  /** Bytes of frames to keep although they are committed. */
  readonly retainBytes: number;
  readonly maxFrames: number;
}

/** The frames that the journal holds, oldest first, in memory: what may be trimmed, and how full it is. */
export class KeptFrames {
  private readonly frames: FrameKey[];
  private first = 0;
  /** The frames from `first` up to here are committed; a pointer, so that the sums are not made anew for every commit. */
  private committed = 0;
  private total = 0;
  private committedBytes = 0;

  constructor(frames: FrameKey[]) {
    this.frames = frames;
    for (const frame of frames) this.total += frame.bytes;
  }

  get bytes(): number {
    return this.total;
  }

  /** Bytes of frames that some consumer has not committed. */
  get heldBytes(): number {
    return this.total - this.committedBytes;
  }

  append(frame: FrameKey): void {
    this.frames.push(frame);
    this.total += frame.bytes;
  }

  /** Frames before `frame` are committed; what is released once does not count as held again. */
  release(frame: number): void {
    while (this.committed < this.frames.length && this.frames[this.committed]!.frame < frame) {
      this.committedBytes += this.frames[this.committed]!.bytes;
      this.committed++;
    }
  }

  /** Never the newest frame: it carries the numbers with which the journal continues. */
  trimmable(limits: TrimLimits): FrameKey[] {
    const found: FrameKey[] = [];
    let left = this.total;
    for (let i = this.first; i < this.frames.length - 1 && found.length < limits.maxFrames; i++) {
      const frame = this.frames[i]!;
      left -= frame.bytes;
      if (frame.frame >= limits.committedFrame || frame.frame > limits.talliedFrame || left < limits.retainBytes) break;
      found.push(frame);
    }
    return found;
  }

  /** The oldest `count` frames are gone. They were committed. */
  removed(count: number): void {
    const end = this.first + count;
    for (; this.first < end; this.first++) {
      this.total -= this.frames[this.first]!.bytes;
      this.committedBytes -= this.frames[this.first]!.bytes;
    }
    if (this.first > 1024 && this.first * 2 > this.frames.length) {
      this.frames.splice(0, this.first);
      this.committed -= this.first;
      this.first = 0;
    }
  }
}
