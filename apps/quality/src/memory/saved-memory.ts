import type { JournalOffset } from '#core';
import type { StateRepository } from '#registry';
import type { WatchedDevices } from '../devices/watched-devices.js';
import type { DeviceObserverState } from '../observe/device-observer.js';

const HEAD = 'quality:memory';
const CHUNK = 2_000;

interface SavedHead {
  readonly next: JournalOffset;
  readonly lastSequences: Readonly<Record<string, number>>;
  readonly chunks: number;
}

interface SavedChunk {
  readonly devices: Readonly<Record<string, { readonly observer: DeviceObserverState; readonly grade: string | null }>>;
}

/** What an earlier process saved, without what it knew of each device; see {@link recallDevices}. */
export interface Memory {
  /** Where reading of the feed goes on. */
  readonly next: JournalOffset;
  /** Kind -> journal sequence of its newest row. */
  readonly lastSequences: Map<string, number>;
  readonly chunks: number;
}

/** Null when there is nothing that can be read. */
export async function recallMemory(state: Pick<StateRepository, 'get'>): Promise<Memory | null> {
  const head = parsed<SavedHead>(await state.get(HEAD));
  return head === null ? null : { ...head, lastSequences: new Map(Object.entries(head.lastSequences)) };
}

/** Gives the devices back what was known of them, a chunk at a time: all of it at once, as text and objects, would be many times its size. */
export async function recallDevices(
  state: Pick<StateRepository, 'get'>,
  { chunks }: Memory,
  devices: Pick<WatchedDevices, 'find'>,
): Promise<void> {
  for (let chunk = 0; chunk < chunks; chunk++) {
    const saved = parsed<SavedChunk>(await state.get(`${HEAD}:${chunk}`));
    for (const [id, { observer, grade }] of Object.entries(saved?.devices ?? {})) {
      const device = devices.find(id);
      if (device === undefined) continue;
      device.observer.load(observer);
      device.told.grade = grade;
    }
  }
}

/**
 * Saves everything in chunks, and last the place in the feed. A process that dies in between reads some of the feed again: readings that
 * were counted before are then counted twice in their hour, which `ratio` cuts off at 1.
 */
export async function saveMemory(
  state: Pick<StateRepository, 'put'>,
  devices: WatchedDevices,
  next: JournalOffset,
  lastSequences: ReadonlyMap<string, number>,
): Promise<void> {
  let chunks = 0;
  let entries: [string, SavedChunk['devices'][string]][] = [];
  const flush = async (): Promise<void> => {
    await state.put(`${HEAD}:${chunks++}`, JSON.stringify({ devices: Object.fromEntries(entries) }));
    entries = [];
  };
  for (const { device, observer, told } of devices.all()) {
    entries.push([device.id, { observer: observer.state(), grade: told.grade }]);
    if (entries.length === CHUNK) await flush();
  }
  if (entries.length > 0) await flush();
  await state.put(HEAD, JSON.stringify({ next, lastSequences: Object.fromEntries(lastSequences), chunks }));
}

function parsed<T>(text: string | null): T | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
