/**
 * The recent readings of each device, as far as de-duplication needs them: eight of each, in flat blocks of numbers, so that 150,000
 * devices take about 45 MB and nothing of it is looked at by the garbage collector.
 *
 * A reading that is not found here is known to be new when it is newer than everything that was ever forgotten of its device: than the
 * `floor`. Only what is neither found nor above the floor has to be looked for in the store.
 */

export type Verdict = 'fresh' | 'duplicate' | 'unsure';

/** What identifies a reading of a device (docs/architecture.md, De-duplication). */
export interface ReadingKey {
  readonly time: number;
  readonly boot: string | null;
  readonly seq: number | null;
  readonly metricSet: number;
  readonly hasClock: boolean;
  /** Without `seq`: how far from each other the times of two readings may lie that are the same; milliseconds, otherwise 0. */
  readonly toleranceMs: number;
  /** Of the payload and the place in it; only asked for readings with `seq` but neither `boot` nor clock. */
  payloadHash(): number;
}

const RING = 8;
/** Tag, a, b, time. */
const ENTRY = 4;
const NEXT = 0;
const COUNT = 1;
const FLOOR_TIME = 2;
const FLOOR_TAG = 3;
const FLOOR_SEQ = 4;
const HEAD = 5;
const STRIDE = HEAD + RING * ENTRY;
const DEVICES_PER_BLOCK = 1_024;

/** Tags of entries; a positive one is the hash of the boot identifier, followed by (seq, 0). */
const BY_SEQ_AND_TIME = -1; // (seq, time)
const BY_SEQ_AND_PAYLOAD = -2; // (seq, hash of payload)
const BY_TIME_AND_METRICS = -3; // (time, set of metrics)

/** A sequence without boot that falls by more than this has started again; by less, it was sent out of order. */
const RESTARTED_BELOW = 64;

/** How long a repetition of a reading without boot and clock is recognised. */
export const SAME_PAYLOAD_WITHIN_MS = 600_000;

export class RecentReadings {
  private readonly slots = new Map<string, number>();
  private readonly blocks: Float64Array[] = [];

  /** @param floorTime nothing that could come again is newer than this, for devices that are not restored */
  constructor(private readonly floorTime: number) {}

  /** Number of readings of a device that are remembered. */
  static readonly perDevice = RING;

  get devices(): number {
    return this.slots.size;
  }

  /** Judges a reading and remembers it. */
  check(device: string, key: ReadingKey): Verdict {
    const slot = this.slotOf(device);
    const block = this.blocks[Math.floor(slot / DEVICES_PER_BLOCK)]!;
    const base = (slot % DEVICES_PER_BLOCK) * STRIDE;
    const { seq, time, toleranceMs } = key;
    const tag = tagOf(key);
    const a = seq ?? time;
    const b =
      tag === BY_TIME_AND_METRICS
        ? key.metricSet
        : tag === BY_SEQ_AND_TIME
          ? time
          : tag === BY_SEQ_AND_PAYLOAD
            ? key.payloadHash()
            : 0;
    const found = lookIn(block, base, tag, a, b, time, toleranceMs);
    if (found === 'duplicate') return found;
    const verdict = found === 'unsure' || !isAboveFloor(block, base, tag, a, key) ? 'unsure' : 'fresh';
    remember(block, base, tag, a, b, time);
    return verdict;
  }

  /**
   * Fills the memory of one device from what the store holds, oldest first.
   * @param complete whether these are all readings since `floorTime`
   */
  restore(
    device: string,
    keys: readonly Pick<ReadingKey, 'time' | 'boot' | 'seq' | 'metricSet'>[],
    complete: boolean,
  ): void {
    const slot = this.slotOf(device);
    const block = this.blocks[Math.floor(slot / DEVICES_PER_BLOCK)]!;
    const base = (slot % DEVICES_PER_BLOCK) * STRIDE;
    for (const { time, boot, seq, metricSet } of keys) {
      // The store does not say whether the time was the device's own; see `lookIn`.
      const tag = tagOf({ boot, seq, hasClock: true });
      remember(
        block,
        base,
        tag,
        seq ?? time,
        tag === BY_TIME_AND_METRICS ? metricSet : tag === BY_SEQ_AND_TIME ? time : 0,
        time,
      );
      // What was sent before may be as new as the newest that we see.
      if (!complete) raiseFloor(block, base, tag, seq ?? time, time);
    }
  }

  /** Nothing of the device up to this time is known to be new, unless it is remembered. */
  raiseFloor(device: string, time: number): void {
    const slot = this.slotOf(device);
    const block = this.blocks[Math.floor(slot / DEVICES_PER_BLOCK)]!;
    const at = (slot % DEVICES_PER_BLOCK) * STRIDE + FLOOR_TIME;
    block[at] = Math.max(block[at]!, time);
  }

  private slotOf(device: string): number {
    let slot = this.slots.get(device);
    if (slot !== undefined) return slot;
    slot = this.slots.size;
    this.slots.set(device, slot);
    if (slot % DEVICES_PER_BLOCK === 0) this.blocks.push(new Float64Array(DEVICES_PER_BLOCK * STRIDE));
    this.blocks.at(-1)![(slot % DEVICES_PER_BLOCK) * STRIDE + FLOOR_TIME] = this.floorTime;
    return slot;
  }
}

function tagOf({ boot, seq, hasClock }: Pick<ReadingKey, 'boot' | 'seq' | 'hasClock'>): number {
  if (seq === null) return BY_TIME_AND_METRICS;
  if (boot !== null) return hashText(boot);
  return hasClock ? BY_SEQ_AND_TIME : BY_SEQ_AND_PAYLOAD;
}

function lookIn(
  block: Float64Array,
  base: number,
  tag: number,
  a: number,
  b: number,
  time: number,
  toleranceMs: number,
): 'duplicate' | 'unsure' | 'unknown' {
  const end = base + HEAD + block[base + COUNT]! * ENTRY;
  let result: 'unsure' | 'unknown' = 'unknown';
  for (let at = base + HEAD; at < end; at += ENTRY) {
    if (Math.abs(block[at + 1]! - a) > toleranceMs) continue;
    if (tag === BY_SEQ_AND_PAYLOAD) {
      if (Math.abs(block[at + 3]! - time) > SAME_PAYLOAD_WITHIN_MS) continue;
      if (block[at] === tag && block[at + 2] === b) return 'duplicate';
      // Restored from the store, which does not keep payloads: only its values can tell.
      if (block[at] === BY_SEQ_AND_TIME) result = 'unsure';
    } else if (block[at] === tag && block[at + 2] === b) return 'duplicate';
  }
  return result;
}

function isAboveFloor(block: Float64Array, base: number, tag: number, seq: number, key: ReadingKey): boolean {
  const floorTag = block[base + FLOOR_TAG]!;
  const isNewer = key.time - key.toleranceMs > block[base + FLOOR_TIME]!;
  if (tag === BY_SEQ_AND_TIME || tag === BY_TIME_AND_METRICS) return isNewer;
  if (tag === BY_SEQ_AND_PAYLOAD) {
    if (block[base + FLOOR_TIME]! < key.time - SAME_PAYLOAD_WITHIN_MS) return true;
    return floorTag === 0 ? isNewer : floorTag === tag && seq > block[base + FLOOR_SEQ]!;
  }
  // The time as well: a repetition from before a reboot, once forgotten, has left its own sequence as the floor.
  if (floorTag === tag) return isNewer && seq > block[base + FLOOR_SEQ]!;
  // Another boot than the one forgotten last: with a clock the time tells, without one only the store does.
  return isNewer && (key.hasClock || floorTag === 0);
}

function remember(block: Float64Array, base: number, tag: number, a: number, b: number, time: number): void {
  const next = block[base + NEXT]!;
  const at = base + HEAD + next * ENTRY;
  if (block[base + COUNT]! === RING) forget(block, base, at);
  else block[base + COUNT]!++;
  block[at] = tag;
  block[at + 1] = a;
  block[at + 2] = b;
  block[at + 3] = time;
  block[base + NEXT] = (next + 1) % RING;
}

function forget(block: Float64Array, base: number, at: number): void {
  raiseFloor(block, base, block[at]!, block[at + 1]!, block[at + 3]!);
}

function raiseFloor(block: Float64Array, base: number, tag: number, a: number, time: number): void {
  if (time > block[base + FLOOR_TIME]!) block[base + FLOOR_TIME] = time;
  if (tag === BY_TIME_AND_METRICS) return;
  const floor = block[base + FLOOR_SEQ]!;
  const isSameCount = block[base + FLOOR_TAG] === tag && (tag > 0 || a > floor - RESTARTED_BELOW);
  block[base + FLOOR_SEQ] = isSameCount ? Math.max(a, floor) : a;
  block[base + FLOOR_TAG] = tag;
}

/** FNV-1a over UTF-16 code units in two lanes: 52 bits, never 0. Two boots of one device do not meet by chance. */
export function hashText(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  return (low >>> 0) + ((high >>> 0) & 0xfffff) * 2 ** 32 + 1;
}

export function hashBytes(bytes: Uint8Array, seed: string): number {
  let low = 0x811c9dc5;
  let high = Math.floor(hashText(seed)) | 0;
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b);
  }
  return (low >>> 0) + ((high >>> 0) & 0xfffff) * 2 ** 32;
}
