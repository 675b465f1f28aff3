import type { DeviceIdentity } from '#core';
import {
  type Derivation,
  type DerivationBucket,
  type DerivationInput,
  type DerivationWindow,
  isInHours,
  type Kind,
  windowEnds,
} from '#kinds';
import type { AggregateQuery, AggregateRow, TelemetryStore } from '#timeseries';
import type { Subject } from './subjects.js';

/** Values of one device or group at the end of one window. */
export interface DerivedValue {
  readonly identity: DeviceIdentity;
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A subject and the steps of it that have changed. */
export interface Task {
  readonly subject: Subject;
  readonly ends: readonly number[];
}

const TIME_ZONE = 'Asia/Hong_Kong';
/**
 * Values that one query may bring: turning rows of the store into objects is the only long work on the event loop, and so many take a few
 * tens of milliseconds.
 */
const VALUES_PER_QUERY = 20_000;

/** Tasks whose steps span the same range share a query, as far as its answer stays small. At the turn of an hour that is all of them. */
export function queriesOf(derivation: Derivation, tasks: readonly Task[]): Task[][] {
  const byRange = new Map<string, Task[]>();
  // Neighbours in the store are neighbours by name, mostly.
  for (const task of [...tasks].sort((a, b) => (a.subject.identity.id < b.subject.identity.id ? -1 : 1))) {
    const range = `${Math.min(...task.ends)} ${Math.max(...task.ends)}`;
    const list = byRange.get(range);
    if (list === undefined) byRange.set(range, [task]);
    else list.push(task);
  }
  return [...byRange.values()].flatMap((list) => cut(derivation, list));
}

function cut(derivation: Derivation, tasks: readonly Task[]): Task[][] {
  const { from, to } = rangeOf(derivation.window, tasks[0]!.ends);
  const buckets = ((to - from) / derivation.bucketMs) * partOfDay(derivation.window);
  const valuesOf = ({ subject }: Task): number => subject.members.length * buckets * derivation.inputs.length;
  const chunks: Task[][] = [];
  let room = 0;
  for (const task of tasks) {
    if (valuesOf(task) > room) {
      chunks.push([]);
      room = VALUES_PER_QUERY;
    }
    chunks.at(-1)!.push(task);
    room -= valuesOf(task);
  }
  return chunks;
}

function partOfDay({ hours }: DerivationWindow): number {
  return hours === undefined ? 1 : ((hours.to - hours.from + 24) % 24 || 24) / 24;
}

/** From the start of the first window that a step is part of to the end of the last. */
function rangeOf(window: DerivationWindow, ends: readonly number[]): { from: number; to: number } {
  const last = windowEnds(window, Math.max(...ends)).at(-1)!;
  return { from: Math.min(...ends) - window.lengthMs, to: last };
}

/** All windows of the tasks that have ended, computed from one query. */
export async function computeWindows(
  kind: Kind,
  derivation: Derivation,
  tasks: readonly Task[],
  by: number,
  store: Pick<TelemetryStore, 'aggregate'>,
  onFailure: (subject: string, error: unknown) => void,
): Promise<DerivedValue[]> {
  const { window, inputs, bucketMs, aggregates } = derivation;
  const range = rangeOf(window, tasks.flatMap(({ ends }) => ends)); // prettier-ignore
  const members = tasks.flatMap(({ subject }) => subject.members.map(({ id }) => [id, id] as const));
  const query: AggregateQuery = {
    kind: kind.name,
    groups: new Map(members),
    metrics: inputs,
    from: range.from,
    to: Math.min(range.to, by),
    everyMs: bucketMs,
    timeZone: TIME_ZONE,
    aggregates,
  };
  const buckets = bucketsOf(await store.aggregate(query), window);
  return tasks.flatMap(({ subject, ends }) => {
    const due = new Set(ends.flatMap((end) => windowEnds(window, end)).filter((end) => end <= by));
    return [...due]
      .sort((a, b) => a - b)
      .flatMap((end) => {
        try {
          return valueAt(kind, derivation, subject, end, buckets) ?? [];
        } catch (error) {
          // One strange device must not cost the others their values.
          onFailure(subject.identity.id, error);
          return [];
        }
      });
  });
}

/** Rows come in order of time. */
function bucketsOf(rows: readonly AggregateRow[], window: DerivationWindow): Map<string, DerivationBucket[]> {
  const devices = new Map<string, { time: number; values: Record<string, AggregateRow['values']> }[]>();
  for (const { group, time, metric, values } of rows) {
    if (!isInHours(window, time)) continue;
    let buckets = devices.get(group);
    if (buckets === undefined) devices.set(group, (buckets = []));
    let bucket = buckets.at(-1);
    if (bucket?.time !== time) buckets.push((bucket = { time, values: {} }));
    bucket.values[metric] = values;
  }
  return devices;
}

/** Null when nothing was heard in the last step: the window before it says all there is to say. */
function valueAt(
  kind: Kind,
  { window, compute }: Derivation,
  { identity, members }: Subject,
  to: number,
  buckets: ReadonlyMap<string, readonly DerivationBucket[]>,
): DerivedValue | null {
  const from = to - window.lengthMs;
  const lastStep = Math.max(from, to - window.everyMs);
  const input: DerivationInput = {
    from,
    to,
    members: members.flatMap(({ id, latitude, longitude }) => {
      const all = buckets.get(id) ?? [];
      const within = all.slice(firstFrom(all, from), firstFrom(all, to));
      return within.length === 0 ? [] : [{ id, latitude, longitude, buckets: within }];
    }),
  };
  if (!input.members.some((member) => member.buckets.at(-1)!.time >= lastStep)) return null;
  const computed = compute(input);
  return computed === null ? null : { identity, time: to, values: presentable(kind, computed) };
}

/** Index of the first bucket at this time or later. */
function firstFrom(buckets: readonly DerivationBucket[], time: number): number {
  let [low, high] = [0, buckets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (buckets[middle]!.time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** With the digits that carry meaning, and inside the range of the metric: what a device would have to keep to as well. */
function presentable(kind: Kind, values: Readonly<Record<string, number>>): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { name, precision, min, max } of kind.metrics) {
    const value = values[name];
    if (value === undefined || !Number.isFinite(value)) continue;
    const scale = 10 ** precision;
    result[name] = Math.min(max, Math.max(min, Math.round(value * scale) / scale));
  }
  return result;
}
