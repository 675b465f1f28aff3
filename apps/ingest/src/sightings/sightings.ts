import type { Logger } from 'pino';
import { type DeadLetter, parseNetworkTopic } from '#core';
import type { Registry, Seen } from '#registry';
import { claimedId } from '../batch-outcomes.js';
import { NO_HINTS, uplinkHints } from './uplink-hints.js';

const WRITE_EVERY_MS = 3_000;
/** Devices between two writes; whoever makes up ids by the thousand is not worth more. */
const MAX_PENDING = 5_000;
const MAX_ID = 128;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Which devices send that nobody has registered, for the registry's list of them. A hint, not an account: it is written every few seconds, one row a
 * device, and what a crash takes is seen again with the next message. It never holds up the path.
 */
export class Sightings {
  private pending = new Map<string, Mutable<Seen>>();
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: Pick<Registry, 'sightings'>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.writing = this.writing.then(() => this.write());
    }, WRITE_EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.writing;
    await this.write();
  }

  note(letters: readonly DeadLetter[]): void {
    for (const letter of letters) {
      const id = letter.department === null ? claimedId(letter.rejections) : null;
      if (id !== null && id !== '' && id.length <= MAX_ID) this.add(id, letter);
    }
  }

  private add(id: string, { source, topic, payload, receivedAt }: DeadLetter): void {
    const known = this.pending.get(id);
    if (known !== undefined) {
      known.messages++;
      known.firstSeen = Math.min(known.firstSeen, receivedAt);
      known.lastSeen = Math.max(known.lastSeen, receivedAt);
      return;
    }
    if (this.pending.size >= MAX_PENDING) return;
    const network = parseNetworkTopic(topic);
    const { name, profile } = network === null ? NO_HINTS : uplinkHints(payload);
    const application = network?.application ?? null;
    this.pending.set(id, { id, source, topic, application, name, profile, firstSeen: receivedAt, lastSeen: receivedAt, messages: 1 }); // prettier-ignore
  }

  /** A registry that is down is tried again with the next ones; what does not fit by then is left out. */
  private async write(): Promise<void> {
    if (this.pending.size === 0) return;
    const batch = this.pending;
    this.pending = new Map();
    try {
      await this.registry.sightings.record([...batch.values()]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.logger.warn({ reason }, 'sightings of unknown devices could not be written');
      for (const [id, seen] of batch) if (!this.pending.has(id)) this.pending.set(id, seen);
    }
  }
}
