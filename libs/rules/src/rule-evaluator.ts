import type { ReadingBatch } from '#core';
import type { Kind } from '#kinds';
import { type DeviceFacts, DeviceRecord } from './device-record.js';
import { type CompiledThreshold, EffectiveRules } from './effective-rules.js';
import { type EvaluatorState, loadPair, type SavedPair, savePair } from './evaluator-state.js';
import { isLate } from './lateness.js';
import { raise } from './raise.js';
import { type AlarmChange, alarmId, type ScopedRule } from './rule.js';
import { type PairState, stepThreshold } from './threshold.js';

export interface EvaluatorOptions {
  readonly kinds: readonly Kind[];
  readonly rules: readonly ScopedRule[];
  /** What the process before this one saved. */
  readonly state?: EvaluatorState;
}

/** A device as the registry has it. */
export interface KnownDevice extends DeviceFacts {
  readonly intervalMs: number | null;
  readonly enabled: boolean;
  readonly createdAt: number;
}

/** The last values of a device as the store has them. */
export interface RecalledReading {
  readonly device: string;
  readonly receivedAt: number;
  readonly values: Readonly<Record<string, { readonly time: number }>>;
}

/**
 * Compares readings with the rules that hold for their device. Pure: no clock, no I/O; the same rows in the same order give
 * the same changes however they are cut into batches, and a new evaluator goes on from `save()`.
 *
 * Values that were overtaken (older than the newest of their device and metric) raise and clear nothing, and neither do readings that were
 * late when they came (`lateness.ts`).
 */
export class RuleEvaluator {
  private readonly kinds: ReadonlyMap<string, Kind>;
  private effective: Map<string, EffectiveRules>;
  private readonly devices = new Map<string, DeviceRecord>();
  private readonly sequences = new Map<string, number>();
  private receivedAt: number;
  /** Silence before this time is nobody's fault: the platform itself was not listening. */
  private listeningSince = -Infinity;
  /** Devices of which any rule is not normal: the few that `save` has to look at. */
  private readonly troubled = new Set<DeviceRecord>();
  /** By device that has not been heard: when the newest of its replayed readings was received. The store cannot tell them from live ones. */
  private readonly replayed: Map<string, number>;

  constructor(options: EvaluatorOptions) {
    this.kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
    this.effective = this.compile(options.rules);
    this.receivedAt = options.state?.receivedAt ?? -Infinity;
    for (const [kind, sequence] of Object.entries(options.state?.sequences ?? {})) this.sequences.set(kind, sequence);
    this.replayed = new Map(Object.entries(options.state?.replayed ?? {}));
    for (const pair of options.state?.pairs ?? []) this.restore(pair);
  }

  get deviceCount(): number {
    return this.devices.size;
  }

  /** Rows whose journal sequence was evaluated before are skipped: the feed may repeat them. */
  evaluate(batch: ReadingBatch): AlarmChange[] {
    const effective = this.effective.get(batch.kind);
    if (effective === undefined) return [];
    const changes: AlarmChange[] = [];
    const records = batch.devices.map((device) => this.meet(device, batch.receivedAt[0]!, changes));
    const columns = effective.metrics.map((metric) => batch.columns[batch.metrics.indexOf(metric)]);
    const seen = this.sequences.get(batch.kind) ?? -1;
    let last = seen;
    for (let row = 0; row < batch.length; row++) {
      const sequence = batch.sequence[row]!;
      if (sequence <= seen) continue;
      const record = records[batch.device[row]!]!;
      const time = batch.time[row]!;
      // Rows without a sequence are computed by the platform: no sign of life of the device, and late only where the feed says so.
      if (sequence >= 0) {
        if (sequence > last) last = sequence;
        if (!this.hear(record, time, batch.receivedAt[row]!, changes)) continue;
      }
      for (const rule of record.rules.thresholds) {
        const value = columns[rule.slot]?.[row];
        if (value === undefined || value !== value || time < record.newest[rule.slot]!) continue;
        record.newest[rule.slot] = time;
        // Nearly every value is normal and stays so.
        if ((rule.above ? value <= rule.limit : value >= rule.limit) && record.pairs === null) continue;
        this.step(record, rule, time, value, changes);
      }
    }
    this.sequences.set(batch.kind, last);
    return changes;
  }

  /** Takes note of readings that were history when they came (ADR 015): after a restart they are no sign of life either. */
  passBy(batch: ReadingBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const { id } = batch.devices[batch.device[row]!]!;
      const isHeard = !Number.isNaN(this.devices.get(id)?.lastReceivedAt ?? NaN);
      if (isHeard || !(batch.sequence[row]! >= 0)) continue;
      this.replayed.set(id, Math.max(batch.receivedAt[row]!, this.replayed.get(id) ?? -Infinity));
    }
  }

  /**
   * Raises the absences that have become due. Silence is counted in receive time, from the last reading or from `listen()`,
   * whichever is later; a device that has never sent is not commissioned yet and raises nothing.
   *
   * @param now wall clock, milliseconds since the epoch
   */
  tick(now: number): AlarmChange[] {
    const changes: AlarmChange[] = [];
    for (const record of this.devices.values()) {
      if (record.rules.absences.length === 0) continue;
      const silentMs = now - Math.max(record.lastReceivedAt, this.listeningSince);
      for (const rule of record.rules.absences) {
        if (!(silentMs > rule.intervals * record.intervalMs) || record.state(rule.id) !== null) continue;
        this.setState(record, rule.id, { phase: 'active', raisedAt: now });
        changes.push(raise(record.facts, rule, now, null, `no current data for ${Math.round(silentMs / 1_000)} s`));
      }
    }
    return changes;
  }

  /** The platform hears its devices (again) from this time on: after a start, or when broker and ingest are back. */
  listen(from: number): void {
    this.listeningSince = from;
  }

  /** Makes the registry's view of a device known; an isolated device is not expected to send, and its absence ends. */
  register(device: KnownDevice, at: number): AlarmChange[] {
    const kind = this.kinds.get(device.kind);
    if (kind === undefined) return [];
    const changes: AlarmChange[] = [];
    const record = this.meet(device, at, changes);
    record.createdAt = device.createdAt;
    record.intervalMs = device.enabled ? (device.intervalMs ?? kind.intervalMs) : Infinity;
    if (!device.enabled) changes.push(...this.end(record, record.rules.absences, at, 'the device was isolated'));
    return changes;
  }

  /** The device is no longer in the registry, or is of another kind now: what was active on it ends. */
  forget(device: string, at: number): AlarmChange[] {
    this.replayed.delete(device);
    const record = this.devices.get(device);
    if (record === undefined) return [];
    this.devices.delete(device);
    return this.end(record, idsOf(record), at, 'the device was removed or changed its kind');
  }

  /** Forgets all devices but these: some may have been removed while no process was running. */
  retain(devices: ReadonlySet<string>, at: number): AlarmChange[] {
    return [...this.devices.keys(), ...this.replayed.keys()]
      .filter((id) => !devices.has(id))
      .flatMap((id) => this.forget(id, at));
  }

  /** Alarms whose rule no longer holds for their device end. Others go on, and meet their new limits with the next value. */
  replaceRules(rules: readonly ScopedRule[], at: number): AlarmChange[] {
    const before = this.effective;
    this.effective = this.compile(rules);
    const changes: AlarmChange[] = [];
    for (const record of this.devices.values()) {
      const effective = this.effective.get(record.facts.kind)!;
      record.newest = remapped(record.newest, before.get(record.facts.kind)!.metrics, effective.metrics);
      record.rules = effective.of(record.facts);
      const ended = idsOf(record).filter(({ id }) => !record.rules.byId.has(id));
      changes.push(...this.end(record, ended, at, 'the rule was removed or disabled'));
    }
    return changes;
  }

  /**
   * Fills in the times of newest values after a restart. Readings that were received after what was evaluated are still to
   * come from the feed; taking their times now would make the feed's rows before them late.
   */
  recall(readings: readonly RecalledReading[]): void {
    for (const { device, receivedAt, values } of readings) {
      const record = this.devices.get(device);
      if (record === undefined) continue;
      const isReplayed = receivedAt < record.createdAt || receivedAt <= (this.replayed.get(device) ?? -Infinity);
      if (!isReplayed && !(receivedAt <= record.lastReceivedAt)) record.lastReceivedAt = receivedAt;
      if (receivedAt > this.receivedAt) continue;
      const { metrics } = this.effective.get(record.facts.kind)!;
      metrics.forEach((metric, slot) => {
        const time = Object.hasOwn(values, metric) ? values[metric]!.time : -Infinity;
        if (time > record.newest[slot]!) record.newest[slot] = time;
      });
    }
  }

  save(): EvaluatorState {
    const pairs: SavedPair[] = [];
    for (const record of this.troubled) {
      const { metrics } = this.effective.get(record.facts.kind)!;
      for (const [id, state] of record.pairs ?? []) {
        const rule = record.rules.byId.get(id);
        const newest = rule?.type === 'threshold' ? record.newest[metrics.indexOf(rule.metric)]! : null;
        pairs.push(savePair(record.facts, id, state, newest));
      }
    }
    return {
      sequences: Object.fromEntries(this.sequences),
      receivedAt: Number.isFinite(this.receivedAt) ? this.receivedAt : 0,
      pairs,
      replayed: Object.fromEntries(this.replayed),
    };
  }

  private compile(rules: readonly ScopedRule[]): Map<string, EffectiveRules> {
    return new Map(
      [...this.kinds.values()].map((kind) => [
        kind.name,
        new EffectiveRules(
          kind,
          rules.filter((rule) => rule.kind === kind.name),
        ),
      ]),
    );
  }

  /** The record of a device; it follows the device when it changes department or district. */
  private meet(device: DeviceFacts, at: number, changes: AlarmChange[]): DeviceRecord {
    const known = this.devices.get(device.id);
    if (known !== undefined && known.facts.kind === device.kind) {
      const { facts } = known;
      if (facts.department === device.department && facts.district === device.district) return known;
      known.facts = factsOf(device);
      known.rules = this.effective.get(device.kind)!.of(known.facts);
      return known;
    }
    if (known !== undefined) changes.push(...this.forget(device.id, at));
    const effective = this.effective.get(device.kind)!;
    const facts = factsOf(device);
    const record = new DeviceRecord(
      facts,
      effective.of(facts),
      effective.metrics.length,
      this.kinds.get(device.kind)!.intervalMs,
    );
    this.devices.set(device.id, record);
    return record;
  }

  /** Says whether the reading is of now. The first of a device begins its watch even when it is not: what sends is expected to send what is. */
  private hear(record: DeviceRecord, time: number, receivedAt: number, changes: AlarmChange[]): boolean {
    if (receivedAt > this.receivedAt) this.receivedAt = receivedAt;
    if (this.replayed.size > 0) this.replayed.delete(record.facts.id);
    const isCurrent = !isLate(receivedAt - time, record.rules.currentIntervals, record.intervalMs);
    if (isCurrent ? !(receivedAt <= record.lastReceivedAt) : Number.isNaN(record.lastReceivedAt))
      record.lastReceivedAt = receivedAt;
    if (isCurrent && record.pairs !== null && record.rules.absences.length > 0)
      changes.push(...this.end(record, record.rules.absences, receivedAt, 'data arrived'));
    return isCurrent;
  }

  private step(
    record: DeviceRecord,
    compiled: CompiledThreshold,
    time: number,
    value: number,
    changes: AlarmChange[],
  ): void {
    const { rule } = compiled;
    const before = record.state(rule.id);
    const { state, event } = stepThreshold(compiled, before, time, value);
    if (state !== before) this.setState(record, rule.id, state);
    if (event === 'raise') {
      changes.push(raise(record.facts, rule, time, value, `${rule.metric} ${value} is ${rule.when} ${rule.limit}`));
    } else if (event === 'clear' && before !== null && before.phase !== 'rising') {
      const alarm = alarmId(rule.id, record.facts.id, before.raisedAt);
      changes.push({
        type: 'clear',
        alarm,
        eventTime: time,
        value,
        reason: `${rule.metric} ${value} is back to normal`,
      });
    }
  }

  private end(
    record: DeviceRecord,
    rules: readonly { readonly id: string }[],
    at: number,
    reason: string,
  ): AlarmChange[] {
    const changes: AlarmChange[] = [];
    for (const { id } of rules) {
      const state = record.state(id);
      if (state === null) continue;
      this.setState(record, id, null);
      if (state.phase === 'rising') continue;
      changes.push({
        type: 'clear',
        alarm: alarmId(id, record.facts.id, state.raisedAt),
        eventTime: at,
        value: null,
        reason,
      });
    }
    return changes;
  }

  private setState(record: DeviceRecord, rule: string, state: PairState | null): void {
    record.setState(rule, state);
    if (record.pairs === null) this.troubled.delete(record);
    else this.troubled.add(record);
  }

  private restore(pair: SavedPair): void {
    const { device, rule, state, newest } = loadPair(pair);
    if (!this.kinds.has(device.kind)) return;
    const record = this.meet(device, 0, []);
    this.setState(record, rule, state);
    const definition = record.rules.byId.get(rule);
    if (newest === null || definition?.type !== 'threshold') return;
    const slot = this.effective.get(device.kind)!.metrics.indexOf(definition.metric);
    record.newest[slot] = Math.max(record.newest[slot]!, newest);
  }
}

function factsOf({ id, kind, department, district }: DeviceFacts): DeviceFacts {
  return { id, kind, department, district };
}

function idsOf(record: DeviceRecord): { readonly id: string }[] {
  return [...(record.pairs?.keys() ?? [])].map((id) => ({ id }));
}

function remapped(times: Float64Array, from: readonly string[], to: readonly string[]): Float64Array {
  return Float64Array.from(to, (metric) => times[from.indexOf(metric)] ?? -Infinity);
}
