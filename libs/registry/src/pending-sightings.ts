import type { Registry } from './registry.js';
import type { Seen } from './sightings.js';

const WRITE_EVERY_MS = 3_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Counted = 'messages' | 'logins';

/** Who was seen, without how often and when. */
export type Sighted = Omit<Seen, 'id' | 'firstSeen' | 'lastSeen' | Counted>;

export interface PendingOptions {
  /** Names between two writes; whoever makes up names by the thousand is not worth more. */
  readonly max: number;
  /** Leaves out what is no sighting after all; asked once a write. */
  readonly sift?: (seen: readonly Seen[]) => Promise<readonly Seen[]>;
  readonly failed: (reason: string) => void;
}

/**
 * Sightings on their way to the registry. A hint, not an account: written every few seconds in one batch, one row a name, and what a crash takes is seen
 * again with the next message. It never holds up whoever notes one.
 */
export class PendingSightings {
  private pending = new Map<string, Mutable<Seen>>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: Pick<Registry, 'sightings'>,
    private readonly options: PendingOptions,
  ) {}

  get size(): number {
    return this.pending.size;
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.writing = this.write().finally(() => {
        // One after the other: writes must not queue up before a registry that does not answer.
        if (this.timer !== null) this.start();
      });
    }, WRITE_EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.writing;
    await this.write();
  }

  /** @param describe asked when the name is new since the last write */
  note(id: string, at: number, counted: Counted, describe: () => Sighted): void {
    const known = this.pending.get(id);
    if (known !== undefined) {
      known[counted]++;
      known.firstSeen = Math.min(known.firstSeen, at);
      known.lastSeen = Math.max(known.lastSeen, at);
      return;
    }
    if (this.pending.size >= this.options.max) return;
    const seen = { id, ...describe(), firstSeen: at, lastSeen: at, messages: 0, logins: 0 };
    seen[counted] = 1;
    this.pending.set(id, seen);
  }

  /** A registry that is down is tried again with the next ones; what does not fit by then is left out. */
  private async write(): Promise<void> {
    if (this.pending.size === 0) return;
    const batch = this.pending;
    this.pending = new Map();
    try {
      const seen = [...batch.values()];
      await this.registry.sightings.record((await this.options.sift?.(seen)) ?? seen);
    } catch (error) {
      this.options.failed(error instanceof Error ? error.message : String(error));
      for (const [id, seen] of batch)
        if (!this.pending.has(id) && this.pending.size < this.options.max) this.pending.set(id, seen);
    }
  }
}
