import { type Retry, Stopped } from '#service';
import type { StoredKey, TelemetryStore } from '#timeseries';
import { presentMetrics } from '../devices/kind-plan.js';
import type { IngestCounters } from '../ingest-counters.js';
import type { Candidate } from '../stages/messages.js';
import { SAME_PAYLOAD_WITHIN_MS } from './recent-readings.js';

/** Questions that the store is asked at the same time. */
const PARALLEL = 4;
/** Values of one reading fit many times. */
const HISTORY_LIMIT = 10_000;

export interface StoredLookupOptions {
  /** How far back a reading with boot and sequence but without a clock may be repeated. */
  readonly maxAgeMs: number;
  /** Resolves when everything of earlier batches is in the store. */
  readonly whenWritten: () => Promise<void>;
  readonly retry: Retry;
  readonly counters: IngestCounters;
}

export interface LookupResult {
  readonly repeated: ReadonlySet<Candidate>;
  /** Readings that could not be looked for, and why; those of other devices are not concerned. */
  readonly failed: ReadonlyMap<Candidate, unknown>;
}

/**
 * The slow path of de-duplication: readings that memory cannot judge are looked for in the store, and among the earlier readings of
 * their own batch, which memory may have forgotten already.
 */
export class StoredLookup {
  constructor(
    private readonly store: Pick<TelemetryStore, 'findStored' | 'history'>,
    private readonly options: StoredLookupOptions,
  ) {}

  /**
   * Waits for a store that does not answer.
   * @param batch all candidates of the batch, in order
   * @param beforeSequence sequence of the first message of the batch
   */
  findRepeated(
    unsure: readonly Candidate[],
    batch: readonly Candidate[],
    beforeSequence: number,
  ): Promise<LookupResult> {
    return this.ofDevices(unsure, batch, (ofDevice, others) => this.findRepeatedOf(ofDevice, others, beforeSequence));
  }

  /**
   * Takes out of replayed readings what the store, or the batch before them, holds already: the rest of a message that was stored in part,
   * or all of it when it was replayed before. Repeated are those of which nothing is left.
   */
  removeStored(
    replayed: readonly Candidate[],
    batch: readonly Candidate[],
    beforeSequence: number,
  ): Promise<LookupResult> {
    return this.ofDevices(replayed, batch, (ofDevice, others) => this.removeStoredOf(ofDevice, others, beforeSequence));
  }

  private async ofDevices(
    unsure: readonly Candidate[],
    batch: readonly Candidate[],
    judge: (ofDevice: readonly Candidate[], others: readonly Candidate[]) => Promise<readonly Candidate[]>,
  ): Promise<LookupResult> {
    await this.options.whenWritten();
    this.options.counters.storeLookups += unsure.length;
    const repeated = new Set<Candidate>();
    const failed = new Map<Candidate, unknown>();
    const devices = [...groupBySeries(unsure)];
    const inBatch = groupBySeries(batch, new Set(devices.map(([series]) => series)));
    const next = devices.values();
    const worker = async (): Promise<void> => {
      for (const [series, candidates] of next) {
        try {
          const found = await this.options.retry.run('store', () => judge(candidates, inBatch.get(series)!));
          for (const candidate of found) repeated.add(candidate);
        } catch (error) {
          if (error instanceof Stopped) throw error;
          for (const candidate of candidates) failed.set(candidate, error);
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return { repeated, failed };
  }

  private async findRepeatedOf(
    unsure: readonly Candidate[],
    batch: readonly Candidate[],
    beforeSequence: number,
  ): Promise<Candidate[]> {
    const { device, plan } = unsure[0]!;
    const [from, to] = this.rangeOf(unsure);
    const stored = await this.store.findStored(plan.kind.name, device.identity.id, from, to, beforeSequence);
    const names = new MetricNames(plan.sent, plan.sentIndex);
    const repeated: Candidate[] = [];
    const earlier = new EarlierReadings(batch);
    for (const candidate of unsure) {
      if (
        earlier.holds(candidate) ||
        stored.some((key) => isSame(candidate, key, names)) ||
        (await this.hasSameValues(candidate, stored, names))
      ) {
        repeated.push(candidate);
      }
    }
    return repeated;
  }

  private async removeStoredOf(
    replayed: readonly Candidate[],
    batch: readonly Candidate[],
    beforeSequence: number,
  ): Promise<Candidate[]> {
    const { device, plan } = replayed[0]!;
    const [from, to] = this.rangeOf(replayed);
    const stored = await this.store.findStored(plan.kind.name, device.identity.id, from, to, beforeSequence);
    const names = new MetricNames(plan.sent, plan.sentIndex);
    const position = new Map(batch.map((candidate, index) => [candidate, index]));
    const repeated: Candidate[] = [];
    for (const candidate of replayed) {
      for (const key of stored) if (isOfReading(candidate, key)) removeMetrics(candidate, names.setOf(key.metrics));
      for (const earlier of batch.slice(0, position.get(candidate)!)) {
        if (isOfReading(candidate, earlier.reading)) removeMetrics(candidate, earlier.metricSet);
      }
      if (candidate.metricSet === 0 || (await this.hasSameValues(candidate, stored, names))) repeated.push(candidate);
    }
    return repeated;
  }

  /** Event times between which the readings that these might repeat can lie. */
  private rangeOf(unsure: readonly Candidate[]): [number, number] {
    let from = Infinity;
    let to = -Infinity;
    for (const { reading, hasClock, toleranceMs } of unsure) {
      const back = hasClock ? toleranceMs : reading.boot === null ? SAME_PAYLOAD_WITHIN_MS : this.options.maxAgeMs;
      from = Math.min(from, reading.time - back);
      to = Math.max(to, reading.time + toleranceMs + 1);
    }
    return [from, to];
  }

  /**
   * Without boot and clock equal payloads make a repetition. The store keeps no payloads; the values stand for them, because
   * equal bytes gave equal values.
   */
  private async hasSameValues(
    { reading, hasClock, device, plan, metricSet }: Candidate,
    stored: readonly StoredKey[],
    names: MetricNames,
  ): Promise<boolean> {
    if (hasClock || reading.seq === null || reading.boot !== null) return false;
    for (const { boot, seq, metrics, time } of stored) {
      if (
        boot !== null ||
        seq !== reading.seq ||
        names.setOf(metrics) !== metricSet ||
        reading.time - time > SAME_PAYLOAD_WITHIN_MS
      )
        continue;
      const page = await this.store.history({
        kind: plan.kind.name,
        devices: [device.identity.id],
        metrics: [...metrics],
        from: time,
        to: time + 1,
        limit: HISTORY_LIMIT,
      });
      if (page.values.every(({ metric, value }) => reading.values[names.indexOf(metric)] === value)) return true;
    }
    return false;
  }
}

/** Readings of one device in one batch. */
class EarlierReadings {
  private readonly position: ReadonlyMap<Candidate, number>;

  constructor(private readonly batch: readonly Candidate[]) {
    this.position = new Map(batch.map((candidate, index) => [candidate, index]));
  }

  holds(candidate: Candidate): boolean {
    const before = this.position.get(candidate)!;
    for (let i = 0; i < before; i++) if (repeats(candidate, this.batch[i]!)) return true;
    return false;
  }
}

function repeats(a: Candidate, b: Candidate): boolean {
  const [x, y] = [a.reading, b.reading];
  if (x.seq !== y.seq) return false;
  if (x.seq === null) return isNear(a, y.time) && a.metricSet === b.metricSet;
  if (x.boot !== null || y.boot !== null) return x.boot === y.boot;
  if (a.hasClock !== b.hasClock) return false;
  if (a.hasClock) return x.time === y.time;
  const isSoonAfter = Math.abs(x.time - y.time) <= SAME_PAYLOAD_WITHIN_MS;
  return isSoonAfter && a.pointer === b.pointer && Buffer.from(a.record.payload).equals(b.record.payload);
}

function isSame(candidate: Candidate, key: StoredKey, names: MetricNames): boolean {
  const { reading, metricSet, hasClock } = candidate;
  if (key.seq !== reading.seq) return false;
  if (reading.seq === null) return isNear(candidate, key.time) && names.setOf(key.metrics) === metricSet;
  if (reading.boot !== null) return key.boot === reading.boot;
  return key.boot === null && hasClock && key.time === reading.time;
}

/** Whether a stored row is a part of this reading, whatever metrics it carries. A replay has the time that its message had. */
function isOfReading(
  candidate: Candidate,
  key: { readonly time: number; readonly boot: string | null; readonly seq: number | null },
): boolean {
  const { reading } = candidate;
  if (key.seq !== reading.seq || key.boot !== reading.boot) return false;
  return reading.seq !== null && reading.boot !== null ? true : isNear(candidate, key.time);
}

/** The same time, but for ages. */
function isNear({ reading, toleranceMs }: Candidate, time: number): boolean {
  return Math.abs(reading.time - time) <= toleranceMs;
}

function removeMetrics(candidate: Candidate, stored: number): void {
  const { values } = candidate.reading;
  for (let i = 0; i < values.length; i++) if (Math.floor(stored / 2 ** i) % 2 === 1) values[i] = NaN;
  candidate.metricSet = presentMetrics(values);
}

/** Sets of metrics as numbers, see `Candidate.metricSet`. */
export class MetricNames {
  private readonly indexes: ReadonlyMap<string, number>;

  constructor(sent: readonly string[], sentIndex: readonly number[]) {
    this.indexes = new Map(sent.map((name, i) => [name, sentIndex[i]!]));
  }

  indexOf(metric: string): number {
    return this.indexes.get(metric) ?? -1;
  }

  setOf(metrics: readonly string[]): number {
    let set = 0;
    for (const metric of metrics) {
      const index = this.indexes.get(metric);
      if (index !== undefined) set += 2 ** index;
    }
    return set;
  }
}

/** By device, and apart for readings of a companion kind, which stand elsewhere in the store. */
function groupBySeries(candidates: readonly Candidate[], only?: ReadonlySet<string>): Map<string, Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const { device, plan } = candidate;
    // No id of a device holds a slash.
    const series = plan === device.plan ? device.identity.id : `${device.identity.id}/${plan.kind.name}`;
    if (only?.has(series) === false) continue;
    const group = groups.get(series);
    if (group === undefined) groups.set(series, [candidate]);
    else group.push(candidate);
  }
  return groups;
}
