import { LamplighterError } from '#core';
import type { Journal, JournalState } from '#journal';

/** A journal whose disk can be full, whose fsync can fail, and that can hold its acknowledgements back. */
export class TroubledJournal implements Pick<Journal, 'append' | 'state'> {
  trouble: 'none' | 'full' | 'failing' = 'none';
  private readonly waiting: [Parameters<Journal['append']>[0], Parameters<Journal['append']>[1]][] = [];

  constructor(private readonly real: Journal) {}

  /** Messages that it holds without having written them. */
  get held(): number {
    return this.waiting.length;
  }

  append(...record: Parameters<Journal['append']>): void {
    if (this.trouble === 'none') this.real.append(...record);
    else if (this.trouble === 'full') this.waiting.push(record);
    else record[1](new LamplighterError('journal-unwritable', 'fsync failed'));
  }

  state(): JournalState {
    const state = this.real.state();
    if (this.trouble === 'none') return state;
    return { ...state, condition: this.trouble === 'full' ? 'full' : 'unwritable', reason: 'no space left' };
  }

  recover(): void {
    this.trouble = 'none';
    for (const record of this.waiting.splice(0)) this.real.append(...record);
  }

  over(): Journal {
    const { real } = this;
    return {
      append: (...record) => this.append(...record),
      state: () => this.state(),
      consumer: (name) => real.consumer(name),
      tail: (from) => real.tail(from),
      tally: (query) => real.tally(query),
      close: () => real.close(),
    };
  }
}
