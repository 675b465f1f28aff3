import type { DeadLetter, DeviceIdentity, ReadingBatch } from '#core';
import { ReadingBatchBuilder } from '#core';
import type {
  HistoryPage,
  OutcomeCount,
  ResolvedLetter,
  StoreCommit,
  StoreSchema,
  TelemetryStore,
} from '../telemetry-store.js';

/** What an adapter's spec gives the suite: a store over an empty place, and the means to treat it badly. */
export interface OpenedStore {
  readonly store: TelemetryStore;
  /**
   * Starts to commit the batch and is cut off, as by a crash, at a place of the adapter's choosing before the position is durable.
   * Rejects or resolves; the suite calls `reopen` next.
   */
  interrupt(batch: StoreCommit): Promise<void>;
  /** Opens the same place again, as a new process would. The store before it is not used any more. */
  reopen(schema?: StoreSchema): Promise<TelemetryStore>;
  /** Closes what is open and removes the place. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly schema: StoreSchema;
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** 2026-03-02T00:00:00+08:00, a Monday. */
export const T0 = Date.parse('2026-03-01T16:00:00Z');

export const SCHEMA: StoreSchema = [
  {
    kind: 'weather',
    metrics: ['temperature', 'humidity', 'lampFault'],
    derived: ['aqhi', 'noiseNight'],
    retentionDays: { temperature: 30, humidity: 3653, lampFault: 3653, aqhi: 3653, noiseNight: 731 },
  },
  { kind: 'toilet', metrics: ['visitors'], derived: [], retentionDays: { visitors: 731 } },
];

export interface Row {
  readonly device: string;
  readonly time: number;
  readonly receivedAt?: number;
  readonly sequence: number;
  readonly boot?: string;
  readonly seq?: number;
  readonly values: Readonly<Record<string, number>>;
}

export function identity(id: string, kind: string): DeviceIdentity {
  return { id, kind, department: 'hyd', district: 'A', latitude: 22.28, longitude: 114.16 };
}

/** Columns are the metrics of the kind that devices send, unless others are named. */
export function batchOf(kind: string, rows: readonly Row[], metrics?: readonly string[]): ReadingBatch {
  const names = metrics ?? SCHEMA.find((entry) => entry.kind === kind)!.metrics;
  const builder = new ReadingBatchBuilder(kind, names);
  for (const row of rows) {
    builder.add({
      device: identity(row.device, kind),
      time: row.time,
      receivedAt: row.receivedAt ?? row.time + 250,
      boot: row.boot ?? null,
      seq: row.seq ?? null,
      sequence: row.sequence,
      values: Float64Array.from(names, (name) => row.values[name] ?? NaN),
    });
  }
  return builder.build();
}

export function commitOf(parts: Partial<StoreCommit> & { next?: number }): StoreCommit {
  return {
    consumer: parts.consumer ?? 'ingest',
    readings: parts.readings ?? [],
    deadLetters: parts.deadLetters ?? [],
    resolutions: parts.resolutions ?? [],
    outcomes: parts.outcomes ?? [],
    position:
      parts.next === undefined
        ? null
        : { next: { frame: 1 + Math.floor(parts.next / 4), index: parts.next % 4 }, nextSequence: parts.next },
  };
}

export function deadLetter(sequence: number, parts: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id: `${sequence}-0`,
    sequence,
    source: 'lamp-1',
    topic: 'city/hyd/weather/lamp-1/telemetry',
    payload: Uint8Array.from([0, 255, 10, 34, 92]),
    receivedAt: T0 + sequence * 1000,
    device: 'lamp-1',
    department: 'hyd',
    kind: 'weather',
    partial: false,
    rejections: [
      { code: 'out-of-range', pointer: '/values/temperature', detail: 'Too hot.', expected: '-50 to 60', actual: '99' },
    ],
    ...parts,
  };
}

/** That the letter was replayed by the record of this sequence, a hundred seconds later. */
export function resolved(letter: DeadLetter, sequence: number, parts: Partial<ResolvedLetter> = {}): ResolvedLetter {
  const { id, source, receivedAt, device, department } = letter;
  return {
    letter: { id, sequence: letter.sequence, source, receivedAt, device, department, code: letter.rejections[0]!.code },
    outcome: 'stored',
    sequence,
    at: receivedAt + 100_000,
    job: 'job-1',
    ...parts,
  };
}

export function outcome(
  source: string,
  hour: number,
  stored: number,
  duplicates = 0,
  deadLetters: Record<string, number> = {},
): OutcomeCount {
  return { source, hour, stored, duplicates, deadLetters };
}

/**
 * Messages of a small journal, one a second: of every ten one is a dead letter and one a duplicate, the others are readings of
 * four devices of two kinds. `cut` makes the commit for the messages from `from` up to `to`, as ingest would cut it.
 */
export function cut(from: number, to: number): StoreCommit {
  const weather: Row[] = [];
  const toilet: Row[] = [];
  const deadLetters: DeadLetter[] = [];
  const outcomes = new Map<string, OutcomeCount>();
  for (let sequence = from; sequence < to; sequence++) {
    const ending = sequence % 10 === 3 ? 'dead-letter' : sequence % 10 === 7 ? 'duplicate' : 'stored';
    const device = `dev-${sequence % 4}`;
    const time = T0 + sequence * 1000;
    if (ending === 'stored') {
      if (sequence % 4 === 3) toilet.push({ device, time, sequence, values: { visitors: sequence } });
      else
        weather.push({
          device,
          time,
          sequence,
          boot: 'b',
          seq: sequence,
          values: { temperature: 20 + sequence / 10, humidity: 50 },
        });
    }
    if (ending === 'dead-letter') deadLetters.push(deadLetter(sequence, { source: device, device }));
    const hour = Math.floor(time / HOUR);
    const count = outcomes.get(device) ?? outcome(device, hour, 0);
    outcomes.set(device, {
      ...count,
      stored: count.stored + Number(ending === 'stored'),
      duplicates: count.duplicates + Number(ending === 'duplicate'),
      deadLetters:
        ending === 'dead-letter' ? { 'out-of-range': (count.deadLetters['out-of-range'] ?? 0) + 1 } : count.deadLetters,
    });
  }
  const readings = [batchOf('weather', weather), batchOf('toilet', toilet)].filter((batch) => batch.length > 0);
  return commitOf({ readings, deadLetters, outcomes: [...outcomes.values()], next: to });
}

/** Everything that `cut` writes for the first `count` messages, as the queries show it. */
export interface Ledger {
  readonly times: readonly number[];
  readonly rows: Readonly<Record<string, number>>;
  readonly deadLetters: readonly string[];
  readonly stored: number;
  readonly duplicates: number;
  readonly refused: number;
}

export function expectedLedger(count: number): Ledger {
  const all = Array.from({ length: count }, (_, sequence) => sequence);
  const stored = all.filter((sequence) => sequence % 10 !== 3 && sequence % 10 !== 7);
  const refused = all.filter((sequence) => sequence % 10 === 3);
  return {
    times: stored.map((sequence) => T0 + sequence * 1000),
    rows: {
      weather: stored.filter((sequence) => sequence % 4 !== 3).length,
      toilet: stored.filter((sequence) => sequence % 4 === 3).length,
    },
    deadLetters: refused.map((sequence) => `${sequence}-0`).reverse(),
    stored: stored.length,
    duplicates: all.filter((sequence) => sequence % 10 === 7).length,
    refused: refused.length,
  };
}

export async function readLedger(store: TelemetryStore): Promise<Ledger> {
  const devices = ['dev-0', 'dev-1', 'dev-2', 'dev-3'];
  const range = { devices, from: T0, to: T0 + DAY, limit: 100_000 };
  const weather = await store.history({ kind: 'weather', metrics: ['temperature'], ...range });
  const toilet = await store.history({ kind: 'toilet', metrics: ['visitors'], ...range });
  const letters = await store.deadLetters({ departments: null, limit: 10_000 });
  const total = (await store.outcomes({ groupBy: 'total' }))[0]!;
  return {
    times: [...weather.values, ...toilet.values].map((value) => value.time).sort((a, b) => a - b),
    rows: (await store.statistics()).rows,
    deadLetters: letters.deadLetters.map((letter) => letter.id),
    stored: total.stored,
    duplicates: total.duplicates,
    refused: total.deadLetters['out-of-range'] ?? 0,
  };
}

/** `[device, seconds after T0, metric, value]` of each value. */
export function compact(page: HistoryPage): [string, number, string, number][] {
  return page.values.map((value) => [value.device, (value.time - T0) / 1000, value.metric, value.value]);
}

/** The store of the test that runs; opened anew, and empty, for each. */
export interface StoreContext {
  readonly opened: OpenedStore;
}
