import type { ReadingBatch } from '#core';
import type { DerivedValue } from './compute-windows.js';

/** A batch for the store and the feed. Its rows come from no journal record, so their sequence is NaN. */
export function derivedBatch(
  kind: string,
  metrics: readonly string[],
  values: readonly DerivedValue[],
  receivedAt: number,
): ReadingBatch {
  const length = values.length;
  const devices = [...new Set(values.map((value) => value.identity))];
  const indexOf = new Map(devices.map((device, index) => [device, index]));
  return {
    kind,
    length,
    devices,
    device: Uint32Array.from(values, (value) => indexOf.get(value.identity)!),
    time: Float64Array.from(values, (value) => value.time),
    receivedAt: new Float64Array(length).fill(receivedAt),
    sequence: new Float64Array(length).fill(NaN),
    boot: new Array<string | null>(length).fill(null),
    seq: new Float64Array(length).fill(NaN),
    metrics,
    columns: metrics.map((metric) => Float64Array.from(values, (value) => value.values[metric] ?? NaN)),
  };
}
