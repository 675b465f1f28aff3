import { decodeFrame } from '../frame.js';
import type { TallyEntry, TallyQuery } from '../journal.js';
import type { HeadDecoder } from '../record-head.js';
import type { Environment } from './environment.js';
import { encodeFrameKey } from './frame-key.js';
import { HourCounts } from './hour-counts.js';

const HOUR_MS = 3_600_000;
const KEPT_HOURS = 45 * 24;
const FACT = 'tally';
const KEYS_AHEAD = 64;
/** Records that cannot be read any more count under no source. */
const UNKNOWN_SOURCE = '';

/**
 * Messages by source and hour: the journal's side of the ledger. Counted in memory as frames become durable and written
 * from time to time, together with the number of the last frame that it counts; frames after that one are counted again
 * when the journal is opened, and are not trimmed before.
 */
export class Tally {
  private readonly idOf = new Map<string, number>();
  private readonly names: string[] = [];
  private readonly hours = new Map<number, HourCounts>();
  private readonly dirty = new Set<number>();
  private savedSources = 0;
  private newestHour = 0;

  private constructor(
    private readonly environment: Environment,
    /** Number of the last frame that the durable counts include. */
    private saved: number,
    /** Number of the last frame counted in memory. */
    private counted: number,
  ) {}

  static load(environment: Environment): Tally {
    const through = savedThrough(environment);
    const tally = new Tally(environment, through, through);
    tally.loadSources();
    for (const hour of environment.hours.getKeys()) tally.newestHour = Math.max(tally.newestHour, hour);
    return tally;
  }

  get savedThrough(): number {
    return this.saved;
  }

  get isDirty(): boolean {
    return this.counted > this.saved;
  }

  /** Counts one durable frame. Frames are counted in order, each once. */
  count(frame: number, sources: readonly string[], receivedAt: ArrayLike<number>): void {
    let hour = NaN;
    let counts: HourCounts | undefined;
    for (let i = 0; i < sources.length; i++) {
      const of = Math.floor(receivedAt[i]! / HOUR_MS);
      if (of !== hour || counts === undefined) {
        hour = of;
        counts = this.touch(hour);
      }
      counts.add(this.id(sources[i]!));
    }
    this.counted = frame;
  }

  /** Counts the frames that are durable and not counted yet, from the frames themselves. */
  countStoredFrames(heads: HeadDecoder): void {
    for (;;) {
      const keys = this.environment.frames.keysFrom(this.counted + 1, KEYS_AHEAD);
      for (const key of keys) {
        const bytes = this.environment.frames.get(encodeFrameKey(key));
        const { records, corrupt } = decodeFrame(bytes ?? Buffer.alloc(0), key, 0, key.count, heads);
        const sources = [...records.map((record) => record.source), ...corrupt.map(() => UNKNOWN_SOURCE)];
        this.count(
          key.frame,
          sources,
          [...records, ...corrupt].map((record) => record.receivedAt),
        );
      }
      if (keys.length < KEYS_AHEAD) return;
    }
  }

  /** Forgets what was counted since `load`, and takes what the writer has saved by now; for processes that only read. */
  refresh(): void {
    this.hours.clear();
    this.dirty.clear();
    for (const name of this.names.splice(this.savedSources)) this.idOf.delete(name);
    this.loadSources();
    this.saved = this.counted = savedThrough(this.environment);
  }

  /** Adds the writes of a checkpoint to the transaction being gathered; call the result once that is durable. */
  stageCheckpoint(): () => void {
    const { environment, counted } = this;
    const sources = this.names.length;
    for (let id = this.savedSources; id < sources; id++)
      void environment.sources.put(id, Buffer.from(this.names[id]!, 'utf8'));
    for (const hour of this.dirty)
      void environment.hours.put(hour, this.hours.get(hour)!.encode(hour < this.newestHour));
    const expired = this.expiredHours();
    for (const hour of expired) void environment.hours.remove(hour);
    void environment.facts.put(FACT, counted);
    return () => {
      this.saved = counted;
      this.savedSources = sources;
      this.dirty.clear();
      for (const hour of this.hours.keys()) if (hour < this.newestHour - 1) this.hours.delete(hour);
    };
  }

  query(query: TallyQuery): TallyEntry[] {
    const { fromHour = -Infinity, toHour = Infinity, source } = query;
    if (source !== undefined && !this.idOf.has(source)) return [];
    const stored = [...this.environment.hours.getKeys()];
    const hours = [...new Set([...stored, ...this.hours.keys()])].filter((hour) => hour >= fromHour && hour < toHour);
    return hours.sort((a, b) => a - b).flatMap((hour) => this.entriesOf(hour, source));
  }

  private entriesOf(hour: number, source: string | undefined): TallyEntry[] {
    const counts = this.hours.get(hour) ?? this.stored(hour);
    if (counts === null) return [];
    if (source === undefined)
      return Array.from(counts.entries(), ([id, messages]) => ({ source: this.names[id]!, hour, messages }));
    const messages = counts.of(this.idOf.get(source)!);
    return messages === 0 ? [] : [{ source, hour, messages }];
  }

  private touch(hour: number): HourCounts {
    let counts = this.hours.get(hour);
    if (counts === undefined) {
      counts = this.stored(hour) ?? new HourCounts();
      this.hours.set(hour, counts);
    }
    // The hour that ends here is written once more, compressed.
    if (hour > this.newestHour && this.hours.has(this.newestHour)) this.dirty.add(this.newestHour);
    this.newestHour = Math.max(this.newestHour, hour);
    this.dirty.add(hour);
    return counts;
  }

  private stored(hour: number): HourCounts | null {
    const blob = this.environment.hours.getBinary(hour) as Uint8Array | undefined;
    return blob ? HourCounts.decode(blob) : null;
  }

  private id(source: string): number {
    let id = this.idOf.get(source);
    if (id === undefined) {
      id = this.names.length;
      this.names.push(source);
      this.idOf.set(source, id);
    }
    return id;
  }

  private loadSources(): void {
    for (const { key, value } of this.environment.sources.getRange({ start: this.names.length })) {
      const name = Buffer.from(value).toString('utf8');
      this.names[key] = name;
      this.idOf.set(name, key);
    }
    this.savedSources = this.names.length;
  }

  private expiredHours(): number[] {
    const expired: number[] = [];
    for (const hour of this.environment.hours.getKeys({ end: this.newestHour - KEPT_HOURS })) expired.push(hour);
    return expired;
  }
}

function savedThrough(environment: Environment): number {
  return (environment.facts.get(FACT) as number | undefined) ?? 0;
}
