import type { DeviceIdentity, ReadingBatch } from '#core';
import { aqhi, AQHI_HOURS, AQHI_POLLUTANTS, aqhiVersionAt, type AqhiPollutant, type HourlyMeans } from '#kinds';
import type { AggregateRow } from '#timeseries';
import { HOUR_MS } from './touched-hours.js';

/** Hourly means of one device by hour since the epoch. */
export type MeansByHour = ReadonlyMap<number, HourlyMeans>;

export interface AqhiValue {
  readonly device: DeviceIdentity;
  /** End of the last of the three hours: the official record calls 13:00-14:00 'hour 14'. */
  readonly time: number;
  /** 1 to 11; 11 stands for 10+. */
  readonly band: number;
}

/** An hour is part of the index of itself and of the two hours after it. */
export function dependentHours(hours: readonly number[]): number[] {
  const dependent = new Set<number>();
  for (const hour of hours) for (let ahead = 0; ahead < AQHI_HOURS; ahead++) dependent.add(hour + ahead);
  return [...dependent].sort((a, b) => a - b);
}

/** The index of an hour from the means of it and the two before; null when one of the five pollutants misses one of them. */
export function aqhiOfHour(device: DeviceIdentity, hour: number, means: MeansByHour): AqhiValue | null {
  const hours: HourlyMeans[] = [];
  for (let back = AQHI_HOURS - 1; back >= 0; back--) {
    const mean = means.get(hour - back);
    if (mean === undefined) return null;
    hours.push(mean);
  }
  const version = aqhiVersionAt(hour * HOUR_MS);
  const index = version === null ? null : aqhi(hours, version);
  return index === null ? null : { device, time: (hour + 1) * HOUR_MS, band: index.band };
}

/** Rows of an aggregation by device and hour -> means by device and hour. */
export function meansOf(
  rows: readonly AggregateRow[],
): Map<string, Map<number, Partial<Record<AqhiPollutant, number>>>> {
  const devices = new Map<string, Map<number, Partial<Record<AqhiPollutant, number>>>>();
  for (const { group, time, metric, values } of rows) {
    let hours = devices.get(group);
    if (hours === undefined) devices.set(group, (hours = new Map()));
    const hour = Math.floor(time / HOUR_MS);
    let means = hours.get(hour);
    if (means === undefined) hours.set(hour, (means = {}));
    if (isPollutant(metric)) means[metric] = values.mean;
  }
  return devices;
}

/** A batch for the store and the feed. Its rows come from no journal record, so their sequence is NaN. */
export function aqhiBatch(kind: string, values: readonly AqhiValue[], receivedAt: number): ReadingBatch {
  const length = values.length;
  const devices = [...new Set(values.map((value) => value.device))];
  const indexOf = new Map(devices.map((device, index) => [device, index]));
  return {
    kind,
    length,
    devices,
    device: Uint32Array.from(values, (value) => indexOf.get(value.device)!),
    time: Float64Array.from(values, (value) => value.time),
    receivedAt: new Float64Array(length).fill(receivedAt),
    sequence: new Float64Array(length).fill(NaN),
    boot: new Array<string | null>(length).fill(null),
    seq: new Float64Array(length).fill(NaN),
    metrics: ['aqhi'],
    columns: [Float64Array.from(values, (value) => value.band)],
  };
}

function isPollutant(metric: string): metric is AqhiPollutant {
  return (AQHI_POLLUTANTS as readonly string[]).includes(metric);
}
