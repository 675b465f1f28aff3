import type { StoredKey, TelemetryStore } from '#timeseries';
import { LINK_KIND } from './link-plan.js';

/** A frame as far as its counter is concerned. */
export interface CountedFrame {
  readonly devAddr: string | null;
  readonly frameCounter: number | null;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Whether the network server told the time; otherwise it is that of receipt, which a late repetition has changed. */
  readonly hasTime: boolean;
}

export interface FramePlace {
  /** Name of the session that the counter belongs to: with the counter it is one frame of the device. */
  readonly boot: string | null;
  /** Frames that were missed before this one; null when that is not known (first frame heard, a late or repeated one). */
  readonly gap: number | null;
}

interface Session {
  readonly devAddr: string;
  readonly boot: string | null;
  readonly startedAt: number;
  counter: number;
  time: number;
}

/** A larger step is no loss but another count (MAX_FCNT_GAP of LoRaWAN 1.0.2, 4.3.1.5). */
const MAX_GAP = 16_384;
/** A counter that is not higher than before this much later has started again; before, the frame was only late or a copy. */
export const RESTARTED_AFTER_MS = 60_000;
const COUNTER_SIZES = [2 ** 16, 2 ** 32];
/** Between the address and the time of the first frame, in the name of a session whose counter started again without a join. */
const SINCE = '@';

/**
 * Follows the frame counter of each LoRaWAN device. A join gives a new address and starts the counter from 0; a device that was
 * personalised keeps its address for good and may start again all the same, which must not make its frames repetitions of old ones.
 *
 * Memory is filled from the stored link readings of the last day; a device that was silent for longer is looked for when it is heard.
 */
export class FrameSessions {
  private readonly sessions = new Map<string, Session>();
  private readonly asked = new Set<string>();

  constructor(private readonly store: Pick<TelemetryStore, 'latest' | 'findStored'>) {}

  restore({ kind, device, boot, seq, time }: StoredKey): void {
    if (kind !== LINK_KIND || seq === null) return;
    const known = this.sessions.get(device);
    if (known !== undefined && known.time > time) return;
    const [devAddr = '', since] = (boot ?? '').split(SINCE);
    const startedAt = since === undefined ? -Infinity : Number(since);
    this.sessions.set(device, { devAddr, boot, startedAt, counter: seq, time });
  }

  /**
   * Before frames of these devices are placed.
   * @throws LamplighterError `store-unavailable`
   */
  async load(devices: Iterable<string>, beforeSequence: number): Promise<void> {
    const missing = [...new Set(devices)].filter((id) => !this.sessions.has(id) && !this.asked.has(id));
    if (missing.length === 0) return;
    for (const { device, values } of await this.store.latest({ kind: LINK_KIND, devices: missing })) {
      const { time } = values.frameCounter ?? {};
      if (time === undefined) continue;
      for (const key of await this.store.findStored(LINK_KIND, device, time, time + 1, beforeSequence))
        this.restore(key);
    }
    for (const id of missing) this.asked.add(id);
  }

  /** Where a frame stands in the count of its device. */
  place(device: string, { devAddr, frameCounter: counter, time, hasTime }: CountedFrame): FramePlace {
    if (counter === null) return { boot: devAddr, gap: null };
    const known = this.sessions.get(device);
    const address = devAddr ?? '';
    if (known === undefined) return this.begin(device, address, devAddr, { counter, time, gap: null });
    if (known.devAddr !== address) {
      // A frame of the session before, late.
      if (time < known.time) return { boot: devAddr, gap: null };
      return this.begin(device, address, devAddr, { counter, time, gap: counter });
    }
    if (counter > known.counter) {
      const gap = counter - known.counter - 1;
      known.counter = counter;
      known.time = Math.max(known.time, time);
      return { boot: known.boot, gap: gap > MAX_GAP ? null : gap };
    }
    if (time > known.time && devAddr !== null) {
      const again = `${devAddr}${SINCE}${time}`;
      const rolledOver = counter < known.counter ? rollOverGap(known.counter, counter) : null;
      if (rolledOver !== null) return this.begin(device, address, again, { counter, time, gap: rolledOver });
      if (hasTime && time > known.time + RESTARTED_AFTER_MS) {
        // A device that wakes up without memory sends the same counter each time: that tells nothing of frames in between.
        const gap = counter === known.counter ? null : counter;
        return this.begin(device, address, again, { counter, time, gap });
      }
    }
    return { boot: time >= known.startedAt ? known.boot : devAddr, gap: null };
  }

  private begin(
    device: string,
    devAddr: string,
    boot: string | null,
    { counter, time, gap }: { counter: number; time: number; gap: number | null },
  ): FramePlace {
    const startedAt = boot === devAddr ? -Infinity : time;
    this.sessions.set(device, { devAddr, boot, startedAt, counter, time });
    return { boot, gap: gap !== null && gap > MAX_GAP ? null : gap };
  }
}

/** Frames missed when the counter went over its end, of 16 or of 32 bits; null when it cannot have done that. */
function rollOverGap(before: number, counter: number): number | null {
  for (const size of COUNTER_SIZES) {
    const gap = counter + size - before - 1;
    if (before < size && gap >= 0 && gap <= MAX_GAP) return gap;
  }
  return null;
}
