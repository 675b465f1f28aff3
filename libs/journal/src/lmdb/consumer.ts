import type { JournalOffset } from '#core';
import type { JournalBatch, JournalConsumer, JournalTail, ReadOptions } from '../journal.js';
import type { ConsumerSlot } from './consumer-slot.js';
import type { Environment } from './environment.js';
import { FrameCursor, headOf, sequenceAt } from './frame-cursor.js';

export class LmdbConsumer implements JournalConsumer {
  private readonly cursor: FrameCursor;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly environment: Environment,
    private readonly slot: ConsumerSlot,
    onCorrupt: (count: number) => void,
  ) {
    const { committed } = slot;
    this.cursor = new FrameCursor(
      environment,
      committed ?? { frame: 1, index: 0 },
      committed?.sequence ?? null,
      onCorrupt,
    );
  }

  async read(options: ReadOptions): Promise<JournalBatch> {
    const { records, corrupt, next, nextSequence } = await this.cursor.read(options);
    return { records, corrupt, next, nextSequence };
  }

  seek(offset: JournalOffset): void {
    this.cursor.seek(offset);
  }

  commit(next: JournalOffset): Promise<void> {
    const write = async (): Promise<void> => {
      this.environment.root.resetReadTxn();
      await this.slot.write({ frame: next.frame, index: next.index, sequence: sequenceAt(this.environment, next) });
    };
    this.writing = this.writing.then(write, write);
    return this.writing;
  }

  committed(): JournalOffset | null {
    const { committed } = this.slot;
    return committed === null ? null : { frame: committed.frame, index: committed.index };
  }

  backlog(): number {
    this.environment.root.resetReadTxn();
    const from = this.slot.committed?.sequence ?? this.environment.frames.oldest()?.firstSequence ?? 0;
    return Math.max(0, headOf(this.environment).sequence - from);
  }
}

export class LmdbTail implements JournalTail {
  private readonly cursor: FrameCursor;

  constructor(environment: Environment, from: 'head' | 'oldest' | JournalOffset, onCorrupt: (count: number) => void) {
    environment.root.resetReadTxn();
    const offset = typeof from === 'string' ? { frame: startingFrame(environment, from), index: 0 } : from;
    this.cursor = new FrameCursor(environment, offset, sequenceAt(environment, offset), onCorrupt);
  }

  read(options: ReadOptions): Promise<JournalBatch & { skipped: number }> {
    return this.cursor.read(options);
  }
}

function startingFrame(environment: Environment, from: 'head' | 'oldest'): number {
  return from === 'head' ? headOf(environment).frame : (environment.frames.oldest()?.frame ?? 1);
}
