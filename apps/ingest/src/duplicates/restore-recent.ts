import type { StoredKey, TelemetryStore } from '#timeseries';
import { findPlan } from '../devices/kind-plan.js';
import { RecentReadings } from './recent-readings.js';
import { MetricNames } from './stored-lookup.js';

/** Readings received longer ago than this are not restored; repetitions of them are found in the store. */
const RESTORE_MS = 24 * 3_600_000;

export interface RestoreOptions {
  /** Sequence of the first message that is not in the store. */
  readonly beforeSequence: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly maxFutureMs: number;
  /** Told of every key, for others that remember. */
  readonly onKey: (key: StoredKey) => void;
}

/**
 * Fills the memory of de-duplication from the store, as it was when the store's position was committed: so a restart judges repetitions
 * as if it had not happened.
 */
export async function restoreRecent(
  store: Pick<TelemetryStore, 'recentKeys' | 'latest'>,
  options: RestoreOptions,
): Promise<RecentReadings> {
  const receivedSince = options.now - RESTORE_MS;
  // A reading received before that has a time of at most this, by the time policy.
  const recent = new RecentReadings(receivedSince + options.maxFutureMs);
  const names = new Map<string, MetricNames>();
  const byDevice = new Map<string, StoredKey[]>();
  for (const key of await store.recentKeys(RecentReadings.perDevice, receivedSince, options.beforeSequence)) {
    options.onKey(key);
    const keys = byDevice.get(key.device);
    if (keys === undefined) byDevice.set(key.device, [key]);
    else if (!isCompanionOf(keys.at(-1)!, key)) keys.push(key);
  }
  for (const [device, keys] of byDevice) {
    const restored = keys.map(({ kind, time, boot, seq, metrics }) => ({
      time,
      boot,
      seq,
      metricSet: namesOf(names, kind).setOf(metrics),
    }));
    const complete = keys.length < RecentReadings.perDevice;
    recent.restore(device, restored, complete);
    if (complete) byDevice.delete(device);
  }
  await raiseFloors(store, recent, byDevice);
  return recent;
}

/** The last readings of a device need not be its newest ones: it sent its buffer, or old letters of it were replayed. */
async function raiseFloors(
  store: Pick<TelemetryStore, 'latest'>,
  recent: RecentReadings,
  incomplete: ReadonlyMap<string, readonly StoredKey[]>,
): Promise<void> {
  const kinds = new Set([...incomplete.values()].flatMap((keys) => keys.map(({ kind }) => kind)));
  for (const kind of kinds) {
    for (const { device, time } of await store.latest({ kind, devices: null }))
      if (incomplete.has(device)) recent.raiseFloor(device, time);
  }
}

function namesOf(names: Map<string, MetricNames>, kind: string): MetricNames {
  let found = names.get(kind);
  if (found === undefined) {
    const plan = findPlan(kind);
    names.set(kind, (found = new MetricNames(plan?.sent ?? [], plan?.sentIndex ?? [])));
  }
  return found;
}

/** A reading and its companion are one message and need to be remembered once. */
function isCompanionOf(a: StoredKey, b: StoredKey): boolean {
  return a.kind !== b.kind && a.seq !== null && a.seq === b.seq && a.boot === b.boot;
}
