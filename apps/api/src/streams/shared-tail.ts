/** Something that grows at its end and can be read from any position: alarm transitions, the feed of readings. */
export interface TailSource<P, I> {
  /** The position behind the newest item. */
  head(): Promise<P>;
  /** Items from a position on, oldest first; an empty page when there are none. May wait a while for the first. */
  page(from: P, signal: AbortSignal): Promise<{ readonly items: readonly I[]; readonly next: P }>;
  /** Negative when `a` comes before `b`. */
  compare(a: P, b: P): number;
  /** Milliseconds to wait after an empty page. */
  readonly pauseMs: number;
}

interface Follower<I> {
  readonly deliver: (items: readonly I[]) => void | Promise<void>;
  live: boolean;
  closed: boolean;
}

const RETRY_MS = 1_000;

/**
 * Lets any number of followers share one reader of a source, which runs only while somebody follows. A follower that
 * starts in the past reads for itself until it has caught up, then joins the others without missing or repeating an item.
 */
export class SharedTail<P, I> {
  private readonly followers = new Set<Follower<I>>();
  private position: P | null = null;
  private starting: Promise<P> | null = null;
  private abort = new AbortController();

  constructor(
    private readonly source: TailSource<P, I>,
    private readonly onError: (error: unknown) => void,
  ) {}

  get size(): number {
    return this.followers.size;
  }

  /**
   * Delivers every item from `from` on, or from now on when null. Resolves once nothing that comes can be missed, with
   * the function that ends it. While catching up, the next page waits for what `deliver` returns.
   */
  async follow(from: P | null, deliver: Follower<I>['deliver']): Promise<() => void> {
    const follower: Follower<I> = { deliver, live: false, closed: false };
    this.followers.add(follower);
    // The reader of those who have gone may still be at its last page: it goes on for this one, with waits that wait again.
    if (this.abort.signal.aborted) this.abort = new AbortController();
    try {
      await this.start();
    } catch (error) {
      this.drop(follower);
      throw error;
    }
    if (from === null) follower.live = true;
    else void this.catchUp(follower, from);
    return () => this.drop(follower);
  }

  /** Ends the reader; followers get nothing more. */
  stop(): void {
    for (const follower of this.followers) this.drop(follower);
  }

  private drop(follower: Follower<I>): void {
    follower.closed = true;
    this.followers.delete(follower);
    if (this.followers.size === 0) this.abort.abort();
  }

  private start(): Promise<P> {
    this.starting ??= this.source.head().then((head) => {
      this.position = head;
      this.abort = new AbortController();
      void this.run();
      return head;
    });
    this.starting.catch(() => (this.starting = null));
    return this.starting;
  }

  private async run(): Promise<void> {
    while (this.followers.size > 0) {
      const { items, failed } = await this.step();
      if (failed) await pause(RETRY_MS, this.abort.signal);
      else if (items === 0) await pause(this.source.pauseMs, this.abort.signal);
    }
    this.position = null;
    this.starting = null;
  }

  private async step(): Promise<{ items: number; failed: boolean }> {
    try {
      const { items, next } = await this.source.page(this.position!, this.abort.signal);
      // Moving on and handing out happen in one turn, which is what `catchUp` relies on.
      this.position = next;
      if (items.length > 0) for (const follower of this.followers) if (follower.live) this.hand(follower, items);
      return { items: items.length, failed: false };
    } catch (error) {
      if (!this.abort.signal.aborted) this.onError(error);
      return { items: 0, failed: true };
    }
  }

  private async catchUp(follower: Follower<I>, from: P): Promise<void> {
    let at = from;
    while (!follower.closed) {
      if (this.position === null || this.source.compare(at, this.position) >= 0) {
        follower.live = true;
        return;
      }
      try {
        const { items, next } = await this.source.page(at, this.abort.signal);
        at = next;
        if (items.length > 0 && !follower.closed) await follower.deliver(items);
      } catch (error) {
        this.onError(error);
        await pause(RETRY_MS, this.abort.signal);
      }
    }
  }

  private hand(follower: Follower<I>, items: readonly I[]): void {
    try {
      void follower.deliver(items);
    } catch (error) {
      this.onError(error);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
