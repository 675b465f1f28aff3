import type { JournalOffset } from '#core';
import type { JournalReader, JournalTail, TallyEntry, TallyQuery } from '#journal';
import type { FeedPage, FeedTail, JournalCounts } from '../ports.js';

/** Opens a journal of another process when it is first asked for, since that process may start later. */
export class LazyJournalReader implements JournalCounts, FeedTail {
  private opened: Promise<JournalReader> | null = null;
  private follower: { readonly tail: JournalTail; at: JournalOffset } | null = null;

  constructor(private readonly open: () => Promise<JournalReader>) {}

  async tally(query: TallyQuery): Promise<TallyEntry[]> {
    return (await this.reader()).tally(query);
  }

  async nextSequence(): Promise<number> {
    return (await this.reader()).state().nextSequence;
  }

  async head(): Promise<JournalOffset> {
    const tail = await (await this.reader()).tail('head');
    return (await tail.read({ maxMessages: 1, waitMs: 0 })).next;
  }

  async read(
    from: JournalOffset,
    options: { maxMessages: number; waitMs: number; signal: AbortSignal },
  ): Promise<FeedPage> {
    const followed = this.follower;
    const goesOn = followed !== null && followed.at.frame === from.frame && followed.at.index === from.index;
    // Taken away while it reads, so that two readers at the same place do not share one.
    this.follower = null;
    const tail = goesOn ? followed.tail : await (await this.reader()).tail(from);
    const { records, next } = await tail.read(options);
    this.follower = { tail, at: next };
    return { records, next };
  }

  async close(): Promise<void> {
    const opened = this.opened;
    this.opened = null;
    if (opened !== null) await opened.then((reader) => reader.close()).catch(() => undefined);
  }

  private reader(): Promise<JournalReader> {
    this.opened ??= this.open();
    this.opened.catch(() => (this.opened = null));
    return this.opened;
  }
}
