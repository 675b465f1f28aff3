import type { GroupTag } from './group.js';

/** How a metric that the platform computes is made: from which metrics, over which time, for whom. See docs/adr/012-derivations.md. */

/** What is asked of the store for each bucket. Names are those of the store's own aggregates. */
export type BucketAggregate = 'mean' | 'min' | 'max' | 'count' | 'sum' | 'first' | 'last' | 'energyMean';

/**
 * Stretches of time in Hong Kong, which has one offset to UTC all year (and had none other since 1979). A window ends every `everyMs`, at
 * `endsAtMs` after local midnight, and is `lengthMs` long: its start belongs to it, its end does not. The value stands at the **end**.
 */
export interface DerivationWindow {
  readonly everyMs: number;
  readonly endsAtMs: number;
  readonly lengthMs: number;
  /** Local hours of each day that count; what lies outside is not asked for. `from` above `to` runs over midnight. */
  readonly hours?: { readonly from: number; readonly to: number };
}

/** The values of one device in one bucket; a metric without a value in it is absent. */
export interface DerivationBucket {
  /** Start of the bucket, milliseconds since the epoch. */
  readonly time: number;
  readonly values: Readonly<Record<string, Readonly<Partial<Record<BucketAggregate, number>>>>>;
}

export interface DerivationMember {
  readonly id: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Oldest first; buckets without a value are left out. */
  readonly buckets: readonly DerivationBucket[];
}

export interface DerivationInput {
  readonly from: number;
  readonly to: number;
  /** The device itself, or the members of the group that have values in the window. */
  readonly members: readonly DerivationMember[];
}

export interface Derivation {
  /** kebab-case, unique in the kind. */
  readonly name: string;
  /** Metrics that it makes; each is declared on the class with `derived`. */
  readonly metrics: readonly string[];
  /** Metrics that devices send. A reading that carries one of them has its windows computed, or computed again. */
  readonly inputs: readonly string[];
  /** Null for a value of each device; else the devices that share the value of this tag have one value. */
  readonly groupBy: GroupTag | null;
  readonly window: DerivationWindow;
  /** Width of the buckets; windows begin and end at their edges. */
  readonly bucketMs: number;
  readonly aggregates: readonly BucketAggregate[];
  /** Pure. A metric that cannot be told from this input is left out; null when none can. */
  compute(input: DerivationInput): Readonly<Record<string, number>> | null;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const QUARTER_MS = 15 * MINUTE_MS;
export const HONG_KONG_OFFSET_MS = 8 * HOUR_MS;

/** Ends with each full hour, and looks this many hours back. */
export function hoursBack(hours: number, everyHours = 1): DerivationWindow {
  return { everyMs: everyHours * HOUR_MS, endsAtMs: 0, lengthMs: hours * HOUR_MS };
}

/** Once a day between two local hours; `from` above `to` runs over midnight, and equal hours are a whole day. */
export function eachDay(from: number, to: number): DerivationWindow {
  const length = (((to - from) % 24) + 24) % 24;
  return { everyMs: DAY_MS, endsAtMs: (to % 24) * HOUR_MS, lengthMs: (length === 0 ? 24 : length) * HOUR_MS };
}

/** This many nights up to the last, each between two local hours over midnight; the days between them do not count. */
export function nights(count: number, from: number, to: number): DerivationWindow {
  const night = eachDay(from, to);
  return { ...night, lengthMs: night.lengthMs + (count - 1) * DAY_MS, hours: { from, to } };
}

/** End of the step that this time falls into: the first end of a window after it. */
export function stepEnd({ everyMs, endsAtMs }: DerivationWindow, time: number): number {
  const local = time + HONG_KONG_OFFSET_MS - endsAtMs;
  return (Math.floor(local / everyMs) + 1) * everyMs + endsAtMs - HONG_KONG_OFFSET_MS;
}

/** Whether a value of this time belongs to the window of its own step, and so to any. */
export function countsIn(window: DerivationWindow, time: number): boolean {
  return time >= stepEnd(window, time) - window.lengthMs && isInHours(window, time);
}

export function isInHours({ hours }: DerivationWindow, time: number): boolean {
  if (hours === undefined) return true;
  const ofDay = (time + HONG_KONG_OFFSET_MS) % DAY_MS;
  const [from, to] = [hours.from * HOUR_MS, hours.to * HOUR_MS];
  return from < to ? ofDay >= from && ofDay < to : ofDay >= from || ofDay < to;
}

/** Ends of the windows that a step is part of, its own first. */
export function windowEnds({ everyMs, lengthMs }: DerivationWindow, end: number): number[] {
  return Array.from({ length: Math.ceil(lengthMs / everyMs) }, (_, ahead) => end + ahead * everyMs);
}

/** Everything that keeps a derivation from being computed; `defineKind` refuses a kind that has any. */
export function* derivationFaults(
  derivation: Derivation,
  metrics: readonly { readonly name: string; readonly derived?: boolean }[],
): Iterable<string> {
  const { name, window, bucketMs } = derivation;
  const find = (metric: string) => metrics.find((each) => each.name === metric);
  if (!/^[a-z][a-z0-9-]*$/.test(name)) yield `derivation '${name}' must be kebab-case`;
  for (const metric of derivation.metrics)
    if (find(metric)?.derived !== true) yield `derivation '${name}' makes '${metric}', which is not a derived metric`;
  for (const input of derivation.inputs) {
    const found = find(input);
    if (found === undefined || found.derived === true)
      yield `derivation '${name}' reads '${input}', which no device sends`;
  }
  if (derivation.metrics.length === 0 || derivation.inputs.length === 0)
    yield `derivation '${name}' needs metrics and inputs`;
  if (DAY_MS % window.everyMs !== 0 || window.lengthMs <= 0 || window.endsAtMs < 0 || window.endsAtMs >= DAY_MS)
    yield `derivation '${name}' has a window that does not repeat within a day`;
  for (const ms of [window.everyMs, window.endsAtMs, window.lengthMs, DAY_MS])
    if (bucketMs <= 0 || ms % bucketMs !== 0) yield `derivation '${name}' has buckets that do not fit into its window`;
}
