import { ERRORS, LamplighterError, type ErrorCode } from '#core';
import type { HistoryPage, HistoryValue, LatestReading, TelemetryQueries } from '../telemetry-store.js';

/** The queries that go over the socket: all of them. The record makes the compiler notice a new one. */
export const METHODS = Object.keys({
  history: true,
  aggregate: true,
  latest: true,
  completeness: true,
  deadLetters: true,
  deadLetterGroups: true,
  replayOutcomes: true,
  outcomes: true,
  statistics: true,
  position: true,
  ping: true,
} satisfies Record<keyof TelemetryQueries, true>) as readonly (keyof TelemetryQueries)[];

/** An answer is a value even when it is an error, so that codes survive the way. */
export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly retryable: boolean };

export function toAnswer(error: unknown): Answer {
  if (error instanceof LamplighterError)
    return { ok: false, code: error.code, message: error.message, retryable: error.retryable };
  return {
    ok: false,
    code: 'store-unavailable',
    message: error instanceof Error ? error.message : String(error),
    retryable: true,
  };
}

export function toError(answer: Answer & { ok: false }): LamplighterError {
  const code = answer.code in ERRORS ? (answer.code as ErrorCode) : 'store-unavailable';
  return new LamplighterError(code, answer.message, { retryable: answer.retryable });
}

/** Answers of many small objects travel as columns: a tenth of the time to encode, which the process that ingests does. */
export function pack(method: string, result: unknown): unknown {
  if (method === 'latest') return packLatest(result as readonly LatestReading[]);
  if (method === 'history') return packHistory(result as HistoryPage);
  return result;
}

export function unpack(method: string, packed: unknown): unknown {
  if (method === 'latest') return unpackLatest(packed as PackedLatest);
  if (method === 'history') return unpackHistory(packed as PackedHistory);
  return packed;
}

interface PackedLatest {
  readonly devices: string[];
  readonly time: Float64Array;
  readonly receivedAt: Float64Array;
  /** NaN in `times` where the device has no value of the metric. */
  readonly metrics: { readonly name: string; readonly times: Float64Array; readonly values: Float64Array }[];
}

function packLatest(readings: readonly LatestReading[]): PackedLatest {
  const columns = new Map<string, { times: Float64Array; values: Float64Array }>();
  const empty = () => new Float64Array(readings.length).fill(NaN);
  readings.forEach((reading, row) => {
    for (const name in reading.values) {
      let column = columns.get(name);
      if (column === undefined) columns.set(name, (column = { times: empty(), values: empty() }));
      column.times[row] = reading.values[name]!.time;
      column.values[row] = reading.values[name]!.value;
    }
  });
  return {
    devices: readings.map((reading) => reading.device),
    time: Float64Array.from(readings, (reading) => reading.time),
    receivedAt: Float64Array.from(readings, (reading) => reading.receivedAt),
    metrics: [...columns].map(([name, column]) => ({ name, ...column })),
  };
}

function unpackLatest(packed: PackedLatest): LatestReading[] {
  return packed.devices.map((device, row) => {
    const values: Record<string, { time: number; value: number }> = {};
    for (const { name, times, values: column } of packed.metrics) {
      const time = times[row]!;
      if (!Number.isNaN(time)) values[name] = { time, value: column[row]! };
    }
    return { device, time: packed.time[row]!, receivedAt: packed.receivedAt[row]!, values };
  });
}

interface PackedHistory {
  readonly devices: string[];
  readonly metrics: string[];
  /** Row -> index into `devices` and `metrics`. */
  readonly device: Uint32Array;
  readonly metric: Uint32Array;
  readonly time: Float64Array;
  readonly receivedAt: Float64Array;
  readonly value: Float64Array;
  readonly next: string | null;
}

function packHistory({ values, next }: HistoryPage): PackedHistory {
  const devices = new Map<string, number>();
  const metrics = new Map<string, number>();
  const number = (numbers: Map<string, number>, name: string): number => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, numbers.size);
    return numbers.size - 1;
  };
  return {
    device: Uint32Array.from(values, (each) => number(devices, each.device)),
    metric: Uint32Array.from(values, (each) => number(metrics, each.metric)),
    time: Float64Array.from(values, (each) => each.time),
    receivedAt: Float64Array.from(values, (each) => each.receivedAt),
    value: Float64Array.from(values, (each) => each.value),
    devices: [...devices.keys()],
    metrics: [...metrics.keys()],
    next,
  };
}

function unpackHistory(packed: PackedHistory): HistoryPage {
  const { devices, metrics, device, metric, time, receivedAt, value, next } = packed;
  const values = Array.from({ length: value.length }, (_, row): HistoryValue => ({
    device: devices[device[row]!]!,
    time: time[row]!,
    receivedAt: receivedAt[row]!,
    metric: metrics[metric[row]!]!,
    value: value[row]!,
  }));
  return { values, next };
}
